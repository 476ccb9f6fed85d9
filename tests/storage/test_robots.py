"""What robots.txt files said is kept for a while, and replaced by what they say now."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from storage.engine import Database
from storage.robots import known_robots, remember_robots
from tests.conftest import NOW

DAY = timedelta(days=1)
NEWS, OTHER = "https://news.example", "http://other.example:8080"
RULES = "User-agent: *\nDisallow: /私\n"

Found = Mapping[str, tuple[str, datetime]]


def remember(database: Database, found: Found, before: datetime = NOW - DAY) -> None:
    with database.write() as session:
        remember_robots(session, found, before)


def known(database: Database, since: datetime = NOW - 1000 * DAY) -> Found:
    with database.read() as session:
        return known_robots(session, since)


def test_nothing_is_known_at_first(database: Database) -> None:
    assert known(database) == {}
    remember(database, {})
    assert known(database) == {}


def test_what_was_fetched_is_kept_as_it_was_with_when(database: Database) -> None:
    found = {NEWS: (RULES, NOW), OTHER: ("", NOW - timedelta(minutes=1))}
    remember(database, found)
    assert known(database) == found


def test_what_is_fetched_again_replaces_what_was_there(database: Database) -> None:
    remember(database, {NEWS: (RULES, NOW), OTHER: (RULES, NOW)})
    remember(database, {NEWS: ("", NOW + DAY)}, before=NOW)
    assert known(database) == {NEWS: ("", NOW + DAY), OTHER: (RULES, NOW)}


def test_what_is_replaced_may_be_older_than_what_was_there(database: Database) -> None:
    """A clock was set back."""
    remember(database, {NEWS: (RULES, NOW)})
    remember(database, {NEWS: ("", NOW - timedelta(hours=1))})
    assert known(database) == {NEWS: ("", NOW - timedelta(hours=1))}


def test_what_was_fetched_before_the_time_is_forgotten(database: Database) -> None:
    remember(database, {NEWS: (RULES, NOW), OTHER: (RULES, NOW - timedelta(microseconds=1))})
    remember(database, {}, before=NOW)
    assert known(database) == {NEWS: (RULES, NOW)}


def test_what_is_too_old_is_not_known_though_it_is_still_there(database: Database) -> None:
    remember(database, {NEWS: (RULES, NOW), OTHER: (RULES, NOW - timedelta(microseconds=1))})
    assert known(database, since=NOW) == {NEWS: (RULES, NOW)}
    assert len(known(database)) == 2


def test_a_text_that_no_database_takes_is_kept_without_what_it_refuses(database: Database) -> None:
    remember(database, {NEWS: ("User-agent: *\0\nDisallow: /\ud800", NOW)})
    assert known(database) == {NEWS: ("User-agent: *\nDisallow: /", NOW)}


def test_thousands_of_sites_at_once(database: Database) -> None:
    found = {f"https://{n}.example": (f"# {n}", NOW) for n in range(3_000)}
    for _ in range(2):
        remember(database, found)
        assert known(database) == found
