"""Opening follow-ups for posts that news makes stale, and taking back what no news calls for any more."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from storage.followups.status import WAITING
from storage.followups.telling import story_told
from storage.linking.figures import keys
from storage.models import (
    FollowupPlanRow,
    FollowupPostRow,
    FollowupRow,
    FollowupStoryRow,
    ItemRow,
    LinkRow,
)

# Cosines of posts (storage/linking/alike.py). From the first on they say the same and are listed together;
# from the second on they treat one matter, and a story that calls for both calls once.
NEARLY_THE_SAME, ONE_MATTER = 0.6, 0.4
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Call:
    """A story that makes a post stale."""

    post_id: int
    story_id: int
    published: datetime | None = None  # of the post
    new: frozenset[str] = frozenset()  # what it says that the post does not, as `said_new` gives it
    alike: Mapping[int, float] = field(default_factory=dict)  # other posts and their cosines with this one


def said_new(evidence: Mapping[str, Any]) -> frozenset[str]:
    """What an item says that its post does not: names, and figures in a form that is equal everywhere."""
    return keys(evidence.get("new_figures", [])) | frozenset(evidence.get("new_names", []))


def raise_followups(session: Session, calls: Iterable[Call], *, now: datetime) -> tuple[list[int], int]:
    """Open a follow-up for each call, or add its story, or its post, to the one that already waits.

    Posts that say the same share one. The calls are those that are `unsettled`. Returns the ids of the
    follow-ups that were opened, and how many stories were added in all.
    """
    opened: list[int] = []
    added = 0
    by_post = sorted(calls, key=lambda call: call.post_id)
    # The newest first: the others that say the same are listed with it.
    for call in sorted(by_post, key=lambda call: call.published or LONG_AGO, reverse=True):
        row = _waiting(session, call)
        if row is None:
            row = FollowupRow(post_id=call.post_id, status="open", opened_at=now)
            session.add(row)
            session.flush()
            opened.append(row.id)
        same = [post for post, cosine in call.alike.items() if cosine >= NEARLY_THE_SAME]
        add_posts(session, row, [call.post_id, *free_posts(session, same)])
        if session.get(FollowupStoryRow, (row.id, call.story_id)) is None:
            session.add(FollowupStoryRow(followup_id=row.id, story_id=call.story_id, added_at=now))
            added += 1
        session.flush()
    return opened, added


def unsettled(session: Session, calls: Iterable[Call]) -> list[Call]:
    """The calls that the editor has not settled: a story comes back for a post only with something new.

    Ask before the links of items are replaced: they hold what an item said by then, before it changed.
    """
    return [call for call in calls if settled_by(session, call) is None]


def withdraw_unearned(session: Session, stories: Collection[int]) -> None:
    """Take stories out of follow-ups that no item of theirs calls for any more, unless they were mailed.

    That is so when a source changed an item's title or text. A follow-up that is left without a story goes.
    """
    unearned = session.execute(
        select(FollowupStoryRow, FollowupRow)
        .join(FollowupRow, FollowupRow.id == FollowupStoryRow.followup_id)
        .where(
            FollowupStoryRow.story_id.in_(stories),
            ~story_told(),
            FollowupRow.status.in_(WAITING),
            ~still_called_for(),
        )
    ).all()
    for member, followup in unearned:
        session.delete(member)
        session.flush()
        drop_if_empty(session, followup.id)


def still_called_for() -> ColumnElement[bool]:
    """That an item of a `FollowupStoryRow`'s story calls for an update of one of the follow-up's posts."""
    return _linked(LinkRow.followup.is_(True))


def still_linked() -> ColumnElement[bool]:
    """That an item of a `FollowupStoryRow`'s story is linked to one of the follow-up's posts at all."""
    return _linked()


def _linked(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        select(LinkRow.item_id)
        .join(ItemRow, ItemRow.id == LinkRow.item_id)
        .join(FollowupPostRow, FollowupPostRow.post_id == LinkRow.post_id)
        .where(
            ItemRow.story_id == FollowupStoryRow.story_id,
            FollowupPostRow.followup_id == FollowupStoryRow.followup_id,
            *more,
        )
        .correlate(FollowupStoryRow)
        .exists()
    )


def drop_if_empty(session: Session, followup: int) -> None:
    """Delete a follow-up that has neither a story nor a plan left."""
    for table in (FollowupStoryRow, FollowupPlanRow):
        left = select(table.followup_id).where(table.followup_id == followup)
        if session.scalar(left.limit(1)) is not None:
            return
    session.delete(session.get_one(FollowupRow, followup))
    session.flush()


_WAITING = select(FollowupRow).where(FollowupRow.status.in_(WAITING)).order_by(FollowupRow.id)


def _waiting(session: Session, call: Call) -> FollowupRow | None:
    """The follow-up that waits and takes the call in: the post's own, or the story's for a like post."""
    return waiting_for(session, call.post_id) or session.scalars(_same_call(_WAITING, call)).first()


def waiting_for(session: Session, post: int) -> FollowupRow | None:
    """The follow-up of a post, by its id, that waits."""
    return session.scalars(_WAITING.where(_has_post([post]))).first()


def settled_by(session: Session, call: Call) -> FollowupRow | None:
    """The follow-up by which the editor settled the story for this post, if nothing was added to it since."""
    settled = select(FollowupRow).where(FollowupRow.status.not_in(WAITING)).order_by(FollowupRow.id.desc())
    row = session.scalars(_same_call(settled, call)).first()
    return row if row is not None and call.new <= _known(session, row, call.story_id) else None


def _same_call(query: Select[FollowupRow], call: Call) -> Select[FollowupRow]:
    like = [call.post_id, *(post for post, cosine in call.alike.items() if cosine >= ONE_MATTER)]
    return query.join(FollowupStoryRow, FollowupStoryRow.followup_id == FollowupRow.id).where(
        FollowupStoryRow.story_id == call.story_id, _has_post(like)
    )


def _has_post(posts: Collection[int]) -> ColumnElement[bool]:
    return exists().where(FollowupPostRow.followup_id == FollowupRow.id, FollowupPostRow.post_id.in_(posts))


def _known(session: Session, row: FollowupRow, story: int) -> frozenset[str]:
    """What the items of a story that were there when the follow-up was settled said that was new."""
    evidence = session.scalars(
        select(LinkRow.evidence)
        .join(ItemRow, ItemRow.id == LinkRow.item_id)
        .join(FollowupPostRow, FollowupPostRow.post_id == LinkRow.post_id)
        .where(
            FollowupPostRow.followup_id == row.id,
            ItemRow.story_id == story,
            ItemRow.first_seen <= row.settled_at,
        )
    )
    return frozenset().union(*map(said_new, evidence))


def free_posts(session: Session, posts: Collection[int]) -> list[int]:
    """Those of the posts that wait in no follow-up."""
    taken = set(
        session.scalars(
            select(FollowupPostRow.post_id)
            .join(FollowupRow, FollowupRow.id == FollowupPostRow.followup_id)
            .where(FollowupRow.status.in_(WAITING), FollowupPostRow.post_id.in_(posts))
        )
    )
    return [post for post in posts if post not in taken]


def add_posts(session: Session, row: FollowupRow, posts: Iterable[int]) -> None:
    """Put posts into a follow-up, those apart that it has."""
    for post in posts:
        if session.get(FollowupPostRow, (row.id, post)) is None:
            session.add(FollowupPostRow(followup_id=row.id, post_id=post))
