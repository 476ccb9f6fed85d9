"""Which sources are due: a source's memory and the store say the same."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from storage.engine import Database
from storage.sources import Memory, due_sources
from tests.conftest import NOW
from tests.storage.conftest import FEED, OTHER, SEEN, known_source, remember

HOUR = timedelta(hours=1)
NEW = "https://new.example/feed.xml"


def due(database: Database, urls: Iterable[str]) -> set[str]:
    with database.read() as session:
        return due_sources(session, urls, NOW)


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        (replace(SEEN, due_at=None), True),
        (replace(SEEN, due_at=NOW - HOUR), True),
        (replace(SEEN, due_at=NOW), True),
        (replace(SEEN, due_at=NOW + timedelta(microseconds=1)), False),
        (replace(SEEN, due_at=(NOW + HOUR).astimezone(timezone(-10 * HOUR))), False),
        (replace(SEEN, due_at=None, retired_at=NOW), False),
        (replace(SEEN, due_at=NOW - HOUR, retired_at=NOW), False),
        (replace(SEEN, due_at=NOW + 9 * HOUR, asked_at=NOW + 8 * HOUR), True),
        (replace(SEEN, due_at=NOW + HOUR, asked_at=NOW + timedelta(seconds=9)), False),
    ],
    ids=[
        "at once",
        "overdue",
        "now",
        "not yet",
        "not yet, elsewhere",
        "retired",
        "retired, with a time left",
        "asked by a clock that was wrong",
        "asked a moment ago by another process",
    ],
)
def test_whether_a_source_is_due(database: Database, memory: Memory, expected: bool) -> None:
    remember(database, memory)
    assert memory.is_due(NOW) is expected
    assert known_source(database).memory.is_due(NOW) is expected
    assert due(database, [FEED]) == ({FEED} if expected else set())


def test_a_source_that_is_not_known_is_due(database: Database) -> None:
    assert due(database, [FEED]) == {FEED}
    assert known_source(database).memory.is_due(NOW)
    assert due(database, [FEED]) == {FEED}


def test_those_that_are_due_are_picked_out_of_many(database: Database) -> None:
    remember(database, replace(SEEN, due_at=NOW + HOUR))
    remember(database, replace(SEEN, due_at=NOW - HOUR), OTHER)
    assert due(database, iter([FEED, OTHER, NEW])) == {OTHER, NEW}


def test_only_what_is_asked_for_is_due(database: Database) -> None:
    remember(database, replace(SEEN, due_at=NOW - HOUR), OTHER)
    assert due(database, []) == set()
    assert due(database, [NEW]) == {NEW}


def test_a_source_that_gets_another_interval_is_due(database: Database) -> None:
    remember(database, SEEN)
    assert due(database, [FEED]) == set()
    known_source(database, interval=600)
    assert due(database, [FEED]) == {FEED}
