"""Articles: the pages of items with a teaser only, if they are linked to a post, within a budget."""

import asyncio
from datetime import timedelta

import pytest

from crawler.articles import ARTICLE_AGE, read_articles
from crawler.fetching.options import FetchOptions
from crawler.options import CrawlOptions
from crawler.parsing.apart import Apart
from storage.engine import Database
from storage.entries import store_entries
from storage.entry import Entry
from storage.models import LinkRow, PostRow
from storage.sources import SourceSetting, register
from tests.conftest import NOW
from tests.crawler.conftest import ALLOWED, OPTIONS, TEXT, items, shared
from tests.web import WebServer

ARTICLE = f"<html><body><article><h1>News</h1><p>{TEXT}</p><p>{TEXT[::-1]}</p></article></body></html>"


def teasers(database: Database, *urls: str, text: str = "Read more.", linked: bool = True) -> None:
    """Items at these addresses, an hour apart, the last one newest, all linked to one post."""
    with database.write() as session:
        source = register(session, [SourceSetting("https://news.example/feed", "News", "feed", 3600)])
        post = PostRow(
            file="a.md", title="", url="", text="", file_hash="", names_version="", imported_at=NOW
        )
        session.add(post)
        session.flush()
        entries = [
            Entry(url, f"Chip {n}", text, published=NOW - timedelta(days=1) + n * timedelta(hours=1))
            for n, url in enumerate(urls)
        ]
        (stored,) = store_entries(session, [(source["https://news.example/feed"].id, entries, None)], NOW)
        if linked:
            session.add_all(
                LinkRow(
                    item_id=page.id,
                    post_id=post.id,
                    score=1.0,
                    followup=False,
                    kind="background",
                    evidence={},
                    linked_at=NOW,
                )
                for page in stored.new
            )


def read(database: Database, options: CrawlOptions = OPTIONS, age: timedelta = timedelta(0)) -> int:
    """Read articles once."""
    apart: Apart = shared()
    return asyncio.run(read_articles(database, options, now=lambda: NOW + age, apart=apart))


def budget(articles: int, timeout: float = 1) -> CrawlOptions:
    """Options for so many pages a crawl."""
    return CrawlOptions(FetchOptions(allow_private=ALLOWED, timeout=timeout), articles=articles)


def test_a_teaser_is_completed_from_its_article(database: Database, web: WebServer) -> None:
    teasers(database, web.add("/short", ARTICLE))
    assert read(database) == 1
    (row,) = items(database)
    assert row.article is not None
    assert TEXT.strip() in row.article
    assert (row.text, row.article_asked_at, row.linked_at) == ("Read more.", NOW, None)
    assert read(database) == 0


@pytest.mark.parametrize("why", ["a whole text", "linked to no post", "too old", "no budget"])
def test_only_what_needs_its_page_is_fetched(sqlite: Database, web: WebServer, why: str) -> None:
    text = TEXT if why == "a whole text" else "Read more."
    teasers(sqlite, web.add("/1", ARTICLE), text=text, linked=why != "linked to no post")
    age = ARTICLE_AGE + timedelta(days=1) if why == "too old" else timedelta(0)
    assert read(sqlite, budget(0) if why == "no budget" else OPTIONS, age) == 0
    assert web.requests() == []


def test_pages_are_read_within_the_budget_newest_first_and_the_rest_later(
    sqlite: Database, web: WebServer
) -> None:
    teasers(sqlite, *(web.add(f"/{n}", ARTICLE) for n in range(5)))
    for done in (["Chip 3", "Chip 4"], ["Chip 1", "Chip 2", "Chip 3", "Chip 4"]):
        read(sqlite, budget(2))
        assert [row.title for row in items(sqlite) if row.article] == done
    read(sqlite, budget(2))
    assert [web.hits(f"/{n}") for n in range(5)] == [1] * 5


def test_a_page_that_hangs_is_tried_thrice_and_its_host_left_alone_meanwhile(
    sqlite: Database, web: WebServer
) -> None:
    page = web.fault("silent", "127.0.0.2")
    teasers(sqlite, *(f"{page}#{n}" for n in range(4)))
    for tries in (1, 2, 3, 3):
        read(sqlite, budget(50, timeout=0.5))
        assert [row.article_failures for row in items(sqlite)] == [tries] * 4
    assert [row.article_asked_at for row in items(sqlite)] == [None] * 4
    assert web.hits("/fault/silent") == 3


@pytest.mark.parametrize("fault", ["404", "cut", "gzip bomb", "silent", "empty", "redirect loop"])
def test_a_page_that_cannot_be_read_leaves_its_item(sqlite: Database, web: WebServer, fault: str) -> None:
    teasers(sqlite, web.fault(fault, "127.0.0.2"))
    assert read(sqlite, CrawlOptions(OPTIONS.fetching)) == 1
    (row,) = items(sqlite)
    assert (row.text, row.article) == ("Read more.", None)
    # What answered is settled; what could not be fetched is tried again at the next crawl.
    answered = fault in ("404", "empty")
    assert (row.article_asked_at, row.article_failures) == ((NOW, 0) if answered else (None, 1))


def test_a_page_at_a_private_address_is_not_fetched(sqlite: Database, web: WebServer) -> None:
    teasers(sqlite, web.url("/admin", "127.0.0.2"))
    read(sqlite, CrawlOptions(FetchOptions(allow_private=("127.0.0.1/32",), timeout=1)))
    assert web.connections("127.0.0.2") == 0
    assert items(sqlite)[0].article_failures == 1


def test_a_page_that_robots_txt_closes_is_not_fetched(sqlite: Database, web: WebServer) -> None:
    web.add("/robots.txt", "User-agent: *\nDisallow: /closed", content_type="text/plain")
    teasers(sqlite, web.add("/closed/1", ARTICLE), web.add("/open/1", ARTICLE))
    read(sqlite)
    assert (web.hits("/closed/1"), web.hits("/open/1")) == (0, 1)
