"""What an editor makes of follow-ups: done, dismissed, snoozed, open again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.errors import InputError
from storage.followups.status import LARGEST_ID, WAITING, Status
from storage.models import FollowupRow, FollowupStoryRow


def settle(
    session: Session,
    ids: Sequence[int],
    status: Status,
    *,
    now: datetime,
    snoozed_until: datetime | None = None,
    reason: str | None = None,
) -> None:
    """Give follow-ups a status: open (again), snoozed, done or dismissed.

    Raises `InputError` if one of the ids is no follow-up's, or if a settled one cannot wait again because
    its post has a newer follow-up that waits.
    """
    if (status == "snoozed") != (snoozed_until is not None):
        raise ValueError("a snoozed follow-up, and no other, needs a time to wake")
    for followup_id in ids:
        row = session.get(FollowupRow, followup_id) if followup_id <= LARGEST_ID else None
        if row is None:
            raise InputError(f"there is no follow-up {followup_id}; `chipwatch followups` lists them")
        if status in WAITING and row.status not in WAITING:
            newer = session.scalar(
                select(FollowupRow.id).where(
                    FollowupRow.post_id == row.post_id, FollowupRow.status.in_(WAITING)
                )
            )
            if newer is not None:
                raise InputError(f"follow-up {followup_id}: its post already waits as follow-up {newer}")
        row.reason = reason or (row.reason if row.status == status else None)
        row.status = status
        row.settled_at = None if status in WAITING else now
        row.snoozed_until = snoozed_until


def wake(session: Session, *, now: datetime) -> int:
    """Open the snoozed follow-ups whose time has come; returns how many."""
    due = session.scalars(
        select(FollowupRow).where(FollowupRow.status == "snoozed", FollowupRow.snoozed_until <= now)
    ).all()
    for row in due:
        row.status, row.snoozed_until = "open", None
        for story in session.scalars(select(FollowupStoryRow).where(FollowupStoryRow.followup_id == row.id)):
            story.digest_id = None  # the editor asked to be told again
    return len(due)


