"""What visits brought is stored together with what stands for it, for all sources of a batch or for none."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from storage.engine import Database
from storage.entry import Entry
from storage.errors import StorageError
from storage.items import Stored
from storage.sources import Memory, Outcome, record_outcomes
from tests.conftest import NOW
from tests.storage.conftest import FEED, OTHER, SEEN, all_items, known_source, only_item

LATER = NOW + timedelta(hours=1)
ENTRY = Entry("https://news.example/1", "One")
TWO = Entry("https://news.example/2", "Two")
NAIVE = Entry("https://news.example/3", "Three", published=datetime(2026, 11, 24, 12, 0))  # noqa: DTZ001
UNDATED = replace(NAIVE, published=None)
THIRD = "https://third.example/feed.xml"


def always(memory: Memory) -> Callable[[Stored], Memory]:
    return lambda _stored: memory


def record(database: Database, *outcomes: Outcome, now: datetime = NOW) -> list[Stored]:
    with database.write() as session:
        return record_outcomes(session, outcomes, now)


def memories(database: Database, *urls: str) -> list[Memory]:
    return [known_source(database, url).memory for url in urls]


def test_no_outcomes_are_nothing(database: Database) -> None:
    assert record(database) == []


def test_entries_are_stored_with_what_is_remembered(database: Database) -> None:
    source = known_source(database)
    (stored,) = record(database, Outcome(source.id, [ENTRY], always(SEEN)))
    assert [item.url for item in stored.new] == [ENTRY.url]
    assert only_item(database).source_id == source.id
    assert known_source(database) == replace(source, memory=SEEN)


EVERYTHING = Memory(
    address="https://news.example/moved.xml",
    base=1800,
    interval=2 * 1800,
    moving_to="https://news.example/moving.xml",
    moving_seen=2,
    etag='W/"x"',
    last_modified="yesterday",
    validated_url="https://news.example/validated.xml",
    body_hash="def",
    asked_at=NOW + timedelta(seconds=1),
    answered_at=NOW + timedelta(seconds=2),
    due_at=NOW + timedelta(seconds=3),
    due_why="its ttl",
    failures=3,
    weight=2.5,
    failing_since=NOW + timedelta(seconds=4),
    trouble="hard",
    error="HTTP 403",
    retired_at=NOW + timedelta(seconds=5),
    ttl=7200,
    skip_hours=(1, 2),
    skip_days=(0, 6),
    counts=(0, 20, 15),
    usual_entries=19.5,
    newest_at=NOW + timedelta(seconds=6),
    usual_gap=3600,
    longest_gap=86_400,
)


def test_all_of_a_memory_comes_back_as_it_was_and_can_be_forgotten_again(database: Database) -> None:
    nothing = Memory(FEED, 1800, 1800)
    assert all(
        getattr(EVERYTHING, name) != getattr(nothing, name) for name in vars(nothing) if name != "base"
    )
    source = known_source(database)
    for memory in (EVERYTHING, nothing):
        record(database, Outcome(source.id, None, always(memory)))
        assert known_source(database).memory == memory


def test_a_batch_is_told_in_its_order_and_each_source_has_its_own_memory(database: Database) -> None:
    ids = [known_source(database, url).id for url in (FEED, OTHER, THIRD)]
    one, two, three = (replace(SEEN, etag=f'"{n}"', failures=n, counts=(n,) * n) for n in range(3))
    stored = record(
        database,
        Outcome(ids[2], [ENTRY, TWO], always(three)),
        Outcome(ids[0], None, always(one)),
        Outcome(ids[1], [ENTRY], always(two)),
    )
    assert [(len(each.new), each.known) for each in stored] == [(2, 0), (0, 0), (0, 1)]
    assert memories(database, FEED, OTHER, THIRD) == [one, two, three]
    assert {item.source_id for item in all_items(database)} == {ids[2]}


def test_what_is_remembered_of_each_source_may_depend_on_what_was_stored_of_it(database: Database) -> None:
    ids = [known_source(database, url).id for url in (FEED, OTHER)]

    def counted(stored: Stored) -> Memory:
        return replace(SEEN, counts=(len(stored.new), stored.known, stored.changed, stored.backlog))

    old = replace(TWO, published=NOW - timedelta(days=30))
    record(database, Outcome(ids[0], [ENTRY, old], counted, NOW), Outcome(ids[1], [ENTRY, UNDATED], counted))
    assert [memory.counts for memory in memories(database, FEED, OTHER)] == [(2, 0, 0, 1), (1, 1, 0, 0)]
    changed = replace(ENTRY, title="Changed")
    record(database, Outcome(ids[0], [changed], counted), Outcome(ids[1], None, counted), now=LATER)
    assert [memory.counts for memory in memories(database, FEED, OTHER)] == [(0, 1, 1, 0), (0, 0, 0, 0)]


@pytest.mark.parametrize("entries", [None, []], ids=["nothing changed", "an empty body"])
def test_a_visit_that_brings_nothing_is_remembered_all_the_same(
    database: Database, entries: list[Entry] | None
) -> None:
    source = known_source(database)
    record(database, Outcome(source.id, [ENTRY], always(SEEN)))
    later = replace(SEEN, answered_at=LATER, error="HTTP 500")
    assert record(database, Outcome(source.id, entries, always(later)), now=LATER) == [Stored()]
    assert known_source(database).memory == later
    assert only_item(database).changed_at is None


def test_sources_of_a_batch_that_are_not_in_it_keep_what_they_have(database: Database) -> None:
    one, two = known_source(database), known_source(database, OTHER)
    record(database, Outcome(one.id, None, always(SEEN)))
    record(database, Outcome(two.id, [ENTRY], always(EVERYTHING)))
    assert memories(database, FEED) == [SEEN]


def failing(_stored: Stored) -> Memory:
    raise ArithmeticError("cannot be reckoned")


@pytest.mark.parametrize(
    ("broken", "entries", "error", "says"),
    [
        (always(EVERYTHING), [TWO, NAIVE], Exception, "without a zone"),
        (always(replace(EVERYTHING, due_at=NAIVE.published)), [TWO], Exception, "without a zone"),
        (failing, [TWO], ArithmeticError, "cannot be reckoned"),
    ],
    ids=["an entry", "a memory", "reckoning it"],
)
def test_one_that_cannot_be_stored_leaves_nothing_of_the_batch(
    database: Database,
    broken: Callable[[Stored], Memory],
    entries: list[Entry],
    error: type[Exception],
    says: str,
) -> None:
    one, two = known_source(database), known_source(database, OTHER)
    good = Outcome(one.id, [ENTRY], always(SEEN))
    for batch in ((good, Outcome(two.id, entries, broken)), (Outcome(two.id, entries, broken), good)):
        with pytest.raises(error, match=says):
            record(database, *batch)
        assert all_items(database) == []
        assert (known_source(database), known_source(database, OTHER)) == (one, two)


def test_a_source_that_is_not_in_the_store_leaves_nothing_of_the_batch(database: Database) -> None:
    source = known_source(database)
    unknown = Outcome(source.id + 1, [TWO], always(SEEN))
    with pytest.raises(StorageError):
        record(database, Outcome(source.id, [ENTRY], always(SEEN)), unknown)
    assert all_items(database) == []
    assert known_source(database) == source


def test_a_crash_before_the_commit_leaves_neither_items_nor_memories(database: Database) -> None:
    source = known_source(database)

    def stop() -> None:
        with database.write() as session:
            record_outcomes(session, [Outcome(source.id, [ENTRY], always(SEEN))], NOW)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    assert known_source(database) == source
    assert all_items(database) == []
