"""When a source is asked again: its own rhythm, what its server asks for, and patience when it fails.

Pure functions of what is remembered and the time. Times are aware, spans are timedeltas.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from crawler.failures import Failure
from crawler.parsing.document import Wishes
from storage.dates import parse_date

STRETCH = 1.25  # an interval grows by this when little was new,
SHRINK = 1.5  # and is divided by this when most was
MOST = 0.5  # share of new entries
FEW = 0.25
JITTER = 0.1  # of the interval, so that sources that were asked together spread out
WEIGHTS = {"temporary": 0.5, "hard": 1.0, "missing": 1.0, "gone": 1.0}
LONGEST_FAILING = timedelta(days=1)  # between two visits to a source that fails, unless it asks for more
LONGEST_RETRY_AFTER = timedelta(days=7)
DEAD_AFTER = timedelta(days=14)  # of nothing but 404
ASK_THE_DEAD = timedelta(days=7)
FAR_FEWER = 0.6  # of the usual number of entries


@dataclass(frozen=True)
class Bounds:
    """What the settings allow an interval to become."""

    shortest: timedelta = timedelta(minutes=10)
    longest: timedelta = timedelta(hours=12)
    adapt: bool = True


@dataclass(frozen=True)
class Pace:
    """How often a source's items come out."""

    usual: timedelta  # between two of them, on average
    longest: timedelta


def pace_of(moments: Sequence[datetime]) -> Pace | None:
    """The pace of items that came out at these moments; none if they are too few to tell."""
    times = sorted(set(moments))
    if len(times) < 4:
        return None
    gaps = [later - earlier for earlier, later in pairwise(times)]
    return Pace((times[-1] - times[0]) / len(gaps), max(gaps))


def adapted(
    interval: timedelta, base: timedelta, bounds: Bounds, *, new: int, entries: int | None
) -> timedelta:
    """The interval after an answer with so many entries, none if it was unchanged, of which `new` were new.

    It starts from `base`, the settings' own, and never leaves the bounds but to reach that.
    """
    if not bounds.adapt:
        return base
    share = new / entries if entries else 0.0
    if share > MOST:
        interval /= SHRINK
    elif share < FEW:
        interval *= STRETCH
    return min(max(interval, min(bounds.shortest, base)), max(bounds.longest, base))


def freshness(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """For how long a server calls its answer fresh (RFC 9111, 4.2); none if it does not say.

    `headers` by lower-case name. Answers that are not to be kept at all say nothing on how often to ask.
    """
    control = [part.strip().lower() for part in headers.get("cache-control", "").split(",")]
    if {"no-store", "no-cache"} & set(control):
        return None
    for part in control:
        name, _, value = part.partition("=")
        value = value.strip('" ')
        if name == "max-age" and value.isascii() and value.isdigit():
            age = headers.get("age", "0").strip()
            used = int(age[:9]) if age.isascii() and age.isdigit() else 0
            return timedelta(seconds=max(0, min(int(value[:9]), 366 * 86_400) - used))
    expires = parse_date(headers.get("expires"))
    if expires is None or expires.tzinfo is None:
        return None
    date = parse_date(headers.get("date"))
    start = date if date is not None and date.tzinfo is not None else now
    return max(expires - start, timedelta(0))


def due_after_answer(
    url: str, interval: timedelta, wishes: Wishes, fresh: timedelta | None, bounds: Bounds, now: datetime
) -> tuple[datetime, str]:
    """When a source that answered is asked again, and why then."""
    wait, why = interval, "its interval"
    longest = max(bounds.longest, interval)
    for asked, what in ((fresh, "its server calls the answer fresh"), (wishes.ttl, "the feed asks for it")):
        if asked is not None and min(asked, longest) > wait:
            wait, why = min(asked, longest), what
    due = now + wait + _jitter(url, now, wait)
    moved = _out_of_skipped(due, wishes, max(due, now + longest))
    return moved, why if moved == due else "the feed skips the hours before"


def _out_of_skipped(due: datetime, wishes: Wishes, latest: datetime) -> datetime:
    moment = due
    while moment.hour in wishes.skip_hours or moment.weekday() in wishes.skip_days:
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        if moment > latest:
            return latest
    return moment


def due_after_failure(
    url: str, interval: timedelta, weight: float, failure: Failure, now: datetime
) -> tuple[datetime, str]:
    """When a source that failed is asked again, and why then; `weight` is that of its failures in a row."""
    longest = max(LONGEST_FAILING, interval)
    # Beyond the twentieth power every interval is past its bound.
    wait, why = min(interval * 2 ** min(weight, 20.0), longest), "longer after each failure"
    asked = failure.retry_after
    if asked is not None and min(asked, LONGEST_RETRY_AFTER) >= wait:
        return now + min(asked, LONGEST_RETRY_AFTER), "its server asks to wait (Retry-After)"
    return now + wait + _jitter(url, now, wait), why


def is_dead(trouble: str | None, since: datetime | None, now: datetime) -> bool:
    """Whether a source has been missing for so long that it will not come back by itself."""
    return trouble == "missing" and since is not None and now - since >= DEAD_AFTER


def is_silent(newest: datetime | None, pace: Pace | None, now: datetime) -> bool:
    """Whether a source that answers has brought nothing for far longer than it ever did before."""
    if newest is None or pace is None:
        return False
    return now - newest > max(timedelta(days=3), pace.longest * 3, pace.usual * 8)


def has_shrunk(counts: Sequence[int], usual: float | None) -> bool:
    """Whether a source's last answers, the latest last, have far fewer entries than is usual, or none."""
    if not counts or usual is None or usual < 1:
        return False
    return counts[-1] == 0 or (len(counts) >= 2 and max(counts[-2:]) <= usual * FAR_FEWER)


def _jitter(url: str, now: datetime, wait: timedelta) -> timedelta:
    """Up to a tenth of the wait, the same for the same source and time."""
    digest = hashlib.blake2b(f"{url} {now.timestamp():.0f}".encode(), digest_size=4).digest()
    return wait * JITTER * (int.from_bytes(digest) / 2**32)
