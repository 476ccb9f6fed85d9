"""The text of items' own pages: which pages are worth reading, and what comes of them."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, update

from storage.engine import Database
from storage.entry import MAX_TEXT, Entry
from storage.items import (
    MAX_ARTICLE_FAILURES,
    TEASER,
    ItemPage,
    Stored,
    record_article_failure,
    store_article,
    wanting_article,
)
from storage.models import ItemRow, LinkRow
from tests.conftest import NOW
from tests.storage.conftest import FEED, OTHER, add_post, all_items, mark_linked, only_item, store

LATER = NOW + timedelta(hours=1)
LONG_AGO = NOW - timedelta(days=365)
ENTRY = Entry("https://news.example/1", "ByteDance tapes out a chip", text="At TSMC.", feed_id="news-1")


def linked(
    database: Database, *entries: Entry, source: str = FEED, posts: int = 1, followup: bool = False
) -> list[ItemPage]:
    """Items that are linked to as many posts."""
    new = store(database, *entries, source=source).new
    with database.write() as session:
        session.add_all(
            LinkRow(
                item_id=item.id,
                post_id=post,
                score=0.2,
                followup=followup,
                kind="background",
                evidence={},
                linked_at=NOW,
            )
            for post in [add_post(database) for _ in range(posts)]
            for item in new
        )
    return list(new)


def wanting(database: Database, *, since: datetime = LONG_AGO, limit: int = 100) -> list[ItemPage]:
    with database.read() as session:
        return wanting_article(session, since=since, limit=limit)


def failed(database: Database, item_id: int, times: int = 1) -> None:
    for _ in range(times):
        with database.write() as session:
            record_article_failure(session, item_id)


def entry(number: int, text: str = "", published: datetime | None = None) -> Entry:
    return Entry(f"https://news.example/{number}", f"Report {number}", text, published=published)


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


def test_only_items_that_are_linked_to_some_post_want_their_pages(database: Database) -> None:
    store(database, entry(1))
    assert wanting(database) == []
    pages = linked(database, entry(2))
    assert wanting(database) == pages


def test_an_item_that_is_linked_to_many_posts_wants_its_page_once(database: Database) -> None:
    assert len(linked(database, entry(1), posts=3)) == 1
    assert [page.url for page in wanting(database)] == ["https://news.example/1"]


def test_any_link_will_do_and_any_source(database: Database) -> None:
    pages = linked(database, entry(1), followup=True) + linked(database, entry(2), source=OTHER)
    assert wanting(database) == pages


def test_an_item_whose_links_are_gone_no_longer_wants_its_page(database: Database) -> None:
    linked(database, entry(1))
    with database.write() as session:
        session.execute(delete(LinkRow))
    assert wanting(database) == []


@pytest.mark.parametrize(("length", "wanted"), [(0, True), (TEASER - 1, True), (TEASER, False)])
def test_a_text_that_is_long_enough_needs_no_page(database: Database, length: int, wanted: bool) -> None:
    pages = linked(database, entry(1, text="字" * length))
    assert wanting(database) == (pages if wanted else [])


@pytest.mark.parametrize("text", ["All of it.", None], ids=["with a text", "without one"])
def test_a_page_that_answered_is_not_asked_again(database: Database, text: str | None) -> None:
    (page,) = linked(database, entry(1))
    read_article(database, page.id, text)
    assert wanting(database) == []


def test_items_first_seen_before_the_time_are_left_out(database: Database) -> None:
    old = entry(1, published=LONG_AGO)
    pages = linked(database, old)
    assert wanting(database, since=NOW) == pages  # old news, but first seen now
    assert wanting(database, since=LATER) == []


def test_the_newest_come_first_and_no_more_than_asked_for(database: Database) -> None:
    hours = (3, 1, 2)
    linked(database, *(entry(n, published=NOW - timedelta(hours=n)) for n in hours), entry(0))
    assert [page.url[-1] for page in wanting(database)] == ["0", "1", "2", "3"]
    assert [page.url[-1] for page in wanting(database, limit=2)] == ["0", "1"]
    assert wanting(database, limit=0) == []


def test_pages_that_failed_come_last_and_not_for_ever(database: Database) -> None:
    first, second, third = linked(database, *(entry(n) for n in range(3)))
    failed(database, first.id, 2)
    failed(database, second.id)
    assert wanting(database) == [third, second, first]
    failed(database, first.id, MAX_ARTICLE_FAILURES - 2)
    assert wanting(database) == [third, second]


def test_a_failure_of_no_item_is_dropped(database: Database) -> None:
    failed(database, 12345)
    store(database, ENTRY)
    assert only_item(database).article_failures == 0


def test_a_page_is_asked_again_where_it_is_now(database: Database) -> None:
    (page,) = linked(database, ENTRY)
    with database.write() as session:
        session.execute(update(ItemRow).values(url="https://news.example/moved"))
    assert wanting(database) == [ItemPage(page.id, "https://news.example/moved")]
