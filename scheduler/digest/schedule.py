"""When a digest is due. Pure: every function is given the time."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_SENDING = timedelta(minutes=10)
FIRST_RETRY = timedelta(minutes=2)
LONGEST_RETRY = timedelta(hours=4)
GIVEN_UP = timedelta(days=3)  # since a digest was made; one that is older is no news


def latest_slot(now: datetime, at: time, zone: ZoneInfo) -> datetime:
    """The last time, up to now, at which the clock on the wall showed `at`: the digest's time, in UTC.

    A time that a change of clocks skips is taken as if the clock had not changed; one that comes twice
    counts the first time.
    """
    day = now.astimezone(zone).date()
    slot = datetime.combine(day, at, zone).astimezone(UTC)
    return slot if slot <= now else datetime.combine(day - timedelta(days=1), at, zone).astimezone(UTC)


def next_slot(now: datetime, at: time, zone: ZoneInfo) -> datetime:
    """The first time after now at which the clock on the wall shows `at`, in UTC."""
    day = now.astimezone(zone).date()
    slot = datetime.combine(day, at, zone).astimezone(UTC)
    return slot if slot > now else datetime.combine(day + timedelta(days=1), at, zone).astimezone(UTC)


def due_slot(
    now: datetime, at: time, zone: ZoneInfo, *, last: datetime | None, started: datetime
) -> datetime | None:
    """The digest that is due and was not made: the latest slot only, however many were missed.

    `last` is what the latest scheduled digest up to now was for: where `at` has changed since, or the zone, a
    day that had its digest gets no other. Where there was none yet, slots from before the recipient was
    watched for, since `started`, do not count: a new watch does not begin with a mail at noon.
    """
    slot = latest_slot(now, at, zone)
    if last is None:
        return slot if slot > started else None
    return slot if slot.astimezone(zone).date() > last.astimezone(zone).date() else None


def in_hand(attempts: int, tried_at: datetime | None, error: str | None, now: datetime) -> bool:
    """Whether some process is sending it at this moment; one that died at it is waited for ten minutes."""
    if attempts == 0 or error is not None or tried_at is None:
        return False
    # A try that is yet to come was told by a clock that has been set back since.
    return tried_at - LONGEST_SENDING < now < tried_at + LONGEST_SENDING


def retry_due(attempts: int, tried_at: datetime | None, now: datetime) -> bool:
    """Whether a mail that was refused is to be tried again: after 2 minutes, 4, 8, … 4 hours at most."""
    if tried_at is None or attempts == 0:
        return True
    wait: timedelta = min(FIRST_RETRY * 2 ** min(attempts - 1, 10), LONGEST_RETRY)
    return not tried_at - wait < now < tried_at + wait  # earlier: the clock has been set back since
