"""Posts that leave follow-ups which were opened for others too: removed, changed, or not to be updated."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from storage.followups.raising import add_posts, drop_if_empty, waiting_for
from storage.followups.status import STATUSES, WAITING
from storage.models import FollowupPlanRow, FollowupPostRow, FollowupRow, PostRow

Table = type[FollowupPostRow] | type[FollowupPlanRow]
_TABLES: Sequence[Table] = (FollowupPostRow, FollowupPlanRow)  # of posts by their stories, by their plans


def remove_posts(session: Session, posts: Collection[int]) -> None:
    """Delete posts, and with them the follow-ups that list no other."""
    planned = _planned(session, posts)
    _hand_over(session, posts, STATUSES, _TABLES)
    session.execute(delete(PostRow).where(PostRow.id.in_(posts)))
    _drop_empty(session, planned)


def leave(session: Session, posts: Collection[int], *, plans: bool) -> None:
    """Take posts out of what waits for others too; with `plans`, their plans as well."""
    planned = _planned(session, posts) if plans else set()
    tables = _TABLES if plans else _TABLES[:1]
    _hand_over(session, posts, WAITING, tables)
    for table in tables:
        others = exists().where(
            FollowupRow.id == table.followup_id,
            FollowupRow.status.in_(WAITING),
            FollowupRow.post_id.not_in(posts),
        )
        session.execute(delete(table).where(table.post_id.in_(posts), others))
    _drop_empty(session, planned)


def _hand_over(
    session: Session, posts: Collection[int], statuses: Collection[str], tables: Sequence[Table]
) -> None:
    """Let what was opened for these posts belong to another that the tables list with them, the newest."""
    opened = select(FollowupRow).where(FollowupRow.post_id.in_(posts), FollowupRow.status.in_(statuses))
    for row in session.scalars(opened).all():
        others = _others(session, row, posts, tables)
        heir = next((post for post in others if _may_have(session, row, post)), None)
        if heir is not None:
            row.post_id = heir
            add_posts(session, row, [heir])
            session.flush()
        elif FollowupPlanRow in tables:
            _move_plans(session, row, others)


def _move_plans(session: Session, row: FollowupRow, posts: Sequence[int]) -> None:
    """Put the plans of posts that wait elsewhere where the first of them does: what was told stays told."""
    waiting = (waiting_for(session, post) for post in posts)
    other = next((found for found in waiting if found is not None), None)
    if other is not None:
        plans = (FollowupPlanRow.followup_id == row.id) & FollowupPlanRow.post_id.in_(posts)
        session.execute(update(FollowupPlanRow).where(plans).values(followup_id=other.id))


def _others(session: Session, row: FollowupRow, posts: Collection[int], tables: Sequence[Table]) -> list[int]:
    """The other posts of a follow-up, those first that its stories are for, the newest of them first."""
    found: dict[int, None] = {}
    for table in tables:
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


def _planned(session: Session, posts: Collection[int]) -> set[int]:
    """The follow-ups that have plans of these posts."""
    return set(session.scalars(select(FollowupPlanRow.followup_id).where(FollowupPlanRow.post_id.in_(posts))))


def _drop_empty(session: Session, followups: Collection[int]) -> None:
    there = session.scalars(select(FollowupRow.id).where(FollowupRow.id.in_(followups))).all()
    for followup in there:
        drop_if_empty(session, followup)
