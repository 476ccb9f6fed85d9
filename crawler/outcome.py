"""What a visit leaves behind: the memory of a source after an answer, and after a failure. Pure functions."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from crawler.failures import Failure
from crawler.fetching.fetcher import Fetched
from crawler.parsing.document import Wishes
from crawler.rhythm import (
    ASK_THE_DEAD,
    WEIGHTS,
    Bounds,
    adapted,
    due_after_answer,
    due_after_failure,
    freshness,
    is_dead,
    pace_of,
)
from storage.entry import Entry
from storage.items import Stored
from storage.sources import Memory

MOVES = 3  # visits that a permanent redirect must lead to the same place before it is believed
COUNTS = 10  # answers whose number of entries is remembered
RISE, FALL = 0.3, 0.02  # how fast the usual number of entries follows when there are more, and when fewer


@dataclass(frozen=True)
class Answer:
    """A source's answer as it was read; `entries` is none if nothing had changed."""

    fetched: Fetched
    entries: tuple[Entry, ...] | None = None
    wishes: Wishes = field(default_factory=Wishes)
    body_hash: str | None = None
    flaw: str | None = None  # why the entries may not be all
    stands_alone: bool = True  # whether the same bytes, or a 304, mean that nothing changed
    varies: bool = False  # whether the number of entries says nothing


def after_answer(
    memory: Memory, url: str, answer: Answer, stored: Stored, bounds: Bounds, now: datetime
) -> Memory:
    """What is remembered of a source that answered."""
    entries = answer.entries
    base, interval = timedelta(seconds=memory.base), timedelta(seconds=memory.interval)
    if _is_telling(memory, stored, now):
        count = None if entries is None else len(entries)
        interval = adapted(interval, base, bounds, new=len(stored.new), entries=count)
    if entries is not None:
        memory = _wishing(memory, answer.wishes)
    fresh = freshness(answer.fetched.headers, now)
    due, why = due_after_answer(url, interval, _wishes(memory), fresh, bounds, now)
    memory = replace(
        _moved(memory, answer.fetched),
        interval=int(interval.total_seconds()),
        asked_at=now,
        answered_at=now,
        due_at=due,
        due_why=why,
        failures=0,
        weight=0.0,
        failing_since=None,
        trouble=None,
        error=answer.flaw,
        retired_at=None,
    )
    memory = _validated(memory, answer)
    if entries is None:
        return replace(memory, counts=(*memory.counts, *memory.counts[-1:])[-COUNTS:])
    if not answer.varies:
        memory = _counted(memory, len(entries))
    return _paced(memory, entries, stored, now)


def after_failure(memory: Memory, url: str, failure: Failure, now: datetime) -> Memory:
    """What is remembered of a source that failed."""
    # Tries in quick succession, by hand, are one failure as to how long to wait.
    counts = memory.trouble is None or _waited(memory, now)
    weight = memory.weight + (WEIGHTS[failure.kind] if counts else 0.0)
    since = memory.failing_since if memory.trouble == failure.kind else None
    interval = timedelta(seconds=memory.interval)
    due, why = due_after_failure(url, interval, weight, failure, now)
    memory = replace(
        memory,
        asked_at=now,
        due_at=due,
        due_why=why,
        failures=memory.failures + 1,
        weight=weight,
        failing_since=since or now,
        trouble=failure.kind,
        error=failure.reason,
    )
    if failure.kind == "gone":
        return replace(memory, retired_at=now, due_at=None, due_why="gone for good (HTTP 410)")
    if is_dead(memory.trouble, memory.failing_since, now):
        return replace(memory, due_at=now + ASK_THE_DEAD, due_why="dead: asked once a week")
    return memory


def _moved(memory: Memory, fetched: Fetched) -> Memory:
    to = fetched.moved_to
    if to is None or to == memory.address:
        return replace(memory, moving_to=None, moving_seen=0)
    seen = memory.moving_seen + 1 if to == memory.moving_to else 1
    if seen < MOVES:
        return replace(memory, moving_to=to, moving_seen=seen)
    return replace(memory, address=to, moving_to=None, moving_seen=0)


def _validated(memory: Memory, answer: Answer) -> Memory:
    headers, unchanged = answer.fetched.headers, answer.entries is None
    if answer.flaw is not None or not answer.stands_alone:
        # Without a validator the whole of it is asked for again next time.
        return replace(memory, etag=None, last_modified=None, validated_url=None, body_hash=None)
    # A 304 may leave validators out; they stay those of the body that was read.
    return replace(
        memory,
        etag=_header(headers.get("etag")) or (memory.etag if unchanged else None),
        last_modified=_header(headers.get("last-modified")) or (memory.last_modified if unchanged else None),
        validated_url=answer.fetched.url,
        body_hash=memory.body_hash if unchanged else answer.body_hash,
    )


def _is_telling(memory: Memory, stored: Stored, now: datetime) -> bool:
    """Whether a visit says anything of how often to ask: not the first, where all is new, and none that came
    early, by hand, unless it found something.
    """
    return memory.answered_at is not None and (bool(stored.new) or _waited(memory, now))


def _waited(memory: Memory, now: datetime) -> bool:
    return memory.asked_at is None or now - memory.asked_at >= timedelta(seconds=memory.interval) / 2


def _wishing(memory: Memory, wishes: Wishes) -> Memory:
    ttl = int(wishes.ttl.total_seconds()) if wishes.ttl is not None else None
    hours, days = tuple(sorted(wishes.skip_hours)), tuple(sorted(wishes.skip_days))
    return replace(memory, ttl=ttl, skip_hours=hours, skip_days=days)


def _wishes(memory: Memory) -> Wishes:
    ttl = timedelta(seconds=memory.ttl) if memory.ttl is not None else None
    return Wishes(ttl, frozenset(memory.skip_hours), frozenset(memory.skip_days))


def _counted(memory: Memory, count: int) -> Memory:
    usual = memory.usual_entries
    if usual is None:
        usual = float(count)
    else:  # more is believed soon, fewer is told for long before it is what is usual
        usual += (count - usual) * (RISE if count > usual else FALL)
    return replace(memory, counts=(*memory.counts, count)[-COUNTS:], usual_entries=usual)


def _paced(memory: Memory, entries: tuple[Entry, ...], stored: Stored, now: datetime) -> Memory:
    moments = [entry.published for entry in entries if entry.published is not None]
    known = [moment for moment in (memory.newest_at, *moments) if moment is not None and moment <= now]
    if stored.new and not moments:  # a source that gives no dates: its pace is that of our finding them
        if memory.newest_at is not None:
            gap = int((now - memory.newest_at).total_seconds())
            usual = gap if memory.usual_gap is None else (memory.usual_gap * 3 + gap) // 4
            memory = replace(memory, usual_gap=usual, longest_gap=max(gap, memory.longest_gap or 0))
        known.append(now)
    memory = replace(memory, newest_at=max(known, default=None))
    pace = pace_of(moments)
    if pace is None:
        return memory
    return replace(
        memory,
        usual_gap=int(pace.usual.total_seconds()),
        longest_gap=int(pace.longest.total_seconds()),
    )


def _header(value: str | None) -> str | None:
    # A validator goes back as it came; bytes that no header may hold would break the request.
    return value if value and len(value) < 1000 and value.isascii() and value.isprintable() else None
