"""What happens in which hour of the month, by the hours since its begin. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

DAY = 24  # hours
BUSY = 0.06  # of the feeds, that publish each hour,
ALL_FOR = 3 * DAY  # and all of them once a day for so long: then their entries are too old to be news
LAST_CALL = 16  # hours before the end from which nothing is published: more than feeds are left alone for
WAVE = 2 * DAY  # faults come once in so many hours,
RISE = 12  # at this hour of them, and heal with the next wave
AT_ONCE = 2  # kinds of faults in a wave
STRUCK = 0.05  # of the feeds, by each kind


@dataclass(frozen=True)
class Hour:
    """What happens in one hour."""

    publishes: float = 0.0  # share of the feeds that have a new entry
    heals: bool = False
    strikes: Sequence[tuple[str, float]] = ()  # kinds of faults, and the share of the feeds that each strikes


def hour_of(number: int, days: int, kinds: Sequence[str]) -> Hour:
    """The hour of that number, from 0, of a watch of some days in which faults of all kinds take turns."""
    last = number >= days * DAY - LAST_CALL
    share = 1.0 if number % DAY == 0 and number <= ALL_FOR else BUSY
    wave, hour = divmod(number, WAVE)
    turn = [
        (kinds[(wave * AT_ONCE + place) % len(kinds)], STRUCK) for place in range(min(AT_ONCE, len(kinds)))
    ]
    return Hour(
        publishes=0.0 if last or number == 0 else share,
        heals=hour == 0 and wave > 0,
        strikes=tuple(turn) if hour == RISE else (),
    )
