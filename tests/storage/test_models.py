"""Times in the database: aware, in UTC, to the microsecond, and never naive."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from storage.engine import Database
from storage.models import StoryRow
from tests.conftest import NOW

TOKYO = timezone(timedelta(hours=9))
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def times(database: Database, first: datetime, last: datetime) -> tuple[datetime, datetime]:
    """What comes back of two times; nothing is kept."""
    with database.read() as session:
        row = StoryRow(first_seen=first, last_seen=last)
        session.add(row)
        session.flush()
        session.expire(row)
        return row.first_seen, row.last_seen


def test_a_time_comes_back_aware_and_in_utc(database: Database) -> None:
    there = datetime(2026, 1, 1, 3, 30, tzinfo=TOKYO)
    first, _ = times(database, there, NOW)
    assert first == there
    assert first.tzinfo is UTC
    assert first.isoformat() == "2025-12-31T18:30:00+00:00"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(
    moment=st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES),  # noqa: DTZ001
    later=st.timedeltas(timedelta(0), timedelta(days=300)),
)
def test_any_time_comes_back_as_it_was(database: Database, moment: datetime, later: timedelta) -> None:
    assert times(database, moment, moment + later) == (moment, moment + later)


def test_times_of_different_zones_are_compared_as_moments(database: Database) -> None:
    with database.write() as session:
        session.add_all(
            StoryRow(first_seen=NOW, last_seen=moment) for moment in (NOW, NOW + timedelta(hours=1))
        )
    # One o'clock in Tokyo reads as later than noon, but is earlier.
    limit = (NOW + timedelta(minutes=30)).astimezone(TOKYO)
    with database.read() as session:
        assert session.scalars(select(StoryRow.last_seen).where(StoryRow.last_seen <= limit)).all() == [NOW]


def test_a_naive_time_is_refused_when_it_is_stored(database: Database) -> None:
    naive = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001
    with pytest.raises(StatementError, match="without a zone"):
        times(database, NOW, naive)


def test_a_naive_time_is_refused_when_it_is_asked_for(database: Database) -> None:
    naive = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001
    with database.read() as session, pytest.raises(StatementError, match="without a zone"):
        session.scalars(select(StoryRow).where(StoryRow.last_seen < naive))
