"""Follow-ups as they are shown: with their post, their stories and the reports of each."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.followups.status import LARGEST_ID
from storage.models import FollowupRow, FollowupStoryRow, ItemRow, LinkRow, PostRow, SourceRow


@dataclass(frozen=True)
class Report:
    """One item of a story, with its link to the post."""

    item_id: int
    title: str
    url: str
    source: str
    language: str
    when: datetime  # published, or first seen where the source gave no date
    score: float
    followup: bool  # it calls for the follow-up itself; other reports of the story only touch the post
    kind: str
    evidence: dict[str, Any]  # as `storage.linking.evidence.Evidence`


@dataclass(frozen=True)
class Coverage:
    """All that was reported of a story, whether it touches the post or not."""

    source: str  # that was first
    when: datetime
    languages: Mapping[str, int]  # reports in each

    @property
    def reports(self) -> int:
        """How many there are."""
        return sum(self.languages.values())


@dataclass(frozen=True)
class Story:
    """A story that calls for a follow-up; its reports that touch the post, best first."""

    id: int
    added_at: datetime
    digest_id: int | None  # that carried it; none: not yet mailed
    reports: tuple[Report, ...]
    coverage: Coverage

    @property
    def best(self) -> Report:
        """The report that says most about the post."""
        return self.reports[0]


@dataclass(frozen=True)
class Followup:
    """A post that needs an update; its stories newest first."""

    id: int
    status: str
    opened_at: datetime
    settled_at: datetime | None
    snoozed_until: datetime | None
    reason: str | None
    post_file: str
    post_title: str
    post_url: str
    post_published: datetime | None
    stories: tuple[Story, ...]

    @property
    def score(self) -> float:
        """That of its best story, 0 to 1."""
        return max((story.best.score for story in self.stories), default=0.0)


def list_followups(
    session: Session,
    *,
    statuses: Collection[str] = ("open",),
    ids: Collection[int] | None = None,
    unsent: bool = False,
    awake_at: datetime | None = None,
) -> list[Followup]:
    """Follow-ups with everything that is shown of them, best first.

    `ids` narrows them to those; `unsent` to stories that no digest has carried; `awake_at` to snoozed ones
    whose time has come by then.
    """
    query = (
        select(FollowupRow, PostRow)
        .join(PostRow, PostRow.id == FollowupRow.post_id)
        .where(FollowupRow.status.in_(statuses))
    )
    if ids is not None:
        query = query.where(FollowupRow.id.in_([number for number in ids if number <= LARGEST_ID]))
    if awake_at is not None:
        query = query.where(FollowupRow.snoozed_until <= awake_at)
    rows = session.execute(query).all()
    stories = _stories(session, [row for row, _ in rows], unsent=unsent)
    followups = [
        Followup(
            id=row.id,
            status=row.status,
            opened_at=row.opened_at,
            settled_at=row.settled_at,
            snoozed_until=row.snoozed_until,
            reason=row.reason,
            post_file=post.file,
            post_title=post.title,
            post_url=post.url,
            post_published=post.published,
            stories=tuple(stories[row.id]),
        )
        for row, post in rows
        if stories[row.id]
    ]
    return sorted(followups, key=lambda f: (-f.score, f.id))


def _stories(session: Session, rows: Sequence[FollowupRow], *, unsent: bool) -> defaultdict[int, list[Story]]:
    posts = {row.id: row.post_id for row in rows}
    query = select(FollowupStoryRow).where(FollowupStoryRow.followup_id.in_(posts))
    if unsent:
        query = query.where(FollowupStoryRow.digest_id.is_(None))
    members = session.scalars(query).all()
    reports = _reports(session, {(posts[m.followup_id], m.story_id) for m in members})
    coverage = _coverage(session, {member.story_id for member in members})
    stories: defaultdict[int, list[Story]] = defaultdict(list)
    for member in members:
        found = reports.get((posts[member.followup_id], member.story_id))
        if found:
            stories[member.followup_id].append(
                Story(
                    member.story_id,
                    member.added_at,
                    member.digest_id,
                    tuple(found),
                    coverage[member.story_id],
                )
            )
    for mine in stories.values():
        mine.sort(key=lambda story: (story.best.when, story.id), reverse=True)
    return stories


def _reports(session: Session, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], list[Report]]:
    """The linked items of each (post, story), best first."""
    query = (
        select(ItemRow, LinkRow, SourceRow.name)
        .join(LinkRow, LinkRow.item_id == ItemRow.id)
        .join(SourceRow, SourceRow.id == ItemRow.source_id)
        .where(
            ItemRow.story_id.in_({story for _, story in pairs}),
            LinkRow.post_id.in_({post for post, _ in pairs}),
        )
    )
    found: defaultdict[tuple[int, int], list[Report]] = defaultdict(list)
    for item, link, source in session.execute(query):
        pair = (link.post_id, item.story_id or 0)
        if pair in pairs:
            found[pair].append(
                Report(
                    item_id=item.id,
                    title=item.title,
                    url=item.url,
                    source=source,
                    language=item.language,
                    when=item.moment,
                    score=link.score,
                    followup=link.followup,
                    kind=link.kind,
                    evidence=link.evidence,
                )
            )
    for reports in found.values():
        reports.sort(key=lambda r: (not r.followup, -r.score, r.when, r.item_id))
    return found


def _coverage(session: Session, stories: Collection[int]) -> dict[int, Coverage]:
    query = (
        select(ItemRow.story_id, ItemRow.moment, ItemRow.language, SourceRow.name)
        .join(SourceRow, SourceRow.id == ItemRow.source_id)
        .where(ItemRow.story_id.in_(stories))
        .order_by(ItemRow.moment, ItemRow.id)
    )
    first: dict[int, tuple[str, datetime]] = {}
    languages: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for story_id, moment, language, source in session.execute(query):
        story = story_id or 0
        first.setdefault(story, (source, moment))
        languages[story][language or "?"] += 1
    return {story: Coverage(*first[story], languages[story]) for story in first}
