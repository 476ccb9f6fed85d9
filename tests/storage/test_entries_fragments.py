"""Many items on one page: live blogs, change logs, briefs."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.engine import Database
from storage.entry import Entry
from storage.items import Stored
from tests.conftest import NOW
from tests.storage.conftest import FEED, OTHER, all_items, store, store_batch

LATER = NOW + timedelta(hours=1)
PAGE = "https://news.example/live"
FIRST = Entry(f"{PAGE}#1", "The first", feed_id="id-1")
SECOND = Entry(f"{PAGE}#2", "The second", feed_id="id-2")
THIRD = Entry(f"{PAGE}#3", "The third", feed_id="id-3")

with_and_without_ids = pytest.mark.parametrize("ids", [True, False], ids=["with ids", "without ids"])


def given(*entries: Entry, ids: bool) -> list[Entry]:
    return [entry if ids else replace(entry, feed_id=None) for entry in entries]


def titles(database: Database) -> list[str]:
    return [item.title for item in all_items(database)]


def test_items_of_one_page_are_told_apart_by_their_fragments(database: Database) -> None:
    brief = [Entry(f"https://news.example/brief#item-{n}", f"Report {n}") for n in range(5)]
    assert len(store(database, *brief).new) == 5
    assert store(database, *brief, now=LATER) == Stored(known=5)


def test_the_last_item_that_is_left_of_a_page_is_still_known(database: Database) -> None:
    brief = [Entry(f"https://news.example/brief#item-{n}", f"Report {n}") for n in range(2)]
    store(database, *brief)
    assert store(database, brief[1], now=LATER) == Stored(known=1)


def test_a_page_with_one_item_is_the_same_with_any_fragment(database: Database) -> None:
    store(database, Entry("https://news.example/1#top", "One"))
    assert store(database, Entry("https://news.example/1#comments", "One")) == Stored(known=1)


@with_and_without_ids
def test_a_second_item_on_a_page_that_had_one_is_new_and_both_come_to_rest(
    database: Database, ids: bool
) -> None:
    store(database, *given(FIRST, ids=ids))
    both = given(SECOND, FIRST, ids=ids)
    stored = store(database, *both, now=LATER)
    assert [new.url for new in stored.new] == [SECOND.url]
    assert (stored.known, stored.changed) == (1, 0)
    assert titles(database) == [FIRST.title, SECOND.title]
    assert store(database, *both, now=LATER) == Stored(known=2)


@with_and_without_ids
def test_the_first_item_of_a_page_is_known_alone_and_among_others(database: Database, ids: bool) -> None:
    store(database, *given(FIRST, ids=ids))
    store(database, *given(SECOND, FIRST, ids=ids))
    store(database, *given(THIRD, SECOND, FIRST, ids=ids))
    assert store(database, *given(FIRST, ids=ids), now=LATER) == Stored(known=1)
    assert store(database, *given(THIRD, SECOND, FIRST, ids=ids), now=LATER) == Stored(known=3)
    assert titles(database) == [FIRST.title, SECOND.title, THIRD.title]


@with_and_without_ids
def test_an_item_that_was_alone_on_its_page_stays_when_others_take_its_place(
    database: Database, ids: bool
) -> None:
    store(database, *given(FIRST, ids=ids))
    assert len(store(database, *given(THIRD, SECOND, ids=ids)).new) == 2
    assert titles(database) == [FIRST.title, THIRD.title, SECOND.title]


def test_an_item_whose_place_on_the_page_changed_is_known_by_its_id(database: Database) -> None:
    store(database, FIRST)
    elsewhere = replace(FIRST, url=f"{PAGE}#1-corrected")
    stored = store(database, elsewhere, SECOND, now=LATER)
    assert [new.url for new in stored.new] == [SECOND.url]
    assert all_items(database)[0].canonical_url == elsewhere.url
    assert store(database, elsewhere, SECOND, now=LATER) == Stored(known=2)


def test_two_sources_may_name_the_same_places_of_a_page(database: Database) -> None:
    store(database, FIRST)
    stored = store(database, FIRST, SECOND, source=OTHER, now=LATER)
    assert [new.url for new in stored.new] == [SECOND.url]
    assert store(database, FIRST, SECOND, now=LATER) == Stored(known=2)
    assert titles(database) == [FIRST.title, SECOND.title]


def test_a_place_is_known_to_the_others_of_the_batch_that_it_moved_in(database: Database) -> None:
    store(database, replace(FIRST, url="https://news.example/elsewhere"))
    theirs = [replace(FIRST, feed_id="other-1"), replace(SECOND, feed_id="other-2")]
    one, two = store_batch(database, (FEED, [FIRST], None), (OTHER, theirs, None), now=LATER)
    assert (one, [new.url for new in two.new], two.known) == (Stored(known=1), [SECOND.url], 1)
    assert titles(database) == [FIRST.title, SECOND.title]
