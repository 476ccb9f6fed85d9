"""A plan of a post beside what news says: whether it is still open, and whether its time has moved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from storage.claims.plans import Plan, read_plan
from storage.claims.times import Time, absolute, times
from storage.claims.wording import Wordings, default_wordings
from storage.linking.change import change


@dataclass(frozen=True)
class NamedTime:
    """A time as a sentence names it: its words, its first and its last day."""

    shown: str
    first: date
    last: date

    def overlaps(self, other: "NamedTime") -> bool:
        """Whether they have a day in common."""
        return self.first <= other.last and other.first <= self.last

    def same_days(self, other: "NamedTime") -> bool:
        """Whether they are the same days."""
        return (self.first, self.last) == (other.first, other.last)


@lru_cache(10_000)  # the same sentences of much-linked posts are looked at again and again
def plan_in(sentence: str, day: date | None, wordings: Wordings | None = None) -> Plan | None:
    """The plan in a sentence that is `normal`, written on `day`."""
    plans = (read_plan(sentence, day, wording) for wording in (wordings or default_wordings()).of(sentence))
    return next((plan for plan in plans if plan is not None), None)


def moved_times(
    planned: str, day: date | None, news: Sequence[str], told: date | None, beside: Iterable[str] = ()
) -> list[str]:
    """What the news says instead of the time of a plan, "2026年後半 → 2027 Q1"; nothing where they agree.

    `planned` is the post's sentence, written on `day`; `news` are sentences of one event, told on `told`;
    `beside` are what else the post says of it: where that gives the news's very time, the post was updated.
    All are `normal`. Times that were over when the news came out are not what it expects.
    """
    plan = plan_in(planned, day)
    if plan is None or plan.due is None:
        return []
    ours = [time for time in named_times(planned, day) if time.last == plan.due]
    theirs = [
        time for sentence in news for time in named_times(sentence, told) if told is None or time.last >= told
    ]
    if not ours or not theirs or any(ours[0].overlaps(time) for time in theirs):
        return []
    if any(theirs[0].same_days(time) for sentence in beside for time in named_times(sentence, day)):
        return []
    return [change(ours[0].shown, theirs[0].shown)]


@lru_cache(10_000)
def named_times(sentence: str, day: date | None) -> tuple[NamedTime, ...]:
    """The times that a sentence names, in order, seen from the day that it was written."""
    found: dict[tuple[date, date], NamedTime] = {}
    for wording in default_wordings().of(sentence):
        text = sentence if day is None else absolute(sentence, day, wording)
        for time in times(text, wording):
            found.setdefault((time.first, time.last), _named(text, time))
    return tuple(found.values())


def _named(text: str, time: Time) -> NamedTime:
    return NamedTime(text[time.start : time.end].strip().removesuffix("の"), time.first, time.last)
