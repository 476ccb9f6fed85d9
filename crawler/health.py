"""How a source is doing, in a word and a reason; what editors lose most to are sources that die silently."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from crawler.rhythm import Pace, has_shrunk, is_dead, is_silent
from storage.sources import KnownSource, Memory

Condition = Literal["new", "well", "moved", "flawed", "shrinking", "silent", "failing", "dead", "retired"]
PATIENCE = 3  # temporary failures in a row, before someone should look at it


@dataclass(frozen=True)
class Health:
    """How a source is doing."""

    condition: Condition
    why: str = ""
    needs_a_person: bool = False  # whether someone should look at it
    facts: Mapping[str, object] = field(default_factory=dict)  # what `why` is made of, to say it otherwise


def health_of(source: KnownSource, now: datetime) -> Health:
    """How a source is doing, by what is remembered of its visits."""
    memory = source.memory
    if memory.retired_at is not None:
        return _trouble(
            "retired",
            f"{memory.error}; take it out of the settings, or give its new address",
            error=memory.error,
        )
    if is_dead(memory.trouble, memory.failing_since, now):
        return _trouble(
            "dead",
            f"since {memory.failing_since:%Y-%m-%d}: {memory.error}; give its new address",
            since=memory.failing_since,
            error=memory.error,
        )
    if memory.trouble is not None:
        times = f"{memory.failures} times in a row: " if memory.failures > 1 else ""
        passing = memory.trouble == "temporary" and memory.failures < PATIENCE
        facts = {"times": memory.failures, "error": memory.error}
        return Health("failing", f"{times}{memory.error}", not passing, facts)
    if memory.asked_at is None:
        return Health("new", "not asked yet")
    if memory.error is not None:
        return _trouble("flawed", memory.error, error=memory.error)
    return _quiet(memory, now) or _moved(source) or Health("well")


def _quiet(memory: Memory, now: datetime) -> Health | None:
    if memory.usual_entries is not None and has_shrunk(memory.counts, memory.usual_entries):
        usual = round(memory.usual_entries)
        entries = memory.counts[-1]
        why = f"{entries} entries, where it usually has {usual}"
        return _trouble("shrinking", why, entries=entries, usual=usual)
    if memory.counts and not any(memory.counts) and not memory.usual_entries:
        return _trouble("silent", "it has no entries")
    pace = pace_of_memory(memory)
    if pace is not None and memory.newest_at is not None and is_silent(memory.newest_at, pace, now):
        silence = now - memory.newest_at
        why = f"nothing new for {_span(silence)}, where it usually brings something every {_span(pace.usual)}"
        return _trouble("silent", why, silence=silence, usual=pace.usual)
    return None


def _moved(source: KnownSource) -> Health | None:
    if source.memory.address != source.url:
        address = source.memory.address
        return _trouble("moved", f"to {address}; write that into the settings", address=address)
    return None


def pace_of_memory(memory: Memory) -> Pace | None:
    """The pace of a source's items, if it is known."""
    if memory.usual_gap is None or memory.longest_gap is None:
        return None
    return Pace(timedelta(seconds=memory.usual_gap), timedelta(seconds=memory.longest_gap))


def _span(span: timedelta) -> str:
    """A span as a person says it: "3 days", "5 hours", "20 minutes"."""
    count, unit = in_units(span)
    return f"{count} {unit}{'s' if count != 1 else ''}" if count else unit


def in_units(span: timedelta) -> tuple[int, Literal["day", "hour", "minute"]]:
    """A span as a number of days or hours, if there are at least two of them, else of minutes."""
    days, hours = (round(span.total_seconds() / size) for size in (86_400, 3_600))
    if days >= 2:
        return days, "day"
    return (hours, "hour") if hours >= 2 else (round(span.total_seconds() / 60), "minute")


def _trouble(condition: Condition, why: str, **facts: object) -> Health:
    return Health(condition, why, needs_a_person=True, facts=facts)
