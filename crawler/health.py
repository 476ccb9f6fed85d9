"""How a source is doing, in a word and a reason; what editors lose most to are sources that die silently."""

from dataclasses import dataclass
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


def health_of(source: KnownSource, now: datetime) -> Health:
    """How a source is doing, by what is remembered of its visits."""
    memory = source.memory
    if memory.retired_at is not None:
        return _trouble("retired", f"{memory.error}; take it out of the settings, or give its new address")
    if is_dead(memory.trouble, memory.failing_since, now):
        return _trouble(
            "dead", f"since {memory.failing_since:%Y-%m-%d}: {memory.error}; give its new address"
        )
    if memory.trouble is not None:
        times = f"{memory.failures} times in a row: " if memory.failures > 1 else ""
        passing = memory.trouble == "temporary" and memory.failures < PATIENCE
        return Health("failing", f"{times}{memory.error}", needs_a_person=not passing)
    if memory.asked_at is None:
        return Health("new", "not asked yet")
    if memory.error is not None:
        return _trouble("flawed", memory.error)
    return _quiet(memory, now) or _moved(source) or Health("well")


def _quiet(memory: Memory, now: datetime) -> Health | None:
    if memory.usual_entries is not None and has_shrunk(memory.counts, memory.usual_entries):
        usual = round(memory.usual_entries)
        return _trouble("shrinking", f"{memory.counts[-1]} entries, where it usually has {usual}")
    if memory.counts and not any(memory.counts) and not memory.usual_entries:
        return _trouble("silent", "it has no entries")
    pace = pace_of_memory(memory)
    if pace is not None and memory.newest_at is not None and is_silent(memory.newest_at, pace, now):
        silence, gap = _span(now - memory.newest_at), _span(pace.usual)
        return _trouble("silent", f"nothing new for {silence}, where it usually brings something every {gap}")
    return None


def _moved(source: KnownSource) -> Health | None:
    if source.memory.address != source.url:
        return _trouble("moved", f"to {source.memory.address}; write that into the settings")
    return None


def pace_of_memory(memory: Memory) -> Pace | None:
    """The pace of a source's items, if it is known."""
    if memory.usual_gap is None or memory.longest_gap is None:
        return None
    return Pace(timedelta(seconds=memory.usual_gap), timedelta(seconds=memory.longest_gap))


def _span(span: timedelta) -> str:
    """A span as a person says it: "3 days", "5 hours", "20 minutes"."""
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = round(span.total_seconds() / size)
        if count >= 2 or (unit == "minute" and count):
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return "minute"


def _trouble(condition: Condition, why: str) -> Health:
    return Health(condition, why, needs_a_person=True)
