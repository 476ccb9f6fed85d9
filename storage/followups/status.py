"""What a follow-up can be, and what an editor can say of one."""

from typing import Literal

Status = Literal["open", "snoozed", "done", "dismissed"]
STATUSES: tuple[Status, ...] = ("open", "snoozed", "done", "dismissed")
WAITING = ("open", "snoozed")
LARGEST_ID = 2**31 - 1  # that a column holds; a user may type a larger one
