"""Several sources in one batch: what one brings, the others of the batch know."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.engine import Database
from storage.entries import store_entries
from storage.entry import Entry
from storage.errors import StorageError
from storage.items import Stored
from storage.models import ItemRow, SightingRow
from tests.conftest import NOW
from tests.storage.conftest import (
    FEED,
    OTHER,
    all_items,
    known_source,
    mark_linked,
    only_item,
    sightings,
    store,
    store_batch,
)

LATER = NOW + timedelta(hours=1)
ENTRY = Entry("https://www.news.example/1?utm_source=rss", "One", text="At TSMC.", feed_id="news-1")
THIRD = "https://third.example/feed.xml"


def seen_by(database: Database) -> list[tuple[str, str | None]]:
    """Title, and a source's id of it, for each sighting."""
    with database.read() as session:
        query = select(ItemRow.title, SightingRow.feed_id).join(
            SightingRow, SightingRow.item_id == ItemRow.id
        )
        return [(title, feed_id) for title, feed_id in session.execute(query.order_by(SightingRow.source_id))]


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


def test_an_empty_batch_is_nothing(database: Database) -> None:
    assert store_batch(database) == []


def test_what_was_done_for_each_source_is_told_in_the_order_given(database: Database) -> None:
    known_source(database, FEED)  # so that the order is not that of the sources
    two = [Entry(f"https://other.example/{n}", f"Theirs {n}") for n in (1, 2)]
    stored = store_batch(database, (OTHER, two, None), (THIRD, [], None), (FEED, [ENTRY], None))
    assert [[new.url for new in one.new] for one in stored] == [[two[0].url, two[1].url], [], [ENTRY.url]]
    assert stored[1] == Stored()
    urls = {item.id: item.url for item in all_items(database)}
    assert all(urls[new.id] == new.url for one in stored for new in one.new)


def test_new_known_and_changed_are_counted_for_each_source_alone(database: Database) -> None:
    mine = [Entry(f"https://news.example/{n}", f"Mine {n}") for n in range(4)]
    theirs = [Entry(f"https://other.example/{n}", f"Theirs {n}") for n in range(3)]
    store_batch(database, (FEED, mine[:3], None), (OTHER, theirs[:1], None))
    changed = [replace(mine[0], title="Changed"), *mine[1:]]
    one, two = store_batch(database, (FEED, changed, None), (OTHER, theirs, None), now=LATER)
    assert (len(one.new), one.known, one.changed) == (1, 3, 1)
    assert (len(two.new), two.known, two.changed) == (2, 1, 0)


def test_an_article_that_two_sources_bring_at_once_is_one_item_seen_by_both(database: Database) -> None:
    theirs = replace(ENTRY, url="http://news.example/1/", title="What they call it", feed_id="other-7")
    one, two = store_batch(database, (FEED, [ENTRY], None), (OTHER, [theirs], None))
    assert ([new.url for new in one.new], one.known) == ([ENTRY.url], 0)
    assert two == Stored(known=1)
    item = only_item(database)
    assert (item.title, item.source_id) == (ENTRY.title, known_source(database, FEED).id)
    assert sightings(database) == [(item.id, "news-1"), (item.id, "other-7")]


def test_the_same_batch_again_changes_nothing(database: Database) -> None:
    batch = [(url, [replace(ENTRY, title=url, feed_id=url)], None) for url in (FEED, OTHER, THIRD)]
    store_batch(database, *batch)
    mark_linked(database)
    before = sightings(database)
    assert len(before) == 3
    assert store_batch(database, *reversed(batch), now=LATER) == [Stored(known=1)] * 3
    assert sightings(database) == before
    assert (only_item(database).title, only_item(database).linked_at) == (FEED, NOW)


def test_only_the_first_source_of_the_batch_that_brought_an_item_changes_it(database: Database) -> None:
    theirs = replace(ENTRY, title="What they call it", feed_id="other-7")
    store_batch(database, (FEED, [ENTRY], None), (OTHER, [theirs], None))
    (one, two) = store_batch(
        database,
        (OTHER, [replace(theirs, title="What they call it now")], None),
        (FEED, [replace(ENTRY, title="What we call it now")], None),
        now=LATER,
    )
    assert (one.changed, two.changed) == (0, 1)
    assert only_item(database).title == "What we call it now"


def test_an_id_means_nothing_in_another_source_of_the_batch(database: Database) -> None:
    mine = Entry("https://news.example/1", "Mine", feed_id="1")
    theirs = Entry("https://other.example/1", "Theirs", feed_id="1")
    for _ in range(2):
        store_batch(database, (FEED, [mine], None), (OTHER, [theirs], None))
        assert seen_by(database) == [("Mine", "1"), ("Theirs", "1")]
    moved = (replace(theirs, url="https://other.example/2"), replace(mine, url="https://news.example/2"))
    assert store_batch(database, (OTHER, moved[:1], None), (FEED, moved[1:], None)) == [Stored(known=1)] * 2
    assert [item.url for item in all_items(database)] == [moved[1].url, moved[0].url]


@pytest.mark.parametrize("first", [FEED, OTHER], ids=["the mover first", "the newcomer first"])
def test_an_item_that_moves_to_where_another_source_brings_it_is_one_item(
    database: Database, first: str
) -> None:
    store(database, ENTRY)
    known_source(database, OTHER)
    moved = replace(ENTRY, url="https://news.example/moved")
    theirs = replace(moved, title="What they call it", feed_id="other-7")
    batch = [(FEED, [moved], None), (OTHER, [theirs], None)]
    batch.sort(key=lambda one: one[0] != first)
    for _ in range(2):  # where the newcomer comes first, it is seen by both from the second time on
        assert store_batch(database, *batch, now=LATER) == [Stored(known=1)] * 2
        assert (only_item(database).title, only_item(database).url) == (ENTRY.title, moved.url)
    assert seen_by(database) == [("One", "news-1"), ("One", "other-7")]


def test_another_source_may_bring_something_new_to_an_address_that_is_left_in_the_same_batch(
    database: Database,
) -> None:
    store(database, ENTRY)
    moved = replace(ENTRY, url="https://news.example/moved")
    new = Entry("https://news.example/1", "Something else", feed_id="other-7")
    one, two = store_batch(database, (FEED, [moved], None), (OTHER, [new], None), now=LATER)
    assert (one, len(two.new)) == (Stored(known=1), 1)
    assert [(item.title, item.url) for item in all_items(database)] == [
        ("One", moved.url),
        ("Something else", new.url),
    ]


def test_a_batch_of_ten_thousand_entries_whose_ids_all_change(database: Database) -> None:
    urls = [f"https://{n // 2}.example/feed{n % 2}" for n in range(4)]
    batch = [(url, _many(url[: url.rindex("/")], f"of-{url}"), None) for url in urls]
    stored = store_batch(database, *batch)
    assert [(len(one.new), one.known) for one in stored] == [(2_500, 0), (0, 2_500)] * 2
    assert (len(all_items(database)), len(sightings(database))) == (5_000, 10_000)
    renamed = [
        (url, [replace(e, feed_id=f"new-{e.feed_id}") for e in given], None) for url, given, _ in batch
    ]
    assert store_batch(database, *renamed, now=LATER) == [Stored(known=2_500)] * 4
    assert {(feed_id or "")[:4] for _, feed_id in sightings(database)} == {"new-"}


def _many(site: str, ids: str) -> list[Entry]:
    return [Entry(f"{site}/{n}", f"Report {n}", feed_id=f"{ids}-{n}") for n in range(2_500)]


def test_a_source_that_the_store_does_not_know_leaves_nothing_of_the_batch(database: Database) -> None:
    source = known_source(database)

    def both() -> None:
        with database.write() as session:
            other = Entry("https://other.example/1", "Theirs")
            store_entries(session, [(source.id, [ENTRY], None), (source.id + 1, [other], None)], NOW)

    with pytest.raises(StorageError):
        both()
    assert all_items(database) == []
