"""Whether a sentence says that something will happen by a time, and by when."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from storage.claims.times import Time, absolute, times
from storage.claims.wording import Wording

EVENT_REACH = 30  # characters from a time to what happens then

_MONTH = re.compile(r"(?<!\d)\d{1,2}\s?[月월](?!間)")
# What may follow a time that ends a clause, and by that belongs to the next: "2027年末までには、".
_TAIL = re.compile(r"[ぁ-ゖ頃中末内底前까지에는부터\s]{0,8}[、,:]?\s*")
_PAUSE = re.compile(r"[、;；:：|。]|(?<!\d),|,(?!\d{3})")


@dataclass(frozen=True)
class Plan:
    """That something will happen; `due` is the last day of the time it names, if that is sure."""

    due: date | None


@dataclass(frozen=True)
class _Clause:
    start: int
    end: int
    times: Sequence[Time]


def read_plan(sentence: str, day: date | None, wording: Wording) -> Plan | None:
    """The plan in a sentence that is `normal`, written on `day`; none where it is the past, or in doubt.

    Of several times the latest counts among those that stand with the words of the plan.
    """
    if wording.cancels.search(sentence):
        return None
    text = sentence if day is None else absolute(sentence, day, wording)
    named = times(text, wording)
    if not any(_not_over(time, day) for time in named):
        return None
    clauses = _clauses(text, named)
    worded = list(wording.plans.finditer(text))
    if any(_in_some_month(text, clause) for clause in clauses):
        return Plan(None) if worded else None
    dated = [time for match in worded for time in _planned(text, match, clauses, day, wording)]
    if not dated and day is not None:
        dated = list(_events(text, clauses, day, wording))
    if not dated or not all(time.sure for time in dated):
        return Plan(None) if worded else None
    due = max(time.last for time in dated)
    return Plan(due) if day is None or due >= day else None


def _not_over(time: Time, day: date | None) -> bool:
    return day is None or time.last >= day


def _in_some_month(text: str, clause: _Clause) -> bool:
    """Whether a clause names a month without its year beside a year: of which year it is, is in doubt."""
    return bool(clause.times) and any(
        all(month.start() >= time.end or month.end() <= time.start for time in clause.times)
        for month in _MONTH.finditer(text, clause.start, clause.end)
    )


def _clauses(text: str, named: Sequence[Time]) -> list[_Clause]:
    ends = [match.end() for match in _PAUSE.finditer(text)]
    # A pause inside a time, as in "March 3, 2027", parts no clauses.
    ends = [end for end in ends if not any(time.start < end < time.end for time in named)]
    starts = [0, *ends]
    return [
        _Clause(start, end, [time for time in named if start <= time.start < end])
        for start, end in zip(starts, [*ends, len(text)], strict=True)
        if start < end
    ]


def _planned(
    text: str, match: re.Match[str], clauses: Sequence[_Clause], day: date | None, wording: Wording
) -> list[Time]:
    """The times that stand with the words of a plan."""
    place = next(n for n, clause in enumerate(clauses) if clause.start <= match.start() < clause.end)
    clause = clauses[place]
    near = [time for time in clause.times if not wording.before or time.end <= match.end()]
    if not near:
        before = next((one for one in reversed(clauses[:place]) if one.times), None)
        if before is not None and _TAIL.fullmatch(text, before.times[-1].end, before.end):
            near = [before.times[-1]]
    told = wording.told.match(text, match.end()) or wording.told.search(match[0])
    return [time for time in near if not _of_the_past(text, time, match.start(), bool(told), day, wording)]


def _of_the_past(text: str, time: Time, plan: int, told: bool, day: date | None, wording: Wording) -> bool:
    """Whether a time that has begun is rather that of something which has happened before the plan."""
    if day is None or time.first > day:
        return False
    return told or wording.past.search(text, time.end, max(time.end, plan)) is not None


def _events(text: str, clauses: Sequence[_Clause], day: date, wording: Wording) -> Iterator[Time]:
    """The times that had not begun on `day` and have something happen."""
    for clause in clauses:
        for event in wording.events.finditer(text, clause.start, clause.end):
            for time in clause.times:
                after = 0 <= event.start() - time.end <= EVENT_REACH
                before = not wording.before and 0 <= time.start - event.end() <= EVENT_REACH
                if (after or before) and time.first > day:
                    yield time
