"""Items that are given another address or another id by their source stay the items they are."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.engine import Database
from storage.entry import Entry
from storage.items import Stored
from tests.conftest import NOW
from tests.storage.conftest import all_items, mark_linked, only_item, sightings, store

LATER = NOW + timedelta(hours=1)
ENTRY = Entry("https://www.news.example/1?utm_source=rss", "One", text="At TSMC.", feed_id="news-1")


def reports(count: int, ids: str) -> list[Entry]:
    return [Entry(f"https://news.example/{n}", f"Report {n}", feed_id=f"{ids}-{n}") for n in range(count)]


def addresses(database: Database) -> list[tuple[str, str, str]]:
    return [(item.title, item.url, item.canonical_url) for item in all_items(database)]


def test_an_article_that_moved_is_known_by_its_id(database: Database) -> None:
    store(database, ENTRY)
    mark_linked(database)
    moved = replace(ENTRY, url="https://news.example/chips/one")
    assert store(database, moved, now=LATER) == Stored(known=1)
    item = only_item(database)
    assert (item.url, item.canonical_url) == (moved.url, moved.url)
    assert item.linked_at == NOW
    assert store(database, replace(moved, feed_id="news-9"), now=LATER).known == 1


def test_an_article_that_moves_onto_another_ones_address_stays_where_it_was(database: Database) -> None:
    second = Entry("https://news.example/2", "Two", feed_id="news-2")
    store(database, ENTRY, second)
    assert store(database, replace(ENTRY, url=second.url), now=LATER).new == ()
    assert [item.title for item in all_items(database)] == [ENTRY.title, "Two"]
    assert len({item.canonical_url for item in all_items(database)}) == 2


def test_an_article_at_the_address_that_another_left_is_new(database: Database) -> None:
    first = Entry("https://news.example/latest", "One", feed_id="1")
    store(database, first)
    moved = replace(first, url="https://news.example/archive/1")
    second = Entry("https://news.example/latest", "Two", feed_id="2")
    stored = store(database, moved, second, now=LATER)
    assert [item.title for item in all_items(database)] == ["One", "Two"]
    assert (len(stored.new), stored.changed) == (1, 0)


def test_all_ids_may_change_at_once(database: Database) -> None:
    entries = [Entry(f"https://news.example/{n}", f"Report {n}", feed_id=f"old-{n}") for n in range(20)]
    store(database, *entries)
    renamed = [replace(entry, feed_id=f"new-{n}") for n, entry in enumerate(entries)]
    assert store(database, *renamed, now=LATER) == Stored(known=20)
    assert len(all_items(database)) == 20


def test_an_article_that_moves_after_its_id_changed_is_still_known(database: Database) -> None:
    store(database, ENTRY)
    renamed = replace(ENTRY, feed_id="new-1")
    store(database, renamed)
    assert store(database, replace(renamed, url="https://news.example/moved"), now=LATER).new == ()


def test_an_id_that_several_entries_share_identifies_none_of_them(database: Database) -> None:
    shared = [Entry(f"https://news.example/{n}", f"Report {n}", feed_id="same") for n in range(3)]
    assert len(store(database, *shared).new) == 3
    assert store(database, *shared, now=LATER) == Stored(known=3)
    assert [feed_id for _, feed_id in sightings(database)] == [None, None, None]


def test_all_items_may_move_at_once(database: Database) -> None:
    first = reports(20, "id")
    store(database, *first)
    moved = [replace(entry, url=f"https://news.example/new/{n}") for n, entry in enumerate(first)]
    assert store(database, *moved, now=LATER) == Stored(known=20)
    assert addresses(database) == [(entry.title, entry.url, entry.url) for entry in moved]


@pytest.mark.parametrize("turned", [False, True], ids=["in order", "turned round"])
def test_items_that_move_one_after_another_each_take_what_the_next_one_leaves(
    database: Database, turned: bool
) -> None:
    first, second = (Entry(f"https://news.example/{n}", f"Report {n}", feed_id=f"{n}") for n in (1, 2))
    store(database, first, second)
    follows, last = replace(first, url=second.url), replace(second, url="https://news.example/3")
    given = [follows, last] if turned else [last, follows]
    # Turned round, the second one's address is still taken when the first one comes for it.
    for _ in range(2 if turned else 1):
        assert store(database, *given, now=LATER) == Stored(known=2)
    assert addresses(database) == [("Report 1", second.url, second.url), ("Report 2", last.url, last.url)]
    assert store(database, *given, now=LATER) == Stored(known=2)


def test_an_item_that_moved_may_change_its_title_at_the_same_time(database: Database) -> None:
    store(database, ENTRY)
    moved = replace(ENTRY, url="https://news.example/moved", title="Another title")
    assert store(database, moved, now=LATER) == Stored(known=1, changed=1)
    assert addresses(database) == [("Another title", moved.url, moved.url)]
    assert only_item(database).changed_at == LATER


def test_ids_that_all_change_at_once_are_remembered_as_they_are_now(database: Database) -> None:
    store(database, *reports(3, "old"))
    store(database, *reports(3, "new"), now=LATER)
    assert [feed_id for _, feed_id in sightings(database)] == ["new-0", "new-1", "new-2"]
    moved = [replace(entry, url=f"{entry.url}/moved") for entry in reports(3, "new")]
    assert store(database, *moved, now=LATER) == Stored(known=3)


def test_an_id_that_nobody_has_any_more_may_be_given_to_another_item(database: Database) -> None:
    first, second = reports(2, "id")
    store(database, first, second)
    store(database, replace(first, feed_id="id-9"), replace(second, feed_id="id-8"))
    store(database, replace(first, feed_id="id-1"), replace(second, feed_id="id-0"), now=LATER)
    assert [feed_id for _, feed_id in sightings(database)] == ["id-1", "id-0"]
    assert [item.title for item in all_items(database)] == [first.title, second.title]


@pytest.mark.parametrize("turned", [False, True], ids=["in order", "turned round"])
def test_two_entries_that_exchanged_their_ids_make_no_new_item_and_come_to_rest(
    database: Database, turned: bool
) -> None:
    first, second = reports(2, "id")
    store(database, first, second)
    exchanged = [replace(first, feed_id=second.feed_id), replace(second, feed_id=first.feed_id)]
    if turned:
        exchanged.reverse()
    assert store(database, *exchanged, now=LATER) == Stored(known=2, changed=2)
    assert sorted(item.title for item in all_items(database)) == [first.title, second.title]
    assert store(database, *exchanged, now=LATER) == Stored(known=2)


def test_an_item_that_two_entries_stand_for_keeps_what_the_last_of_them_says(database: Database) -> None:
    """One has its id, the other its address; both change it, one without saying in which language."""
    first, second = reports(2, "id")
    store(database, first, second)
    by_id = replace(first, feed_id="id-1", title="By its id", language="de")
    by_address = replace(second, feed_id=None, title="By its address")
    stored = store(database, by_id, by_address, now=LATER)
    assert stored.new == ()
    kept = all_items(database)[1]
    assert (kept.title, kept.language, kept.changed_at) == ("By its address", "de", LATER)


def test_an_id_that_a_source_no_longer_gives_is_kept(database: Database) -> None:
    store(database, ENTRY)
    assert store(database, replace(ENTRY, feed_id=None), now=LATER) == Stored(known=1)
    assert [feed_id for _, feed_id in sightings(database)] == ["news-1"]


def test_an_id_that_a_source_gives_later_is_learnt(database: Database) -> None:
    store(database, replace(ENTRY, feed_id=None))
    store(database, ENTRY, now=LATER)
    assert [feed_id for _, feed_id in sightings(database)] == ["news-1"]
    moved = replace(ENTRY, url="https://news.example/moved")
    assert store(database, moved, now=LATER) == Stored(known=1)
