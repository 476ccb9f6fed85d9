"""Follow-ups: the posts that need an update, with the stories that call for it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.errors import InputError
from storage.models import FollowupRow, FollowupStoryRow, ItemRow, LinkRow, PostRow, SourceRow

Status = Literal["open", "snoozed", "done", "dismissed"]
STATUSES: tuple[Status, ...] = ("open", "snoozed", "done", "dismissed")
WAITING = ("open", "snoozed")
LARGEST_ID = 2**31 - 1  # that a column holds; a user may type a larger one


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


def raise_followups(
    session: Session, raised: Iterable[tuple[int, int]], *, now: datetime
) -> tuple[list[int], int]:
    """Open a follow-up for each (post, story), or add the story to the one that already waits.

    A pair that any follow-up of the post already has, settled or not, is left alone: the editor has seen
    it. Returns the ids of the follow-ups that were opened, and how many stories were added in all.
    """
    opened: list[int] = []
    added = 0
    for post_id, story_id in sorted(set(raised)):
        mine = select(FollowupRow).where(FollowupRow.post_id == post_id)
        seen = session.scalar(
            mine.join(FollowupStoryRow, FollowupStoryRow.followup_id == FollowupRow.id).where(
                FollowupStoryRow.story_id == story_id
            )
        )
        if seen is not None:
            continue
        row = session.scalar(mine.where(FollowupRow.status.in_(WAITING)))
        if row is None:
            row = FollowupRow(post_id=post_id, status="open", opened_at=now)
            session.add(row)
            session.flush()
            opened.append(row.id)
        session.add(FollowupStoryRow(followup_id=row.id, story_id=story_id, added_at=now))
        session.flush()
        added += 1
    return opened, added


def withdraw_unearned(session: Session, stories: Collection[int]) -> None:
    """Take stories out of follow-ups that no item of theirs calls for any more, unless they were mailed.

    That is so when a source changed an item's title or text. A follow-up that is left without a story goes.
    """
    earned = (
        select(LinkRow.item_id)
        .join(ItemRow, ItemRow.id == LinkRow.item_id)
        .where(
            ItemRow.story_id == FollowupStoryRow.story_id,
            LinkRow.post_id == FollowupRow.post_id,
            LinkRow.followup,
        )
    )
    unearned = session.execute(
        select(FollowupStoryRow, FollowupRow)
        .join(FollowupRow, FollowupRow.id == FollowupStoryRow.followup_id)
        .where(
            FollowupStoryRow.story_id.in_(stories),
            FollowupStoryRow.digest_id.is_(None),
            FollowupRow.status.in_(WAITING),
            ~earned.exists(),
        )
    ).all()
    for member, followup in unearned:
        session.delete(member)
        session.flush()
        left = select(FollowupStoryRow.story_id).where(FollowupStoryRow.followup_id == followup.id)
        if session.scalar(left.limit(1)) is None:
            session.delete(followup)
            session.flush()


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
