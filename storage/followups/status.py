"""What a follow-up can be, and what an editor can say of one."""

from typing import Literal

Status = Literal["open", "snoozed", "done", "dismissed"]
STATUSES: tuple[Status, ...] = ("open", "snoozed", "done", "dismissed")
WAITING = ("open", "snoozed")
# Why one was dismissed: the news is not about the post, it adds nothing, or the post is to stay as it is.
Ground = Literal["not-about", "nothing-new", "evergreen"]
GROUNDS: tuple[Ground, ...] = ("not-about", "nothing-new", "evergreen")
UNEARNED = "unearned"  # the ground of what was closed by itself, as no news calls for it any more: no verdict
GRAVEST_FIRST = ("contradicts", "supersedes", "confirms", "extends")  # kinds of change
LARGEST_ID = 2**31 - 1  # that a column holds; a user may type a larger one
