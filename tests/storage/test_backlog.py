"""What was old when its source was first read is kept for the record, and never linked."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from storage.engine import Database
from storage.entry import Entry
from storage.items import Stored, store_article
from tests.conftest import NOW
from tests.storage.conftest import FEED, OTHER, all_items, only_item, store, store_batch

LATER = NOW + timedelta(hours=1)
WEEK_AGO = NOW - timedelta(days=7)
OLD = Entry("https://news.example/old", "Old", published=WEEK_AGO - timedelta(days=1), feed_id="old")
FRESH = Entry("https://news.example/fresh", "Fresh", published=WEEK_AGO + timedelta(days=1), feed_id="fresh")


def marked(database: Database) -> dict[str, bool]:
    """By title; what is backlog is done with, all else waits for the linker."""
    items = all_items(database)
    assert all((item.linked_at == NOW) is item.backlog for item in items)
    assert all((item.linked_at is None) is not item.backlog for item in items)
    return {item.title: item.backlog for item in items}


def test_only_what_came_out_before_the_time_is_backlog(database: Database) -> None:
    undated = Entry("https://news.example/undated", "Undated")
    stored = store(database, FRESH, OLD, undated, backlog_before=WEEK_AGO)
    assert [new.url for new in stored.new] == [FRESH.url, OLD.url, undated.url]
    assert stored.backlog == 1
    assert marked(database) == {"Fresh": False, "Old": True, "Undated": False}


@pytest.mark.parametrize(
    ("beside", "backlog"), [(timedelta(microseconds=-1), True), (timedelta(0), False)], ids=["before", "at"]
)
def test_the_time_itself_is_no_backlog_in_any_zone(
    database: Database, beside: timedelta, backlog: bool
) -> None:
    there = (WEEK_AGO + beside).astimezone(timezone(timedelta(hours=9)))
    assert store(database, replace(OLD, published=there), backlog_before=WEEK_AGO).backlog == backlog
    assert marked(database) == {"Old": backlog}


def test_without_a_time_nothing_is_backlog(database: Database) -> None:
    assert store(database, OLD).backlog == 0
    assert marked(database) == {"Old": False}


def test_an_item_that_is_known_does_not_become_backlog(database: Database) -> None:
    store(database, OLD)
    assert store(database, OLD, now=LATER, backlog_before=WEEK_AGO) == Stored(known=1)
    assert store(database, OLD, source=OTHER, now=LATER, backlog_before=WEEK_AGO) == Stored(known=1)
    assert marked(database) == {"Old": False}


def test_backlog_stays_backlog_when_it_comes_again(database: Database) -> None:
    store(database, OLD, backlog_before=WEEK_AGO)
    for source in (FEED, OTHER):
        assert store(database, OLD, source=source, now=LATER) == Stored(known=1)
    assert marked(database) == {"Old": True}


def test_backlog_that_changes_is_updated_and_still_not_linked(database: Database) -> None:
    store(database, OLD, FRESH, backlog_before=WEEK_AGO)
    changed = [replace(entry, title=f"{entry.title}, changed") for entry in (OLD, FRESH)]
    assert store(database, *changed, now=LATER) == Stored(known=2, changed=2)
    assert marked(database) == {"Old, changed": True, "Fresh, changed": False}
    assert {item.changed_at for item in all_items(database)} == {LATER}


def test_backlog_that_moves_is_known_by_its_id(database: Database) -> None:
    store(database, OLD, backlog_before=WEEK_AGO)
    moved = replace(OLD, url="https://news.example/moved", published=NOW)
    assert store(database, moved, now=LATER) == Stored(known=1)
    assert marked(database) == {"Old": True}
    assert only_item(database).url == moved.url


def test_each_source_of_a_batch_has_its_own_time(database: Database) -> None:
    theirs = [Entry(f"https://other.example/{n}", f"Theirs {n}", published=OLD.published) for n in range(2)]
    one, two = store_batch(database, (FEED, [OLD, FRESH], WEEK_AGO), (OTHER, theirs, None))
    assert (one.backlog, two.backlog) == (1, 0)
    assert marked(database) == {"Old": True, "Fresh": False, "Theirs 0": False, "Theirs 1": False}


def test_the_first_source_of_a_batch_to_name_an_item_says_whether_it_is_backlog(database: Database) -> None:
    one, two = store_batch(database, (OTHER, [OLD], None), (FEED, [OLD], WEEK_AGO))
    assert (one.backlog, two.backlog, two.known) == (0, 0, 1)
    assert marked(database) == {"Old": False}


def test_its_page_has_no_text_for_it(database: Database) -> None:
    store(database, OLD, backlog_before=WEEK_AGO)
    with database.write() as session:
        store_article(session, only_item(database).id, None, LATER)
    assert marked(database) == {"Old": True}
