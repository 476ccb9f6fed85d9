"""Follow-ups as they are shown: with their post, their stories and the reports of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from storage.followups.status import GRAVEST_FIRST, WAITING
from storage.posts.shown import ShownPost


@dataclass(frozen=True)
class Report:
    """One item of a story, with its link to the post."""

    item_id: int
    title: str
    url: str
    source: str
    language: str
    when: datetime  # published, or first seen where the source gave no date
    known_since: datetime  # first seen as it is now: a source may change title or text
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
    told: bool  # whether a digest has carried it
    reports: tuple[Report, ...]
    coverage: Coverage
    settled_at: datetime | None = None  # by the editor, for this post, before it came back

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
class DuePlan:
    """A plan of a post whose time has passed."""

    post_id: int
    sentence: str
    due: date  # the last day of the time that it names
    added_at: datetime
    told: bool  # whether a digest has carried it


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
    posts: tuple[ShownPost, ...]  # those that say the same, newest first; most have but one
    stories: tuple[Story, ...]
    plans: tuple[DuePlan, ...] = ()  # whose time has passed, those first that were due last
    told_at: datetime | None = None  # when a digest last carried something of it

    @property
    def post(self) -> ShownPost:
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

    def woken_at(self, now: datetime) -> datetime | None:
        """When it came back of a snooze, if it did and no digest has told of it since."""
        until = self.snoozed_until
        if until is None or until > now:
            return None
        return until if self.told_at is None or self.told_at < until else None

    def age_days(self, now: datetime, zone: tzinfo) -> int | None:
        """For how many days it has waited, by the days of a zone; none once it is settled."""
        if self.status not in WAITING:
            return None
        today, opened = (moment.astimezone(zone).date() for moment in (now, self.opened_at))
        return max(0, (today - opened).days)
