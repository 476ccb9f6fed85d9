"""Entries of one source: each article is stored once, however often it comes, and whatever it looks like."""

import random
import sqlite3
import string
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from storage.engine import Database, open_database
from storage.entry import MAX_TEXT, MAX_TITLE, Entry
from storage.items import Stored
from storage.models import SightingRow
from tests.conftest import NOW
from tests.storage.conftest import all_items, mark_linked, only_item, sightings, store

LATER = NOW + timedelta(hours=1)
ENTRY = Entry(
    "https://www.news.example/1?utm_source=rss",
    "ByteDance tapes out a chip",
    text="At TSMC.",
    language="en",
    published=NOW - timedelta(hours=2),
    feed_id="news-1",
)


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
