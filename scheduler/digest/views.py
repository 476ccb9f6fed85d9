"""A digest's contents as they are said in one language and one zone, ready for the templates. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crawler.health import in_units
from scheduler.novelty import what_changed, what_is_new
from storage.digests.content import SHOWN, Day, Idea, Trouble, Watch
from storage.errors import plain_line
from storage.followups.followup import Coverage, DuePlan, Followup, Story
from storage.hiding import hide_secrets
from storage.posts.shown import ShownPost
from storage.urls import is_web_url

MAX_ALIKE = 5  # posts that say the same and are named, the newest
MAX_NAMES = 5  # of an idea
MAX_TROUBLES = 10  # that are told in full
BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class StoryView:
    """A story as the digest says it."""

    kind: str
    title: str
    url: str
    reported: str  # first where and when, how many reports in which languages
    why: str
    post_passage: str
    news_passage: str
    new: str
    score: str


@dataclass(frozen=True)
class PlanView:
    """A plan whose time has passed, as the digest says it."""

    sentence: str
    passed: str


@dataclass(frozen=True)
class FollowupView:
    """A follow-up as the digest says it."""

    number: int
    id: int
    title: str
    url: str
    date: str
    age: str
    again: str  # that an earlier digest told of it, or that it was snoozed; "" if neither
    alike: str  # that other posts say the same, "" if none does
    others: tuple[tuple[str, str], ...]  # of those, newest first: title and address
    stories: tuple[StoryView, ...]
    plans: tuple[PlanView, ...]
    more: str  # that there are more stories or plans, "" if all are shown


@dataclass(frozen=True)
class IdeaView:
    """A story without a post as the digest says it."""

    title: str
    url: str
    reported: str
    about: str


@dataclass(frozen=True)
class TroubleView:
    """A source in trouble as the digest says it."""

    name: str
    url: str
    condition: str
    why: str


@dataclass(frozen=True)
class DaysView:
    """The last days as the digest says them: the words stand for the chart where that is not seen."""

    heading: str
    followups: str
    items: str
    bars: str


class Speaker:
    """Says a digest's contents in the phrases of one language, with times of day in one zone."""

    def __init__(
        self, phrases: Mapping[str, Any], zone: ZoneInfo, now: datetime, name: Callable[[str], str] = str
    ) -> None:
        self.phrases = phrases
        self.zone = zone
        self.now = now
        self.name = name  # as the language says it

    def say(self, phrase: str, **values: object) -> str:
        """A phrase with its blanks filled in."""
        return str(self.phrases[phrase].format(**values))

    def count(self, phrase: str, count: int, **values: object) -> str:
        """A phrase that counts: its form for one, if the language has one and there is but one."""
        one = f"{phrase}_one"
        return self.say(one if count == 1 and one in self.phrases else phrase, count=count, **values)

    def join(self, texts: list[str]) -> str:
        """Texts as a list within a sentence."""
        return str(self.phrases["comma"]).join(texts)

    def day(self, moment: datetime) -> str:
        """The day of a moment."""
        try:
            return self.date(moment.astimezone(self.zone).date())
        except OverflowError:  # a post of the year 1 or 9999, imported before such a date was none
            return self.date(moment.date())

    def date(self, day: date) -> str:
        """A day."""
        return self.say("date", day=day.day, month=self.phrases["months"][day.month - 1], year=day.year)

    def followup(self, number: int, followup: Followup) -> FollowupView:
        """A follow-up, numbered."""
        days = followup.age_days(self.now, self.zone) or 0
        published, others, plans = followup.post.published, followup.posts[1:], followup.plans_told
        return FollowupView(
            number=number,
            id=followup.id,
            title=plain_line(followup.post.title),
            url=_address(followup.post),
            date=self.day(published) if published else self.say("undated"),
            age=self.count("open_days", days) if days else self.say("open_today"),
            again=self._again(followup),
            alike=self.count("alike", len(others)) if others else "",
            others=tuple((plain_line(post.title), _address(post)) for post in others[:MAX_ALIKE]),
            stories=tuple(self.story(story) for story in followup.stories[:SHOWN]),
            plans=tuple(self.plan(plan) for plan in plans[:SHOWN]),
            more=" · ".join(
                self.say(phrase, count=len(found) - SHOWN)
                for phrase, found in (("more_stories", followup.stories), ("more_plans", plans))
                if len(found) > SHOWN
            ),
        )

    def _again(self, followup: Followup) -> str:
        woken = followup.woken_at(self.now)
        if woken is not None:
            return self.say("woken", date=self.day(woken))
        return self.say("again", date=self.day(followup.told_at)) if followup.told_at else ""

    def plan(self, plan: DuePlan) -> PlanView:
        """A plan whose time has passed."""
        return PlanView(plain_line(plan.sentence), self.say("plan_passed", date=self.date(plan.due)))

    def story(self, story: Story) -> StoryView:
        """A story, by the report of it that says most about the post."""
        best = story.best
        evidence = best.evidence
        changes, new = (list(map(self._named, of(evidence))) for of in (what_changed, what_is_new))
        reported = self.reported(story.coverage)
        if story.settled_at is not None:
            reported += " · " + self.say("came_back", date=self.day(story.settled_at))
        return StoryView(
            kind=self.say(story.kind),
            title=plain_line(best.title),
            url=plain_line(best.url),
            reported=reported,
            why=self._why(evidence),
            post_passage=plain_line(evidence.get("post_passage", "")),
            news_passage=plain_line(evidence.get("news_passage", "")),
            new=" · ".join([*changes, *([self.say("not_in_post", new=self.join(new))] if new else [])]),
            score=self.say("score", score=f"{best.score:.2f}"),
        )

    def reported(self, coverage: Coverage) -> str:
        """Who reported it first and when, how many reports there are in which languages."""
        when = coverage.when.astimezone(self.zone)
        moment = self.say(
            "moment",
            day=when.day,
            month=self.phrases["months"][when.month - 1],
            hour=f"{when:%H}",
            minute=f"{when:%M}",
        )
        said = [self.say("first", source=plain_line(coverage.source), moment=moment)]
        if coverage.reports > 1:
            counts = sorted(coverage.languages.items(), key=lambda pair: (-pair[1], pair[0]))
            languages = self.join([f"{plain_line(language)} {count}" for language, count in counts])
            said.append(self.say("reports", count=coverage.reports, languages=languages))
        return " · ".join(said)

    def _why(self, evidence: Mapping[str, Any]) -> str:
        titles = [self._named(name) for name in evidence.get("title_names", [])]
        others = [name for name in map(self._named, evidence.get("names", [])) if name not in titles]
        parts = []
        if titles:
            parts.append(self.say("why_titles", names=self.join(titles)))
        if others:
            parts.append(self.say("why_also", names=self.join(others)))
        if not parts and "names" in evidence:  # it was looked for, and there is none
            parts.append(self.say("why_like"))
        return " ".join(parts)

    def _named(self, name: str) -> str:
        return plain_line(self.name(name))

    def idea(self, idea: Idea) -> IdeaView:
        """A story without a post."""
        names = self.join([self._named(name) for name in idea.names[:MAX_NAMES]])
        return IdeaView(
            plain_line(idea.title),
            plain_line(idea.url),
            self.reported(idea.coverage),
            self.say("about", names=names),
        )

    def trouble(self, trouble: Trouble) -> TroubleView:
        """A source in trouble."""
        return TroubleView(
            plain_line(trouble.name),
            plain_line(trouble.url),
            self.say(f"is_{trouble.condition}"),
            plain_line(self._trouble(trouble)),
        )

    def _trouble(self, trouble: Trouble) -> str:
        """What is wrong, in the words of the language where it has any of its own for that."""
        why = f"why_{trouble.condition}"
        if why not in self.phrases or not trouble.facts:
            return trouble.why
        return self.say(why, **{name: self._fact(value) for name, value in trouble.facts.items()})

    def _fact(self, value: object) -> str:
        if isinstance(value, timedelta):
            count, unit = in_units(value)
            return self.say(f"span_{unit}", count=max(count, 1))
        return self.day(value) if isinstance(value, datetime) else hide_secrets(str(value))

    def watch(self, watch: Watch) -> str:
        """How many sources were watched, and what they brought."""
        return self.say(
            "watch", alive=watch.alive, silent=watch.silent, blocked=watch.blocked, items=watch.items
        )

    def days(self, days: tuple[Day, ...]) -> DaysView:
        """The last days in words."""
        return DaysView(
            self.say("days", days=len(days)),
            self.count("days_followups", sum(day.followups for day in days)),
            self.count("days_items", sum(day.items for day in days)),
            bars(days),
        )


def bars(days: tuple[Day, ...]) -> str:
    """The follow-ups of each day as a line of blocks, for plain text."""
    most = max((day.followups for day in days), default=0) or 1
    return "".join(BARS[round(day.followups / most * (len(BARS) - 1))] for day in days)


def _address(post: ShownPost) -> str:
    return plain_line(post.url if is_web_url(post.url) else post.file)
