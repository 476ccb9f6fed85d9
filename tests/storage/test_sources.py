"""What is remembered of a source: who it is, its validators, when it is due and how its visits went."""

from datetime import datetime, timedelta

import pytest

from storage.engine import Database
from storage.items import Entry, Stored
from storage.sources import Answer, KnownSource, list_sources, record_answer, record_failure, register
from tests.conftest import NOW
from tests.storage.conftest import FEED, all_items, known_source

HALF_HOUR = timedelta(minutes=30)
LATER = NOW + timedelta(hours=1)
ENTRY = Entry("https://news.example/1", "One")
FULL = Answer([ENTRY], etag='"1"', last_modified="Tue, 24 Nov 2026 12:00:00 GMT", body_hash="abc")


def answer(database: Database, given: Answer, now: datetime = NOW) -> Stored:
    source_id = known_source(database).id
    with database.write() as session:
        return record_answer(session, source_id, given, interval=HALF_HOUR, now=now)


def fail(database: Database, reason: str, now: datetime = NOW) -> None:
    source_id = known_source(database).id
    with database.write() as session:
        record_failure(session, source_id, reason, interval=HALF_HOUR, now=now)


def validators(source: KnownSource) -> tuple[str | None, str | None, str | None]:
    return source.etag, source.last_modified, source.body_hash


def test_a_new_source_is_due_at_once_and_knows_nothing(database: Database) -> None:
    source = known_source(database, name="News", kind="feed")
    assert (source.url, source.name, source.kind) == (FEED, "News", "feed")
    assert (source.due_at, source.asked_at, source.answered_at, source.error) == (None, None, None, None)
    assert validators(source) == (None, None, None)
    assert source.failures == 0


def test_a_source_is_known_by_its_url(database: Database) -> None:
    first = known_source(database)
    assert known_source(database) == first
    assert known_source(database, "https://other.example/feed.xml").id != first.id


def test_only_the_wanted_sources_are_returned(database: Database) -> None:
    known_source(database, "https://old.example/feed.xml")
    with database.write() as session:
        known = register(session, [(FEED, "News", "feed"), ("https://b.example/", "B", "listing")])
        assert {url: source.kind for url, source in known.items()} == {
            FEED: "feed",
            "https://b.example/": "listing",
        }
        assert register(session, []) == {}


def test_a_new_name_is_taken_over_and_the_validators_stay(database: Database) -> None:
    answer(database, FULL)
    before = known_source(database)
    renamed = known_source(database, name="The News")
    assert (renamed.id, renamed.name) == (before.id, "The News")
    assert validators(renamed) == validators(before) == (FULL.etag, FULL.last_modified, FULL.body_hash)


def test_a_source_that_is_read_in_another_way_now_forgets_its_validators(database: Database) -> None:
    answer(database, FULL)
    source = known_source(database, kind="listing")
    assert source.kind == "listing"
    assert validators(source) == (None, None, None)
    assert source.answered_at == NOW


def test_an_answer_is_stored_with_its_validators(database: Database) -> None:
    stored = answer(database, FULL)
    assert [item.url for item in stored.new] == [ENTRY.url]
    source = known_source(database)
    assert validators(source) == (FULL.etag, FULL.last_modified, FULL.body_hash)
    assert (source.asked_at, source.answered_at, source.due_at) == (NOW, NOW, NOW + HALF_HOUR)


def test_items_and_validators_are_stored_together_or_not_at_all(database: Database) -> None:
    answer(database, FULL)
    naive = Entry("https://news.example/3", "Three", published=datetime(2026, 11, 24, 12, 0))  # noqa: DTZ001
    broken = Answer([Entry("https://news.example/2", "Two"), naive], etag='"2"', body_hash="def")
    with pytest.raises(Exception, match="without a zone"):
        answer(database, broken, LATER)
    assert [item.title for item in all_items(database)] == ["One"]
    source = known_source(database)
    assert validators(source) == (FULL.etag, FULL.last_modified, FULL.body_hash)
    assert (source.asked_at, source.due_at) == (NOW, NOW + HALF_HOUR)


def test_a_crash_before_the_commit_leaves_neither_items_nor_validators(database: Database) -> None:
    source = known_source(database)

    def stop() -> None:
        with database.write() as session:
            record_answer(session, source.id, FULL, interval=HALF_HOUR, now=NOW)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    assert known_source(database) == source
    assert all_items(database) == []


def test_word_that_nothing_changed_keeps_validators_that_it_leaves_out(database: Database) -> None:
    answer(database, FULL)
    assert answer(database, Answer(None), LATER) == Stored()
    source = known_source(database)
    assert validators(source) == (FULL.etag, FULL.last_modified, FULL.body_hash)
    assert (source.answered_at, source.due_at) == (LATER, LATER + HALF_HOUR)


def test_word_that_nothing_changed_may_bring_new_validators(database: Database) -> None:
    answer(database, FULL)
    answer(database, Answer(None, etag='"1b"'), LATER)
    assert validators(known_source(database)) == ('"1b"', FULL.last_modified, FULL.body_hash)


def test_a_body_without_validators_drops_those_of_the_body_before(database: Database) -> None:
    answer(database, FULL)
    answer(database, Answer([ENTRY], body_hash="def"), LATER)
    assert validators(known_source(database)) == (None, None, "def")


def test_an_empty_body_is_an_answer_and_not_word_that_nothing_changed(database: Database) -> None:
    answer(database, FULL)
    assert answer(database, Answer([]), LATER) == Stored()
    assert validators(known_source(database)) == (None, None, None)


def test_failures_in_a_row_are_counted_and_the_last_reason_kept(database: Database) -> None:
    answer(database, FULL)
    fail(database, "HTTP 500", LATER)
    fail(database, "timed out", LATER + HALF_HOUR)
    source = known_source(database)
    assert (source.failures, source.error) == (2, "timed out")
    assert (source.asked_at, source.answered_at) == (LATER + HALF_HOUR, NOW)
    assert source.due_at == LATER + 2 * HALF_HOUR
    assert validators(source) == (FULL.etag, FULL.last_modified, FULL.body_hash)


@pytest.mark.parametrize("good", [FULL, Answer(None)], ids=["a body", "not modified"])
def test_an_answer_ends_the_row_of_failures(database: Database, good: Answer) -> None:
    fail(database, "HTTP 500")
    answer(database, good, LATER)
    source = known_source(database)
    assert (source.failures, source.error) == (0, None)


def test_a_flaw_is_remembered_until_an_answer_without_one(database: Database) -> None:
    answer(database, Answer([ENTRY], flaw="breaks off"))
    flawed = known_source(database)
    assert (flawed.failures, flawed.error) == (0, "breaks off")
    answer(database, FULL, LATER)
    assert known_source(database).error is None


def test_sources_are_listed_in_the_order_asked_with_what_each_brought_first(database: Database) -> None:
    other = "https://other.example/feed.xml"
    answer(database, Answer([ENTRY, Entry("https://news.example/2", "Two")]))
    second = known_source(database, other, name="Other")
    with database.write() as session:
        shared = Answer([ENTRY, Entry("https://other.example/3", "Three")])
        record_answer(session, second.id, shared, interval=HALF_HOUR, now=LATER)
    with database.read() as session:
        listed = list_sources(session, [other, "https://unknown.example/", FEED])
    assert [(source.name, source.items) for source in listed] == [("Other", 1), ("News", 2)]
