"""Ideas: stories that several sources report, and none of the posts treats."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.digests.content import Idea
from storage.followups.coverage import coverage_of
from storage.models import DigestRow, FollowupStoryRow, ItemRow, LinkRow, StoryRow, ToldIdeaRow

RECENT = timedelta(days=3)  # since a story's last report
# Of the linker's scores of real news, most below it are of posts on another matter.
NEAR = 0.3
LEAST_SOURCES = 2  # one report alone is no sign that a story matters
LOOKED_AT = 200  # stories, the most reported ones

Names = Callable[[str], Collection[str]]  # those that a text treats


def find_ideas(session: Session, recipient: str, names: Names, *, most: int, now: datetime) -> list[Idea]:
    """Stories of the last three days that this recipient was not told of, the most reported first.

    A story without a known name in one of its titles is not of the blog's field.
    """
    if most <= 0:
        return []
    treated = select(LinkRow.item_id).join(ItemRow, ItemRow.id == LinkRow.item_id)
    told = (
        select(ToldIdeaRow.story_id)
        .join(DigestRow)
        .where(ToldIdeaRow.story_id == StoryRow.id, DigestRow.recipient == recipient)
    )
    sources = func.count(ItemRow.source_id.distinct())
    recent = select(StoryRow.id).where(StoryRow.last_seen >= now - RECENT)
    query = (
        select(StoryRow.id, sources)
        .join(ItemRow, ItemRow.story_id == StoryRow.id)
        .where(
            ItemRow.story_id.in_(recent),  # else SQLite reads every item there is
            ItemRow.backlog.is_(False),
            ~select(FollowupStoryRow.story_id).where(FollowupStoryRow.story_id == StoryRow.id).exists(),
            ~treated.where(ItemRow.story_id == StoryRow.id, LinkRow.score >= NEAR)
            .correlate(StoryRow)
            .exists(),
            ~told.exists(),
        )
        .group_by(StoryRow.id)
        .having(sources >= LEAST_SOURCES)
        .order_by(sources.desc(), StoryRow.id.desc())
        .limit(LOOKED_AT)
    )
    ideas: list[Idea] = []
    for story, count in session.execute(query).all():
        idea = _idea(session, story, count, names)
        if idea.names:
            ideas.append(idea)
        if len(ideas) == most:
            break
    return ideas


def _idea(session: Session, story: int, sources: int, names: Names) -> Idea:
    items = session.scalars(
        select(ItemRow).where(ItemRow.story_id == story).order_by(ItemRow.moment, ItemRow.id)
    ).all()
    first = items[0]
    treated = dict.fromkeys(name for item in items for name in sorted(names(item.title)))
    coverage = coverage_of(session, select(StoryRow.id).where(StoryRow.id == story))[story]
    return Idea(story, first.title, first.url, first.language, tuple(treated), sources, coverage)
