"""Posts that leave follow-ups which were opened for others too: removed, changed, or not to be updated."""

from collections.abc import Collection

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from storage.followups.raising import add_posts, waiting_for
from storage.followups.status import STATUSES, WAITING
from storage.models import FollowupPlanRow, FollowupPostRow, FollowupRow, PostRow


def hand_over(session: Session, posts: Collection[int], statuses: Collection[str] = STATUSES) -> None:
    """Let what was opened for these posts belong to another that is listed with them, the newest.

    A follow-up that lists no other stays theirs. To be done before posts are removed: what belongs to them
    goes with them.
    """
    opened = select(FollowupRow).where(FollowupRow.post_id.in_(posts), FollowupRow.status.in_(statuses))
    for row in session.scalars(opened).all():
        heir = next((post for post in _others(session, row, posts) if _may_have(session, row, post)), None)
        if heir is not None:
            row.post_id = heir
            add_posts(session, row, [heir])
            session.flush()


def leave(session: Session, posts: Collection[int], *, plans: bool) -> None:
    """Take posts out of what waits for others too; with `plans`, their plans as well."""
    hand_over(session, posts, WAITING)
    for table in (FollowupPostRow, FollowupPlanRow) if plans else (FollowupPostRow,):
        others = exists().where(
            FollowupRow.id == table.followup_id,
            FollowupRow.status.in_(WAITING),
            FollowupRow.post_id.not_in(posts),
        )
        session.execute(delete(table).where(table.post_id.in_(posts), others))


def _others(session: Session, row: FollowupRow, posts: Collection[int]) -> list[int]:
    """The other posts of a follow-up, those first that its stories are for, the newest of them first."""
    found: dict[int, None] = {}
    for table in (FollowupPostRow, FollowupPlanRow):
        listed = (
            select(PostRow.id)
            .join(table, table.post_id == PostRow.id)
            .where(table.followup_id == row.id, PostRow.id.not_in(posts))
            .order_by(PostRow.published.desc().nulls_last(), PostRow.id.desc())
        )
        found |= dict.fromkeys(session.scalars(listed))
    return list(found)


def _may_have(session: Session, row: FollowupRow, post: int) -> bool:
    """Whether a follow-up may belong to a post: one waits for each at a time."""
    return row.status not in WAITING or waiting_for(session, post) in (None, row)
