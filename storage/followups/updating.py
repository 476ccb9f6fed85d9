"""Posts that were updated: a follow-up whose news the post says by now is done."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, false, func, or_, select
from sqlalchemy.orm import Session

from storage.followups.raising import still_called_for, still_linked
from storage.followups.status import UNEARNED, WAITING
from storage.linking.change import brought
from storage.linking.figures import figures, keys
from storage.linking.names import normal
from storage.models import (
    ClaimRow,
    FollowupPlanRow,
    FollowupPostRow,
    FollowupRow,
    FollowupStoryRow,
    ItemRow,
    LinkRow,
    PostRow,
)
from storage.urls import canonical_url

_SAID_NOW = "the post was updated, and the news says nothing that it does not"
_OTHER_NEWS = "its source changed the news, which is not about the post any more"
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True)
class Rewritten:
    """A post whose text has changed, as it is now."""

    post_id: int
    before: str  # its title and all of its paragraphs, as they were
    text: str  # and as they are
    names: frozenset[str]  # that it mentions now, and did not before
    links: frozenset[str]  # canonical addresses that it links to


def close_taken_up(session: Session, posts: Iterable[Rewritten], *, now: datetime) -> list[int]:
    """Settle as done what waits for these posts and is in them by now; returns the follow-ups' ids.

    Stories wait for one post alone; plans that posts share are done when the last of them drops its own.

    A story is taken up when the post links to one of its reports, or says by now what was new in it: one of
    the changes that it brought; where there were none, one of its new figures; where there were none either,
    at least half of its new names. A plan is, when the post does not say it any more.
    """
    closed: list[int] = []
    read: list[int] = []
    for post in posts:
        read.append(post.post_id)
        now_said, before = ({f.key for f in figures(normal(text))} for text in (post.text, post.before))
        said = post.names | (now_said - before)
        for row in _waiting_alone(session, post.post_id):
            taken_up = _stories_taken_up(session, row.id, post, said) and _plans_are_gone(session, row.id)
            if taken_up:
                _close(session, row, "the post was updated", now)
                closed.append(row.id)
    for row in _plans_alone(session, read):
        if _plans_are_gone(session, row.id):
            _close(session, row, "the post was updated", now)
            closed.append(row.id)
    return closed


def close_unearned(session: Session, stories: Collection[int], *, now: datetime) -> list[int]:
    """Settle as done what no news calls for any more since its post was rewritten; returns the ids.

    So too what was mailed, and whose news is about something else since its source changed it. To be called
    when the items of these stories were linked again. It is the linker that says so, and must not learn from
    it: such a follow-up has a ground of its own.
    """
    touched = select(FollowupStoryRow.followup_id).where(FollowupStoryRow.story_id.in_(stories))
    mine = select(FollowupStoryRow.story_id).where(FollowupStoryRow.followup_id == FollowupRow.id)
    rewritten = func.coalesce(PostRow.rewritten_at > FollowupRow.opened_at, false())
    rows = session.execute(
        select(FollowupRow, rewritten)
        .join(PostRow, PostRow.id == FollowupRow.post_id)
        .where(
            FollowupRow.id.in_(touched),
            FollowupRow.status.in_(WAITING),
            or_(
                rewritten & ~mine.where(still_called_for()).exists(),
                ~mine.where(still_linked()).exists(),
            ),
        )
    ).all()
    closed = [(row, updated) for row, updated in rows if _plans_are_gone(session, row.id)]
    for row, updated in closed:
        _close(session, row, _SAID_NOW if updated else _OTHER_NEWS, now)
        row.ground = UNEARNED
    return [row.id for row, _ in closed]


def _waiting_alone(session: Session, post: int) -> list[FollowupRow]:
    """The follow-ups that wait for this post and list no other."""
    others = exists().where(FollowupPostRow.followup_id == FollowupRow.id, FollowupPostRow.post_id != post)
    query = select(FollowupRow).where(FollowupRow.post_id == post, FollowupRow.status.in_(WAITING), ~others)
    return list(session.scalars(query))


def _plans_alone(session: Session, posts: Collection[int]) -> list[FollowupRow]:
    """The follow-ups that wait for plans only, one of these posts' among them."""
    planned = exists().where(
        FollowupPlanRow.followup_id == FollowupRow.id, FollowupPlanRow.post_id.in_(posts)
    )
    stories = exists().where(FollowupStoryRow.followup_id == FollowupRow.id)
    query = select(FollowupRow).where(FollowupRow.status.in_(WAITING), planned, ~stories)
    return list(session.scalars(query.order_by(FollowupRow.id)))


def _stories_taken_up(session: Session, followup: int, post: Rewritten, said: frozenset[str]) -> bool:
    """Whether each story of the follow-up is in the post."""
    query = (
        select(FollowupStoryRow.story_id, ItemRow.url, LinkRow.evidence)
        .join(ItemRow, ItemRow.story_id == FollowupStoryRow.story_id)
        .join(LinkRow, LinkRow.item_id == ItemRow.id)
        .where(FollowupStoryRow.followup_id == followup, LinkRow.post_id == post.post_id, LinkRow.followup)
    )
    taken_up: dict[int, bool] = {}
    for story, url, evidence in session.execute(query):
        here = canonical_url(url) in post.links or _says(said, evidence)
        taken_up[story] = taken_up.get(story, False) or here
    stories = session.scalar(select(func.count()).where(FollowupStoryRow.followup_id == followup))
    return len(taken_up) == stories and all(taken_up.values())


def _says(said: frozenset[str], evidence: Mapping[str, Any]) -> bool:
    changed = keys(brought(evidence))
    new = keys(evidence.get("new_figures", []))
    years = {key for key in new if _YEAR.fullmatch(key)}  # a year alone stands in many a text by chance
    for facts in (changed, new - years):
        if facts:
            return bool(said & facts)
    names = frozenset(evidence.get("new_names", [])) or years
    return bool(names) and 2 * len(said & names) >= len(names)


def _plans_are_gone(session: Session, followup: int) -> bool:
    there = exists().where(
        ClaimRow.post_id == FollowupPlanRow.post_id, ClaimRow.sentence == FollowupPlanRow.sentence
    )
    left = select(FollowupPlanRow.id).where(FollowupPlanRow.followup_id == followup, there)
    return session.scalar(left.limit(1)) is None


def _close(session: Session, row: FollowupRow, why: str, now: datetime) -> None:
    commit = session.scalar(select(PostRow.rewritten_by).where(PostRow.id == row.post_id))
    row.status, row.settled_at, row.snoozed_until = "done", now, None
    row.reason = f"{why} (commit {commit})" if commit else why
