"""Items: each article once, however often, from wherever and under whatever address it comes."""

import random
import sqlite3
import string
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from storage.engine import Database, open_database
from storage.items import MAX_TEXT, MAX_TITLE, Entry, Stored, store_article
from storage.models import ItemRow, SightingRow
from tests.conftest import NOW
from tests.storage.conftest import FEED, all_items, known_source, store

LATER = NOW + timedelta(hours=1)
OTHER = "https://other.example/feed.xml"
ENTRY = Entry(
    "https://www.news.example/1?utm_source=rss",
    "ByteDance tapes out a chip",
    text="At TSMC.",
    language="en",
    published=NOW - timedelta(hours=2),
    feed_id="news-1",
)


def only_item(database: Database) -> ItemRow:
    (item,) = all_items(database)
    return item


def sightings(database: Database) -> list[tuple[int, str | None]]:
    with database.read() as session:
        rows = session.scalars(select(SightingRow).order_by(SightingRow.item_id, SightingRow.source_id))
        return [(row.item_id, row.feed_id) for row in rows]


def mark_linked(database: Database) -> None:
    with database.write() as session:
        for row in session.scalars(select(ItemRow)):
            row.linked_at = NOW


def test_a_new_article_is_stored_as_it_came_and_waits_for_the_linker(database: Database) -> None:
    stored = store(database, ENTRY)
    item = only_item(database)
    (new,) = stored.new
    assert (new.id, new.url) == (item.id, ENTRY.url)
    assert (item.url, item.canonical_url) == (ENTRY.url, "https://news.example/1")
    assert (item.title, item.text, item.language) == (ENTRY.title, ENTRY.text, "en")
    assert (item.published, item.first_seen) == (ENTRY.published, NOW)
    assert (item.changed_at, item.linked_at, item.story_id, item.article) == (None, None, None, None)
    assert sightings(database) == [(item.id, "news-1")]


def test_no_entries_are_nothing(database: Database) -> None:
    assert store(database) == Stored()


def test_the_same_entry_again_changes_nothing(database: Database) -> None:
    store(database, ENTRY)
    mark_linked(database)
    assert store(database, ENTRY, now=LATER) == Stored(known=1)
    item = only_item(database)
    assert (item.first_seen, item.changed_at, item.linked_at) == (NOW, None, NOW)


@pytest.mark.parametrize(
    "changed",
    [
        replace(ENTRY, title="ByteDance tapes out its own chip"),
        replace(ENTRY, text="At TSMC, on N3."),
        replace(ENTRY, title="字节跳动流片", language="zh"),
    ],
)
def test_a_changed_title_or_text_is_the_same_item_and_waits_for_the_linker_again(
    database: Database, changed: Entry
) -> None:
    store(database, ENTRY)
    mark_linked(database)
    assert store(database, changed, now=LATER) == Stored(known=1, changed=1)
    item = only_item(database)
    assert (item.title, item.text, item.language) == (changed.title, changed.text, changed.language)
    assert (item.first_seen, item.changed_at, item.linked_at) == (NOW, LATER, None)


def test_a_text_that_went_missing_is_no_change(database: Database) -> None:
    store(database, ENTRY)
    assert store(database, replace(ENTRY, text="", language=""), now=LATER) == Stored(known=1)
    assert (only_item(database).text, only_item(database).language) == (ENTRY.text, "en")


def test_an_article_without_an_id_is_known_by_its_canonical_url(database: Database) -> None:
    bare = replace(ENTRY, feed_id=None)
    store(database, bare)
    again = replace(bare, url="http://news.example/1/?utm_medium=mail#top", title="Another title")
    assert store(database, again, now=LATER) == Stored(known=1, changed=1)
    assert only_item(database).url == ENTRY.url


def test_one_article_listed_twice_is_one_item(database: Database) -> None:
    stored = store(database, replace(ENTRY, feed_id="a"), replace(ENTRY, feed_id="b", title="Again"))
    assert len(stored.new) == 1
    assert only_item(database).title == ENTRY.title


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


def test_an_id_means_nothing_in_another_source(database: Database) -> None:
    store(database, replace(ENTRY, feed_id="1"))
    elsewhere = Entry("https://other.example/x", "Something else", feed_id="1")
    assert len(store(database, elsewhere, source=OTHER).new) == 1


def test_an_article_from_two_sources_is_one_item_with_two_sightings(database: Database) -> None:
    store(database, ENTRY)
    mark_linked(database)
    theirs = replace(ENTRY, title="What they call it", feed_id="other-7")
    assert store(database, theirs, source=OTHER, now=LATER) == Stored(known=1)
    item = only_item(database)
    assert (item.title, item.changed_at, item.linked_at) == (ENTRY.title, None, NOW)
    assert item.source_id == known_source(database, FEED).id
    assert sightings(database) == [(item.id, "news-1"), (item.id, "other-7")]


def test_only_the_source_that_brought_an_item_first_moves_it(database: Database) -> None:
    store(database, ENTRY)
    theirs = replace(ENTRY, feed_id="other-7")
    store(database, theirs, source=OTHER)
    store(database, replace(theirs, url="https://other.example/copy"), source=OTHER, now=LATER)
    assert only_item(database).url == ENTRY.url


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


def test_a_title_and_a_text_without_end_are_cut_and_stay_cut(database: Database) -> None:
    endless = replace(ENTRY, title="t" * (MAX_TITLE + 1), text="x" * (MAX_TEXT + 1))
    store(database, endless)
    assert store(database, endless, now=LATER) == Stored(known=1)
    assert (len(only_item(database).title), len(only_item(database).text)) == (MAX_TITLE, MAX_TEXT)


@pytest.mark.parametrize("endless", ["url", "feed_id"])
def test_an_endless_address_or_id_does_not_keep_the_others_out(database: Database, endless: str) -> None:
    # Random, as PostgreSQL first tries to pack what is long.
    letters = "".join(random.Random(1).choices(string.ascii_letters, k=8_000))  # noqa: S311
    first = (
        replace(ENTRY, url=f"https://news.example/{letters}")
        if endless == "url"
        else replace(ENTRY, feed_id=letters)
    )
    store(database, first, Entry("https://news.example/2", "Two", feed_id="2"))
    assert "Two" in [item.title for item in all_items(database)]


def test_an_address_that_grows_when_it_is_encoded_does_not_keep_the_others_out(database: Database) -> None:
    kanji = "".join(map(chr, random.Random(1).choices(range(0x4E00, 0x9000), k=1_900)))  # noqa: S311
    first = replace(ENTRY, url=f"https://news.example/{kanji}")
    store(database, first, Entry("https://news.example/2", "Two", feed_id="2"))
    assert "Two" in [item.title for item in all_items(database)]


def test_a_feed_may_have_more_addresses_than_sqlite_takes_values(tmp_path: Path) -> None:
    entries = [Entry(f"https://news.example/{n}", f"Report {n}") for n in range(17_000)]
    with open_database(f"sqlite:///{tmp_path / 'chipwatch.db'}") as database:
        # As SQLite's makers ship it; some distributions raise the limit.
        database.engine.dispose()
        limit = (sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)
        event.listen(database.engine, "connect", lambda connection, _: connection.setlimit(*limit))
        assert len(store(database, *entries).new) == 17_000


def test_ten_thousand_entries_at_once(database: Database) -> None:
    entries = [Entry(f"https://news.example/{n}", f"Report {n}", feed_id=str(n)) for n in range(10_000)]
    assert len(store(database, *entries).new) == 10_000
    changed = [replace(entry, title="Changed") if n % 1000 == 0 else entry for n, entry in enumerate(entries)]
    assert store(database, *changed, now=LATER) == Stored(known=10_000, changed=10)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(SightingRow)) == 10_000


def test_new_items_are_told_in_the_order_of_the_source(database: Database) -> None:
    entries = [Entry(f"https://news.example/{n}", f"Report {n}") for n in (3, 1, 2)]
    store(database, entries[1])
    assert [new.url for new in store(database, *entries).new] == [entries[0].url, entries[2].url]


def read_article(database: Database, item_id: int, text: str | None) -> None:
    with database.write() as session:
        store_article(session, item_id, text, LATER)


def test_the_text_of_its_page_is_kept_apart_from_what_the_feed_said(database: Database) -> None:
    store(database, ENTRY)
    mark_linked(database)
    read_article(database, only_item(database).id, "All of it.")
    item = only_item(database)
    assert (item.text, item.article) == (ENTRY.text, "All of it.")
    assert (item.article_asked_at, item.linked_at, item.changed_at) == (LATER, None, None)
    assert store(database, ENTRY, now=LATER) == Stored(known=1)
    assert only_item(database).article == "All of it."


def test_a_page_without_a_text_is_remembered_as_asked_and_not_linked_again(database: Database) -> None:
    store(database, ENTRY)
    mark_linked(database)
    read_article(database, only_item(database).id, None)
    item = only_item(database)
    assert (item.article, item.article_asked_at, item.linked_at) == (None, LATER, NOW)


def test_an_article_without_end_is_cut_and_one_of_no_item_is_dropped(database: Database) -> None:
    store(database, ENTRY)
    read_article(database, only_item(database).id, "x" * (MAX_TEXT + 1))
    assert len(only_item(database).article or "") == MAX_TEXT
    read_article(database, 12345, "Of nothing.")
    assert len(all_items(database)) == 1
