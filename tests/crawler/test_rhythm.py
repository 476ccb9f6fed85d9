"""When a source is asked again, by its rhythm, its server's wishes, and its failures."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.failures import Failure
from crawler.parsing.document import Wishes
from crawler.rhythm import (
    DEAD_AFTER,
    JITTER,
    Bounds,
    Pace,
    adapted,
    due_after_answer,
    due_after_failure,
    freshness,
    has_shrunk,
    is_dead,
    is_silent,
    pace_of,
)
from tests.conftest import NOW

URL = "https://news.example/feed"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BOUNDS = Bounds(timedelta(minutes=10), timedelta(hours=12))


def answered(interval: timedelta, wishes: Wishes = Wishes(), fresh: timedelta | None = None) -> timedelta:  # noqa: B008
    """How long after its answer a source is asked again."""
    return due_after_answer(URL, interval, wishes, fresh, BOUNDS, NOW)[0] - NOW


def failed(weight: float, failure: Failure, interval: timedelta = HOUR) -> timedelta:
    """How long after a failure a source is asked again."""
    return due_after_failure(URL, interval, weight, failure, NOW)[0] - NOW


def test_an_interval_grows_when_little_was_new_and_shrinks_when_most_was() -> None:
    assert adapted(HOUR, HOUR, BOUNDS, new=16, entries=30) < HOUR
    assert adapted(HOUR, HOUR, BOUNDS, new=2, entries=30) > HOUR
    assert adapted(HOUR, HOUR, BOUNDS, new=10, entries=30) == HOUR
    assert adapted(HOUR, HOUR, BOUNDS, new=0, entries=None) > HOUR
    assert adapted(HOUR, HOUR, BOUNDS, new=0, entries=0) > HOUR


def test_an_interval_stays_within_its_bounds() -> None:
    short = long = HOUR
    for _ in range(50):
        short = adapted(short, HOUR, BOUNDS, new=1, entries=1)
        long = adapted(long, HOUR, BOUNDS, new=0, entries=1)
    assert (short, long) == (BOUNDS.shortest, BOUNDS.longest)


def test_what_the_settings_ask_of_a_source_is_within_its_bounds_whatever_they_are() -> None:
    quick, slow = timedelta(seconds=20), 7 * DAY
    assert adapted(quick, quick, BOUNDS, new=1, entries=1) == quick
    assert adapted(slow, slow, BOUNDS, new=0, entries=1) == slow


def test_an_interval_that_must_not_adapt_is_the_settings_own() -> None:
    fixed = Bounds(BOUNDS.shortest, BOUNDS.longest, adapt=False)
    assert adapted(5 * HOUR, HOUR, fixed, new=30, entries=30) == HOUR


@given(
    st.integers(1, 10**7).map(lambda s: timedelta(seconds=s)),
    st.integers(0, 50),
    st.none() | st.integers(0, 50),
)
def test_any_interval_adapts_into_the_bounds(interval: timedelta, new: int, entries: int | None) -> None:
    found = adapted(interval, HOUR, BOUNDS, new=new, entries=entries)
    assert BOUNDS.shortest <= found <= BOUNDS.longest


def test_sources_that_were_asked_together_spread_out() -> None:
    dues = {due_after_answer(f"{URL}/{n}", HOUR, Wishes(), None, BOUNDS, NOW)[0] for n in range(50)}
    assert len(dues) > 45
    assert all(HOUR <= due - NOW <= HOUR * (1 + JITTER) for due in dues)


@pytest.mark.parametrize(
    ("headers", "fresh"),
    [
        ({"cache-control": "public, Max-Age=3600"}, HOUR),
        ({"cache-control": 'max-age="3600"', "age": "600"}, timedelta(minutes=50)),
        ({"cache-control": "max-age=60", "age": "600"}, timedelta(0)),
        ({"cache-control": "max-age=99999999999999"}, timedelta(days=366)),
        ({"cache-control": "no-cache, max-age=3600"}, None),
        ({"cache-control": "no-store"}, None),
        ({"cache-control": "max-age=soon"}, None),
        ({"expires": "Tue, 24 Nov 2026 13:00:00 GMT"}, HOUR),
        ({"expires": "Tue, 24 Nov 2026 13:00:00 GMT", "date": "Tue, 24 Nov 2026 11:00:00 GMT"}, 2 * HOUR),
        ({"expires": "0"}, None),
        ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, timedelta(0)),
        ({"cache-control": "max-age=0", "expires": "Tue, 24 Nov 2026 13:00:00 GMT"}, timedelta(0)),
        ({}, None),
    ],
)
def test_a_server_says_for_how_long_its_answer_is_fresh(
    headers: dict[str, str], fresh: timedelta | None
) -> None:
    assert freshness(headers, NOW) == fresh


def test_what_server_and_feed_ask_for_is_honoured_up_to_the_longest_interval() -> None:
    assert answered(HOUR, fresh=timedelta(minutes=5)) < 1.2 * HOUR
    assert 3 * HOUR <= answered(HOUR, fresh=3 * HOUR) <= 3.3 * HOUR
    assert 4 * HOUR <= answered(HOUR, Wishes(ttl=4 * HOUR), fresh=3 * HOUR) <= 4.4 * HOUR
    assert answered(HOUR, Wishes(ttl=300 * DAY), fresh=300 * DAY) <= BOUNDS.longest * (1 + JITTER)


def test_hours_and_days_that_a_feed_skips_are_skipped() -> None:
    # NOW is a Tuesday, 12:00 UTC.
    due, why = due_after_answer(URL, HOUR, Wishes(skip_hours=frozenset({13, 14})), None, BOUNDS, NOW)
    assert due == datetime(2026, 11, 24, 15, tzinfo=UTC)
    assert why == "the feed skips the hours before"
    long = Bounds(BOUNDS.shortest, timedelta(days=2))
    due, _ = due_after_answer(URL, HOUR, Wishes(skip_days=frozenset({1})), None, long, NOW)
    assert due == datetime(2026, 11, 25, 0, tzinfo=UTC)
    # Skipping more than the longest interval would be too much to ask.
    assert answered(HOUR, Wishes(skip_days=frozenset({1, 2, 3}))) == BOUNDS.longest


def test_failures_back_off_and_temporary_ones_count_less() -> None:
    hard, soft = Failure("x", "hard"), Failure("x", "temporary")
    waits = [failed(weight, hard) for weight in (1, 2, 3)]
    assert waits == sorted(waits)
    assert waits[2] > 3 * waits[0]
    assert failed(0.5, soft) < failed(1.0, hard)
    assert failed(1000.0, hard) <= DAY * (1 + JITTER)
    assert failed(1000.0, hard, interval=3 * DAY) >= 3 * DAY


@pytest.mark.parametrize(
    ("asked", "wait"), [(5 * HOUR, 5 * HOUR), (100 * DAY, 7 * DAY)], ids=["hours", "more than a week"]
)
def test_retry_after_is_obeyed(asked: timedelta, wait: timedelta) -> None:
    assert failed(0.5, Failure("x", "temporary", asked)) == wait


def test_retry_after_makes_no_visit_earlier() -> None:
    assert failed(0.5, Failure("x", "temporary", timedelta(seconds=2))) > HOUR


def test_a_source_that_is_missing_for_two_weeks_is_dead() -> None:
    assert is_dead("missing", NOW - DEAD_AFTER, NOW)
    assert not is_dead("missing", NOW - DEAD_AFTER + HOUR, NOW)
    assert not is_dead("hard", NOW - 2 * DEAD_AFTER, NOW)
    assert not is_dead(None, None, NOW)


def test_the_pace_of_items_is_their_usual_and_their_longest_gap() -> None:
    times = [NOW, NOW + HOUR, NOW + 2 * HOUR, NOW + 6 * HOUR, NOW + 6 * HOUR]
    assert pace_of(times) == Pace(2 * HOUR, 4 * HOUR)
    assert pace_of(times[:3]) is None
    assert pace_of([NOW] * 10) is None


def test_silence_is_told_against_a_sources_own_rhythm() -> None:
    daily = Pace(DAY, 3 * DAY)
    assert not is_silent(NOW - 8 * DAY, daily, NOW)
    assert is_silent(NOW - 10 * DAY, daily, NOW)
    hourly = Pace(HOUR, 5 * HOUR)
    assert not is_silent(NOW - 2 * DAY, hourly, NOW)  # a weekend
    assert is_silent(NOW - 4 * DAY, hourly, NOW)
    assert not is_silent(NOW - 900 * DAY, None, NOW)
    assert not is_silent(None, hourly, NOW)


@pytest.mark.parametrize(
    ("counts", "usual", "shrunk"),
    [
        ((30, 30, 12, 10), 29.0, True),
        ((30, 30, 30, 10), 29.0, False),  # once may be an accident
        ((30, 0), 30.0, True),
        ((0, 0), 0.0, False),
        ((14, 14, 12, 12), 19.0, False),
        ((10, 10), 17.0, True),
        ((3,) * 10, 12.0, True),
        ((30,), 30.0, False),
        ((), None, False),
    ],
)
def test_far_fewer_entries_than_usual_are_noticed(
    counts: tuple[int, ...], usual: float | None, shrunk: bool
) -> None:
    assert has_shrunk(counts, usual) is shrunk
