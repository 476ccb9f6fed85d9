"""What was trimmed never comes back as new, and keeps nothing out that is."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.engine import Database
from storage.entry import Entry
from storage.items import Stored
from storage.models import TrimmedRow
from storage.trimming import trim_items
from tests.conftest import NOW
from tests.storage.conftest import FEED, OTHER, all_items, mark_linked, only_item, store, store_batch

YEAR = timedelta(days=365)
OLD = NOW - 2 * YEAR
ENTRY = Entry("https://www.news.example/1?utm_source=rss", "One", text="At TSMC.", feed_id="news-1")
MOVED = "https://news.example/moved"
THIRD = "https://third.example/feed.xml"


def trim(database: Database) -> int:
    """Trim what was linked."""
    mark_linked(database)
    with database.write() as session:
        return trim_items(session, NOW - YEAR, NOW)


def trimmed(database: Database, *entries: Entry, source: str = FEED) -> None:
    """Store a source's entries long ago, and trim them."""
    stored = store(database, *entries, source=source, now=OLD)
    assert trim(database) == len(stored.new) > 0


@pytest.mark.parametrize(
    "again",
    [
        ENTRY,
        replace(ENTRY, title="Another title", text="Another text", published=NOW),
        replace(ENTRY, url="http://news.example/1/?utm_medium=mail"),
        replace(ENTRY, url="https://news.example/1#comments"),
        replace(ENTRY, feed_id=None),
        replace(ENTRY, feed_id="news-9"),
        replace(ENTRY, url=MOVED),
    ],
    ids=["as it was", "changed", "tracked", "a fragment", "without an id", "with another id", "moved"],
)
@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside a new one"])
def test_a_trimmed_item_does_not_come_back(database: Database, again: Entry, beside: bool) -> None:
    trimmed(database, ENTRY)
    new = [Entry("https://news.example/2", "Two", feed_id="news-2")] if beside else []
    stored = store(database, again, *new)
    assert ([page.url for page in stored.new], stored.known) == ([entry.url for entry in new], 1)
    assert stored.changed == 0
    assert [item.title for item in all_items(database)] == [entry.title for entry in new]


def test_an_item_that_no_post_was_compared_with_comes_back_after_a_clock_was_ahead(
    database: Database,
) -> None:
    """Before the first import of posts news waits for them, and must not be lost to a clock."""
    store(database, ENTRY)
    ahead = NOW + timedelta(days=400)
    with database.write() as session:
        assert trim_items(session, ahead - YEAR, ahead) == 1
    assert len(store(database, ENTRY).new) == 1


def test_it_is_known_by_its_address_in_every_source(database: Database) -> None:
    trimmed(database, ENTRY)
    assert store(database, replace(ENTRY, feed_id="other-7"), source=OTHER) == Stored(known=1)


def test_it_is_known_by_the_ids_of_all_sources_that_saw_it(database: Database) -> None:
    store(database, ENTRY, now=OLD)
    theirs = replace(ENTRY, feed_id="other-7")
    trimmed_by_both = store(database, theirs, source=OTHER, now=OLD)
    assert (trimmed_by_both, trim(database)) == (Stored(known=1), 1)
    batch = [(FEED, [replace(ENTRY, url=MOVED)], None), (OTHER, [replace(theirs, url=MOVED)], None)]
    assert store_batch(database, *batch) == [Stored(known=1)] * 2
    assert all_items(database) == []


def test_an_id_means_nothing_in_another_source(database: Database) -> None:
    trimmed(database, ENTRY)
    elsewhere = replace(ENTRY, url=MOVED)
    assert len(store(database, elsewhere, source=OTHER).new) == 1


def test_an_id_that_looks_like_an_address_is_none(database: Database) -> None:
    trimmed(database, Entry("https://news.example/1", "One", feed_id=MOVED))
    assert len(store(database, Entry(MOVED, "Another"), source=OTHER).new) == 1


def test_an_endless_id_is_known_again(database: Database) -> None:
    endless = replace(ENTRY, feed_id="x" * 8_000)
    trimmed(database, endless)
    assert store(database, replace(endless, url=MOVED)) == Stored(known=1)
    assert len(store(database, replace(endless, url=MOVED, feed_id="x" * 8_001)).new) == 1


def test_an_id_that_several_entries_share_keeps_nothing_out(database: Database) -> None:
    shared = [Entry(f"https://news.example/{n}", f"Report {n}", feed_id="same") for n in range(2)]
    trimmed(database, *shared)
    assert store(database, *shared) == Stored(known=2)
    new = Entry("https://news.example/3", "Report 3", feed_id="same")
    assert [page.url for page in store(database, *shared, new).new] == [new.url]
    assert store(database, new).known == 1


def test_an_item_that_moved_before_it_was_trimmed_is_known_where_it_went(database: Database) -> None:
    store(database, ENTRY, now=OLD)
    store(database, replace(ENTRY, url=MOVED), now=OLD)
    assert trim(database) == 1
    assert store(database, Entry(MOVED, "One"), source=OTHER) == Stored(known=1)
    # At the address that it left something else may be.
    assert len(store(database, Entry(ENTRY.url, "Something else"), source=OTHER).new) == 1


@pytest.mark.parametrize("ids", [True, False], ids=["with ids", "without ids"])
@pytest.mark.parametrize("before", [1, 2], ids=["alone on its page", "among others"])
@pytest.mark.parametrize("after", [1, 2], ids=["then alone", "then among others"])
def test_an_item_of_a_page_with_many_is_known_by_its_place(
    database: Database, ids: bool, before: int, after: int
) -> None:
    entries = [
        Entry(f"https://news.example/live#{n}", f"Report {n}", feed_id=f"{n}" if ids else None)
        for n in range(4)
    ]
    trimmed(database, *entries[:before])
    assert store(database, *entries[:after]).known >= 1
    assert entries[0].title not in [item.title for item in all_items(database)]
    both = store(database, entries[0], entries[3])
    assert ([page.url for page in both.new], both.known) == ([entries[3].url], 1)


def test_what_the_batch_brings_twice_is_known_twice(database: Database) -> None:
    trimmed(database, ENTRY)
    new = Entry("https://news.example/2", "Two")
    batch = [(url, [replace(ENTRY, feed_id=None), new], None) for url in (FEED, OTHER, THIRD)]
    stored = store_batch(database, *batch)
    assert [(len(one.new), one.known) for one in stored] == [(1, 1), (0, 2), (0, 2)]
    assert only_item(database).title == "Two"


def test_an_item_that_moved_to_where_a_trimmed_one_was_is_trimmed_too(database: Database) -> None:
    trimmed(database, ENTRY)
    other = Entry("https://news.example/2", "Two", feed_id="news-2")
    store(database, other, now=OLD)
    store(database, replace(other, url=ENTRY.url), now=OLD)
    assert only_item(database).url == ENTRY.url
    assert trim(database) == 1
    with database.read() as session:
        assert [row.trimmed_at for row in session.scalars(select(TrimmedRow))] == [NOW] * 3
    assert store(database, ENTRY, other) == Stored(known=2)


def test_thousands_that_were_trimmed_are_known_in_one_answer(database: Database) -> None:
    entries = [Entry(f"https://news.example/{n}", f"Report {n}", feed_id=str(n)) for n in range(12_000)]
    store(database, *entries, now=OLD)
    while trim(database):
        pass
    moved = [replace(entry, url=f"{entry.url}/moved") for entry in entries]
    new = Entry("https://news.example/new", "New")
    stored = store(database, *moved, new)
    assert ([page.url for page in stored.new], stored.known) == ([new.url], 12_000)
