"""Follow-ups as they are shown: with their post, their stories and the reports of each."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, Subquery, select, union
from sqlalchemy.orm import Session

from storage.followups.status import GRAVEST_FIRST, LARGEST_ID
from storage.models import (
    FollowupPlanRow,
    FollowupPostRow,
    FollowupRow,
    FollowupStoryRow,
    ItemRow,
    LinkRow,
    PostRow,
    SourceRow,
)

Chosen = Select[int]  # ids


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

    @property
    def kind(self) -> str:
        """The kind of change: the gravest that a report calls for the follow-up by."""
        called = {report.kind for report in self.reports if report.followup}
        return next((kind for kind in GRAVEST_FIRST if kind in called), self.best.kind)


@dataclass(frozen=True)
class FollowupPost:
    """A post of a follow-up."""

    id: int
    file: str
    title: str
    url: str
    published: datetime | None


@dataclass(frozen=True)
class DuePlan:
    """A plan of a post whose time has passed."""

    post_id: int
    sentence: str
    due: date  # the last day of the time that it names
    added_at: datetime
    digest_id: int | None  # that carried it; none: not yet mailed


@dataclass(frozen=True)
class Followup:
    """A post that needs an update; its stories newest first."""

    id: int
    status: str
    opened_at: datetime
    settled_at: datetime | None
    snoozed_until: datetime | None
    ground: str | None
    reason: str | None
    posts: tuple[FollowupPost, ...]  # those that say the same, newest first; most have but one
    stories: tuple[Story, ...]
    plans: tuple[DuePlan, ...] = ()  # whose time has passed, those first that were due last

    @property
    def post(self) -> FollowupPost:
        """The newest of its posts."""
        return self.posts[0]

    @property
    def plans_told(self) -> tuple[DuePlan, ...]:
        """Its plans, each sentence once: posts that say the same word them alike."""
        told: dict[tuple[date, str], DuePlan] = {}
        for plan in self.plans:
            told.setdefault((plan.due, plan.sentence), plan)
        return tuple(told.values())

    @property
    def score(self) -> float:
        """That of its best story, 0 to 1; 0 for plans alone."""
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
    query = select(FollowupRow).where(FollowupRow.status.in_(statuses))
    if ids is not None:
        query = query.where(FollowupRow.id.in_([number for number in ids if 0 < number <= LARGEST_ID]))
    if awake_at is not None:
        query = query.where(FollowupRow.snoozed_until <= awake_at)
    rows = session.scalars(query).all()
    # Asked for again in each statement: the ids themselves may be more than a statement can take.
    chosen = query.with_only_columns(FollowupRow.id)
    posts = _posts(session, chosen)
    stories = _stories(session, chosen, posts, unsent=unsent)
    plans = _plans(session, chosen, unsent=unsent)
    followups = [
        Followup(
            id=row.id,
            status=row.status,
            opened_at=row.opened_at,
            settled_at=row.settled_at,
            snoozed_until=row.snoozed_until,
            ground=row.ground,
            reason=row.reason,
            posts=tuple(posts[row.id]),
            stories=tuple(stories[row.id]),
            plans=tuple(plans[row.id]),
        )
        for row in rows
        if stories[row.id] or plans[row.id]
    ]
    return sorted(followups, key=lambda f: (-f.score, f.id))


def _members(chosen: Chosen) -> Subquery:
    """The posts of the follow-ups, by id, whether a story or a plan brought them in."""
    return union(
        *(
            select(table.followup_id, table.post_id).where(table.followup_id.in_(chosen))
            for table in (FollowupPostRow, FollowupPlanRow)
        )
    ).subquery()


def _posts(session: Session, chosen: Chosen) -> defaultdict[int, list[FollowupPost]]:
    """The posts of each follow-up, newest first."""
    members = _members(chosen)
    query = (
        select(members.c.followup_id, PostRow)
        .join(PostRow, PostRow.id == members.c.post_id)
        .order_by(PostRow.published.desc().nulls_last(), PostRow.id.desc())
    )
    posts: defaultdict[int, list[FollowupPost]] = defaultdict(list)
    for followup, post in session.execute(query):
        posts[followup].append(FollowupPost(post.id, post.file, post.title, post.url, post.published))
    return posts


def _plans(session: Session, chosen: Chosen, *, unsent: bool) -> defaultdict[int, list[DuePlan]]:
    query = (
        select(FollowupPlanRow)
        .where(FollowupPlanRow.followup_id.in_(chosen))
        .order_by(FollowupPlanRow.due.desc(), FollowupPlanRow.id)
    )
    if unsent:
        query = query.where(FollowupPlanRow.digest_id.is_(None))
    plans: defaultdict[int, list[DuePlan]] = defaultdict(list)
    for row in session.scalars(query):
        plans[row.followup_id].append(
            DuePlan(row.post_id, row.sentence, row.due, row.added_at, row.digest_id)
        )
    return plans


def _stories(
    session: Session, chosen: Chosen, posts: Mapping[int, Sequence[FollowupPost]], *, unsent: bool
) -> defaultdict[int, list[Story]]:
    query = select(FollowupStoryRow).where(FollowupStoryRow.followup_id.in_(chosen))
    if unsent:
        query = query.where(FollowupStoryRow.digest_id.is_(None))
    members = session.scalars(query).all()
    of = {m.followup_id: [post.id for post in posts[m.followup_id]] for m in members}
    stories_of = query.with_only_columns(FollowupStoryRow.story_id)
    pairs = {(post, member.story_id) for member in members for post in of[member.followup_id]}
    reports = _reports(session, pairs, stories_of, chosen)
    coverage = _coverage(session, stories_of)
    stories: defaultdict[int, list[Story]] = defaultdict(list)
    for member in members:
        found = _once(reports[post, member.story_id] for post in of[member.followup_id])
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


def _once(by_post: Iterable[Sequence[Report]]) -> list[Report]:
    """Each item once, best first: with the newest post that it calls for an update of, if there is one."""
    best: dict[int, Report] = {}
    for report in (report for reports in by_post for report in reports):
        known = best.get(report.item_id)
        if known is None or report.followup > known.followup:
            best[report.item_id] = report
    return sorted(best.values(), key=lambda r: (not r.followup, -r.score, r.when, r.item_id))


def _reports(
    session: Session, pairs: Collection[tuple[int, int]], stories: Chosen, chosen: Chosen
) -> defaultdict[tuple[int, int], list[Report]]:
    """The linked items of each (post, story)."""
    query = (
        select(ItemRow, LinkRow, SourceRow.name)
        .join(LinkRow, LinkRow.item_id == ItemRow.id)
        .join(SourceRow, SourceRow.id == ItemRow.source_id)
        .where(ItemRow.story_id.in_(stories), LinkRow.post_id.in_(select(_members(chosen).c.post_id)))
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
    return found


def _coverage(session: Session, stories: Chosen) -> dict[int, Coverage]:
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
