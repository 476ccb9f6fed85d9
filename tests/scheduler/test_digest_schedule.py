"""When a digest is due: one slot a day through every change of clocks; when refused mail is tried again."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.digest.schedule import due_slot, in_hand, latest_slot, next_slot, retry_due
from tests.conftest import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOKYO = ZoneInfo("Asia/Tokyo")
ZONES = ["Asia/Tokyo", "America/New_York", "Europe/Berlin", "Africa/Cairo", "Australia/Lord_Howe"]
# 02:30 is skipped and doubled in Berlin, skipped in New York, where 01:30 is doubled; 00:30 in Cairo.
TIMES = [time(7, 30), time(2, 30), time(1, 30), time(0, 30), time(0, 0), time(23, 59)]


def at(zone: ZoneInfo, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=zone).astimezone(UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("when", TIMES, ids=str)
@pytest.mark.parametrize("year", [2026, 2028])  # the second has a leap day
def test_a_year_hour_by_hour_has_one_slot_a_day(year: int, zone: str, when: time) -> None:
    where = ZoneInfo(zone)
    now = started = datetime(year, 1, 1, 12, 1, tzinfo=UTC)
    last, slots = None, []
    while now < started + 366 * DAY:
        slot = due_slot(now, when, where, last=last, started=started)
        if slot is not None:
            assert timedelta(0) <= now - slot < HOUR
            slots.append(slot)
            last = slot
        now += HOUR
    assert slots == sorted(set(slots))
    days = [slot.astimezone(where).date() for slot in slots]
    assert days == [days[0] + n * DAY for n in range(366)]


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("Europe/Berlin", (2026, 3, 29, 1, 30)),  # 02:30 is skipped: counted as if it were still winter
        ("America/New_York", (2026, 3, 8, 7, 30)),
        ("Europe/Berlin", (2026, 10, 25, 0, 30)),  # 02:30 comes twice: the first counts
        ("America/New_York", (2026, 11, 1, 7, 30)),  # 02:30 comes once, after the doubled hour
    ],
)
def test_half_past_two_on_the_days_of_change(zone: str, moment: tuple[int, ...]) -> None:
    slot = at(ZoneInfo("UTC"), *moment)
    assert latest_slot(slot, time(2, 30), ZoneInfo(zone)) == slot
    assert next_slot(slot - timedelta(minutes=1), time(2, 30), ZoneInfo(zone)) == slot


def test_three_days_of_silence_are_caught_up_once() -> None:
    last = at(TOKYO, 2026, 11, 20, 7, 30)
    now = at(TOKYO, 2026, 11, 24, 6, 0)
    slot = due_slot(now, time(7, 30), TOKYO, last=last, started=now)
    assert slot == at(TOKYO, 2026, 11, 23, 7, 30)
    assert due_slot(now + HOUR, time(7, 30), TOKYO, last=slot, started=now) is None
    assert due_slot(now + 2 * HOUR, time(7, 30), TOKYO, last=slot, started=now) == at(
        TOKYO, 2026, 11, 24, 7, 30
    )


def test_a_fresh_start_waits_for_the_next_slot() -> None:
    started = at(TOKYO, 2026, 11, 24, 7, 31)
    for minutes in (0, 5, 23 * 60 + 58):
        now = started + timedelta(minutes=minutes)
        assert due_slot(now, time(7, 30), TOKYO, last=None, started=started) is None
    assert due_slot(started + DAY, time(7, 30), TOKYO, last=None, started=started) == at(
        TOKYO, 2026, 11, 25, 7, 30
    )


def test_the_slot_itself_is_in_time() -> None:
    slot = at(TOKYO, 2026, 11, 24, 7, 30)
    assert due_slot(slot, time(7, 30), TOKYO, last=slot - DAY, started=slot - DAY) == slot
    just_before = slot - timedelta(microseconds=1)
    assert due_slot(just_before, time(7, 30), TOKYO, last=slot - DAY, started=slot - DAY) is None


@pytest.mark.parametrize(
    ("changed", "to", "due"),
    [  # on the 24th, when the clock showed this time `at` became that; when the next digest came
        ("07:00", "08:30", (24, 8, 30)),  # yesterday's slot by the new time is not due
        ("07:00", "06:30", (24, 7, 0)),
        ("09:00", "12:00", (25, 12, 0)),  # this day had its digest
        ("09:00", "08:00", (25, 8, 0)),
        ("09:00", "06:00", (25, 6, 0)),
    ],
)
def test_a_day_has_one_digest_when_its_time_is_changed(
    changed: str, to: str, due: tuple[int, int, int]
) -> None:
    before, after = time(7, 30), time.fromisoformat(to)
    now = at(TOKYO, 2026, 11, 24, *map(int, changed.split(":")))
    last = latest_slot(now, before, TOKYO)
    while due_slot(now, after, TOKYO, last=last, started=last) is None:
        now += timedelta(minutes=1)
    assert now == at(TOKYO, 2026, 11, *due)


@settings(deadline=None)
@given(
    st.integers(1_600_000_000, 1_900_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.lists(st.tuples(st.sampled_from(TIMES), st.integers(1, 60)), min_size=2, max_size=6),
    st.sampled_from(ZONES).map(ZoneInfo),
)
def test_no_change_of_its_time_skips_a_day_or_doubles_it(
    now: datetime, kept: list[tuple[time, int]], zone: ZoneInfo
) -> None:
    last = now - 2 * DAY
    days: list[int] = []
    for when, hours in kept:
        for _ in range(hours):
            slot = due_slot(now, when, zone, last=last, started=now)
            if slot is not None:
                last = slot
                days.append(slot.astimezone(zone).toordinal())
            now += HOUR
    # A time that was changed within the hour after it may have been passed over.
    assert all(one < other <= one + 2 for one, other in pairwise(days))


@settings(deadline=None)
@given(
    st.integers(1_000_000_000, 2_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.times().map(lambda value: value.replace(fold=0)),
    st.sampled_from(ZONES).map(ZoneInfo),
)
def test_now_lies_between_the_latest_slot_and_the_next(now: datetime, when: time, zone: ZoneInfo) -> None:
    latest, coming = latest_slot(now, when, zone), next_slot(now, when, zone)
    assert latest <= now < coming
    assert 22 * HOUR < coming - latest < 26 * HOUR


def test_a_refused_mail_is_tried_again_ever_more_patiently() -> None:
    now = at(TOKYO, 2026, 11, 24, 7, 30)
    assert retry_due(0, None, now)
    minutes = {1: 2, 2: 4, 3: 8, 7: 128, 8: 240, 30: 240, 5000: 240}
    for attempts, wait in minutes.items():
        due = now + timedelta(minutes=wait)
        assert not retry_due(attempts, now, due - timedelta(seconds=1))
        assert retry_due(attempts, now, due)


def test_a_mail_that_another_process_is_sending_is_left_to_it_for_ten_minutes() -> None:
    begun = NOW - timedelta(minutes=9)
    assert in_hand(1, begun, None, NOW)
    assert not in_hand(1, begun - timedelta(minutes=1), None, NOW)
    assert not in_hand(1, NOW + timedelta(minutes=10), None, NOW)  # the clock has been set back since
    assert not in_hand(1, begun, "the server is full", NOW)
    assert not in_hand(0, None, None, NOW)
