"""What an editor makes of follow-ups: done, dismissed, snoozed, open again."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.errors import InputError
from storage.followups.status import LARGEST_ID, WAITING, Ground, Status
from storage.followups.telling import forget_telling
from storage.insert import storable
from storage.models import FollowupPostRow, FollowupRow, PostRow


def settle(
    session: Session,
    ids: Sequence[int],
    status: Status,
    *,
    now: datetime,
    snoozed_until: datetime | None = None,
    ground: Ground | None = None,
    reason: str | None = None,
) -> None:
    """Give follow-ups a status: open (again), snoozed, done or dismissed.

    `ground` says what a dismissal is to teach the linker, `reason` is the editor's own words.
    Raises `InputError` if one of the ids is no follow-up's, or if a settled one cannot wait again because
    its post has a newer follow-up that waits.
    """
    if (status == "snoozed") != (snoozed_until is not None):
        raise ValueError("a snoozed follow-up, and no other, needs a time to wake")
    for followup_id in ids:
        row = session.get(FollowupRow, followup_id) if 0 < followup_id <= LARGEST_ID else None
        if row is None:
            raise InputError(f"there is no follow-up {followup_id}; `chipwatch followups` lists them")
        if status == "snoozed" and row.status not in WAITING:
            raise InputError(f"follow-up {followup_id} is {row.status}; reopen it before you snooze it")
        if status in WAITING and row.status not in WAITING:
            posts = select(FollowupPostRow.post_id).where(FollowupPostRow.followup_id == followup_id)
            newer = session.scalar(
                select(FollowupRow.id)
                .join(FollowupPostRow, FollowupPostRow.followup_id == FollowupRow.id)
                .where(FollowupPostRow.post_id.in_(posts), FollowupRow.status.in_(WAITING))
            )
            if newer is not None:
                raise InputError(f"follow-up {followup_id}: its post already waits as follow-up {newer}")
        again = row.status == status  # it keeps what was said the first time
        row.ground = ground or (row.ground if again else None)
        row.reason = storable(reason or "") or (row.reason if again else None)
        row.status = status
        row.settled_at = None if status in WAITING else now
        row.snoozed_until = snoozed_until


def titles_of(session: Session, ids: Collection[int]) -> dict[int, str]:
    """The title of the post that each of these follow-ups was opened for, by its id."""
    query = select(FollowupRow.id, PostRow.title).join(PostRow, PostRow.id == FollowupRow.post_id)
    found = session.execute(query.where(FollowupRow.id.in_(ids)))
    return {number: title for number, title in found}  # noqa: C416 - rows are no pairs


def dismiss_unwanted(session: Session, posts: Collection[int], *, now: datetime) -> None:
    """Dismiss what waits for posts whose front matter says that they are never to be updated."""
    waiting = select(FollowupRow).where(FollowupRow.post_id.in_(posts), FollowupRow.status.in_(WAITING))
    for row in session.scalars(waiting).all():
        row.status, row.settled_at, row.snoozed_until = "dismissed", now, None
        row.reason = "its front matter says followup: never"


def wake(session: Session, *, now: datetime) -> int:
    """Open the snoozed follow-ups whose time has come; returns how many."""
    due = session.scalars(
        select(FollowupRow).where(FollowupRow.status == "snoozed", FollowupRow.snoozed_until <= now)
    ).all()
    for row in due:
        row.status = "open"  # and keeps when it was snoozed until: the digest says so
    forget_telling(session, [row.id for row in due])  # the editor asked to be told again
    return len(due)
