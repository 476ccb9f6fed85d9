"""What the settings say of sources meets what is remembered of them."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from storage.engine import Database
from storage.entry import Entry
from storage.models import SourceRow
from storage.sources import (
    KnownSource,
    Memory,
    Outcome,
    SourceSetting,
    list_sources,
    record_outcomes,
    register,
)
from tests.conftest import NOW
from tests.storage.conftest import FEED, INTERVAL, OTHER, SEEN, all_items, known_source, remember, store

MOVED = "https://news.example/new/feed.xml"
HOUR = timedelta(hours=1)


def register_all(database: Database, *settings: SourceSetting) -> dict[str, KnownSource]:
    with database.write() as session:
        return register(session, settings)


def setting(url: str, *, name: str = "News", kind: str = "feed", interval: int = INTERVAL) -> SourceSetting:
    return SourceSetting(url, name, kind, interval)


def urls(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(SourceRow.url).order_by(SourceRow.id)))


def test_a_new_source_is_due_at_once_and_knows_nothing(database: Database) -> None:
    source = known_source(database, name="News", kind="feed")
    assert (source.url, source.name, source.kind, source.items) == (FEED, "News", "feed", 0)
    assert source.memory == Memory(address=FEED, base=INTERVAL, interval=INTERVAL)
    assert source.memory.is_due(NOW)


def test_a_source_is_known_by_its_url(database: Database) -> None:
    first = known_source(database)
    assert known_source(database) == first
    assert known_source(database, OTHER).id != first.id


def test_only_the_wanted_sources_are_returned_in_the_order_of_the_settings(database: Database) -> None:
    known_source(database, "https://old.example/feed.xml")
    known = register_all(database, setting(OTHER, kind="listing"), setting(FEED))
    assert [(url, source.url, source.kind) for url, source in known.items()] == [
        (OTHER, OTHER, "listing"),
        (FEED, FEED, "feed"),
    ]
    assert register_all(database) == {}


def test_a_source_that_the_settings_name_twice_is_one(database: Database) -> None:
    known = register_all(database, setting(FEED, name="One"), setting(FEED, name="Two"))
    assert [source.name for source in known.values()] == ["Two"]
    assert urls(database) == [FEED]


def test_a_new_name_is_taken_over_and_all_that_is_remembered_stays(database: Database) -> None:
    remember(database, SEEN)
    before = known_source(database)
    renamed = known_source(database, name="The News")
    assert renamed == replace(before, name="The News")
    assert renamed.memory == SEEN
    assert known_source(database, name="The News") == renamed


def test_a_source_that_is_read_in_another_way_now_forgets_its_validators(database: Database) -> None:
    remember(database, SEEN)
    source = known_source(database, kind="listing")
    assert source.kind == "listing"
    memory = source.memory
    assert (memory.etag, memory.last_modified, memory.body_hash) == (None, None, None)
    assert (memory.answered_at, memory.due_at, memory.interval) == (NOW, SEEN.due_at, SEEN.interval)


def test_a_new_interval_is_taken_over_and_makes_the_source_due_at_once(database: Database) -> None:
    remember(database, SEEN)
    memory = known_source(database, interval=600).memory
    assert (memory.base, memory.interval, memory.due_at) == (600, 600, None)
    assert memory.due_why == "the settings give it another interval"
    assert memory.is_due(NOW)
    assert (
        replace(memory, base=SEEN.base, interval=SEEN.interval, due_at=SEEN.due_at, due_why=SEEN.due_why)
        == SEEN
    )


def test_an_interval_that_has_adapted_stays_while_that_of_the_settings_does(database: Database) -> None:
    remember(database, SEEN)
    for _ in range(2):
        assert known_source(database, interval=INTERVAL).memory == SEEN


def test_a_new_interval_is_taken_over_once_and_then_adapts(database: Database) -> None:
    known_source(database, interval=600)
    adapted = replace(SEEN, base=600, interval=1200)
    source = known_source(database, interval=600)
    with database.write() as session:
        record_outcomes(session, [Outcome(source.id, None, lambda _stored: adapted)], NOW)
    assert known_source(database, interval=600).memory == adapted


def test_a_retired_source_stays_retired_whatever_interval_it_is_given(database: Database) -> None:
    gone = replace(SEEN, retired_at=NOW, due_at=None, due_why="gone for good (HTTP 410)")
    remember(database, gone)
    memory = known_source(database, interval=600).memory
    assert (memory.interval, memory.retired_at, memory.due_why) == (600, NOW, gone.due_why)
    assert not memory.is_due(NOW + 1000 * HOUR)


def test_a_source_whose_settings_follow_where_it_moved_keeps_its_history_and_its_items(
    database: Database,
) -> None:
    store(database, Entry("https://news.example/1", "One"))
    moved = replace(SEEN, address=MOVED)
    remember(database, moved)
    before = known_source(database)
    assert (before.url, before.memory.address) == (FEED, MOVED)
    after = known_source(database, MOVED)
    assert after == replace(before, url=MOVED)
    assert after.memory == moved
    with database.read() as session:
        (listed,) = list_sources(session, [MOVED])
    assert (listed.id, listed.items) == (before.id, 1)
    assert urls(database) == [MOVED]
    assert known_source(database, MOVED) == after


def test_what_else_the_settings_changed_is_taken_over_with_the_move(database: Database) -> None:
    remember(database, replace(SEEN, address=MOVED))
    after = register_all(database, setting(MOVED, name="New", kind="listing", interval=600))[MOVED]
    assert (after.name, after.kind) == ("New", "listing")
    assert (after.memory.etag, after.memory.interval, after.memory.due_at) == (None, 600, None)
    assert after.memory.answered_at == NOW


def test_any_other_url_is_a_new_source_and_the_old_one_keeps_what_it_has(database: Database) -> None:
    remember(database, replace(SEEN, address=MOVED))
    store(database, Entry("https://news.example/1", "One"))
    new = known_source(database, "https://news.example/another.xml")
    assert new.memory == Memory(new.url, INTERVAL, INTERVAL)
    assert known_source(database).memory.address == MOVED
    assert [item.source_id for item in all_items(database)] == [known_source(database).id]


def test_a_source_that_may_have_moved_is_not_known_by_where_to(database: Database) -> None:
    """Before a move is believed."""
    remember(database, replace(SEEN, moving_to=MOVED, moving_seen=2))
    assert known_source(database, MOVED).id != known_source(database).id


def test_settings_that_name_both_addresses_have_two_sources(database: Database) -> None:
    remember(database, replace(SEEN, address=MOVED))
    old = known_source(database)
    known = register_all(database, setting(MOVED, name="New"), setting(FEED))
    assert (known[FEED].id, known[FEED].memory.address) == (old.id, MOVED)
    assert known[MOVED].id != old.id
    assert known[MOVED].memory.answered_at is None
    # And they stay two, once the settings name the new one only.
    assert register_all(database, setting(MOVED, name="New")) == {MOVED: known[MOVED]}


def test_of_two_sources_that_moved_to_one_address_the_older_one_is_followed(database: Database) -> None:
    first, second = known_source(database), known_source(database, OTHER)
    for source in (second, first):
        remember(database, replace(SEEN, address=MOVED), source.url)
    assert known_source(database, MOVED).id == first.id
    assert urls(database) == [MOVED, second.url]


def test_many_sources_are_registered_at_once_beside_known_ones(database: Database) -> None:
    known_source(database, "https://7.example/feed")
    settings = [setting(f"https://{n}.example/feed", name=str(n)) for n in range(2_000)]
    known = register_all(database, *settings)
    assert list(known) == [one.url for one in settings]
    assert [source.name for source in known.values()] == [one.name for one in settings]
    assert register_all(database, *settings) == known


def test_sources_are_listed_in_the_order_asked_with_what_each_brought_first(database: Database) -> None:
    shared = Entry("https://news.example/1", "One")
    store(database, shared, Entry("https://news.example/2", "Two"))
    known_source(database, OTHER, name="Other")
    store(database, shared, Entry("https://other.example/3", "Three"), source=OTHER)
    known_source(database, OTHER, name="Other")
    known_source(database, MOVED, name="Empty")
    with database.read() as session:
        listed = list_sources(session, [OTHER, "https://unknown.example/", FEED, MOVED])
    assert [(source.name, source.items) for source in listed] == [("Other", 1), ("News", 2), ("Empty", 0)]
