"""A crawl of real sources on a real server, into both kinds of database."""

import asyncio
from datetime import timedelta
from typing import Literal

import pytest

from crawler.fetching.options import FetchOptions
from crawler.run import crawl
from crawler.sources import Source
from crawler.visits import Visit
from storage.engine import Database
from tests.conftest import NOW
from tests.crawler.conftest import OPTIONS, TEXT, SlowSite, feed, item, items, remembered, rss, visit
from tests.web import WebServer

XML = "application/rss+xml"
SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>{}</loc>
 <news:news><news:publication_date>2026-11-24</news:publication_date><news:title>{}</news:title></news:news>
</url></urlset>"""
ARTICLE = f"<html><body><article><h1>News</h1><p>{TEXT}</p><p>{TEXT[::-1]}</p></article></body></html>"


def three_kinds(web: WebServer) -> list[Source]:
    """A feed, a listing and a sitemap of one article each, on one host."""
    web.add("/feed", rss(item("From the feed", "/news/1")), content_type=XML)
    web.add("/news", "<html><main><h2><a href='/news/2'>From the listing</a></h2></main></html>")
    web.add("/map.xml", SITEMAP.format(web.url("/news/3"), "From the sitemap"), content_type="text/xml")
    return [
        Source(name="feed", url=web.url("/feed")),
        Source(name="listing", url=web.url("/news"), kind="listing", links="h2 a"),
        Source(name="sitemap", url=web.url("/map.xml"), kind="sitemap"),
    ]


def test_every_kind_of_source_brings_its_items(database: Database, web: WebServer) -> None:
    report = visit(database, *three_kinds(web))
    assert sorted((v.source.name, v.new, v.failure) for v in report.visits) == [
        ("feed", 1, None),
        ("listing", 1, None),
        ("sitemap", 1, None),
    ]
    assert (report.new, report.known, report.unchanged, report.failed) == (3, 0, 0, ())
    assert {(row.title, row.url) for row in items(database)} == {
        ("From the feed", web.url("/news/1")),
        ("From the listing", web.url("/news/2")),
        ("From the sitemap", web.url("/news/3")),
    }


def test_a_crawl_is_safe_to_run_twice(database: Database, web: WebServer) -> None:
    sources = three_kinds(web)
    visit(database, *sources)
    report = visit(database, *sources, now=NOW + timedelta(hours=1))
    assert (report.new, report.unchanged, report.failed) == (0, 3, ())
    assert len(items(database)) == 3
    assert {row.first_seen for row in items(database)} == {NOW}


def test_two_crawls_at_once_store_each_item_once(database: Database, web: WebServer) -> None:
    sources = three_kinds(web)

    async def both() -> int:
        runs = (crawl(database, sources, OPTIONS, now=lambda: NOW) for _ in range(2))
        return sum(report.new for report in await asyncio.gather(*runs))

    assert asyncio.run(both()) == 3
    assert len(items(database)) == 3


def test_a_host_is_asked_for_one_thing_at_a_time(sqlite: Database, web: WebServer) -> None:
    site = SlowSite(web, 0.1)
    site.add("/robots.txt", "", "text/plain")
    kinds: tuple[Literal["feed", "listing", "sitemap"], ...] = ("feed", "listing", "sitemap")
    sources = [Source(name=kind, url=site.add(f"/{kind}", rss()), kind=kind) for kind in kinds]
    assert len(visit(sqlite, *sources).visits) == 3
    assert site.most == 1


def test_waiting_for_others_at_a_host_is_not_being_slow(sqlite: Database, web: WebServer) -> None:
    site = SlowSite(web, 0.2)
    report = visit(sqlite, *(feed(site.add(f"/{n}", rss(item("Chips", f"/news/{n}")))) for n in range(12)))
    assert report.failed == ()
    assert site.most == 1


def test_a_crawl_of_nothing_finds_nothing(sqlite: Database) -> None:
    assert visit(sqlite).visits == ()


def test_one_failing_source_does_not_disturb_the_others(database: Database, web: WebServer) -> None:
    good = feed(web.add("/feed", rss(item("Chips", "/1")), content_type=XML), "good")
    bad = [feed(web.fault(name, "127.0.0.2"), name) for name in ("500", "cut", "html", "silent")]
    told: list[Visit] = []
    report = asyncio.run(crawl(database, [*bad, good], OPTIONS, now=lambda: NOW, tell=told.append))
    assert tuple(told) == report.visits
    assert {v.source.name for v in report.failed} == {"500", "cut", "html", "silent"}
    assert len(report.visits) == 5
    assert [row.title for row in items(database)] == ["Chips"]
    assert remembered(database, good).error is None
    assert remembered(database, bad[0]).error == "HTTP 500 Internal Server Error"


@pytest.mark.parametrize("fault", [None, "500"])
def test_a_source_is_due_again_after_its_interval(
    database: Database, web: WebServer, fault: str | None
) -> None:
    url = web.fault(fault) if fault else web.add("/feed", rss(item("Chips", "/1")), content_type=XML)
    source = Source(name="News", url=url, interval=timedelta(hours=3))
    visit(database, source)
    known = remembered(database, source)
    assert (known.asked_at, known.due_at) == (NOW, NOW + timedelta(hours=3))
    assert known.failures == (1 if fault else 0)
    visit(database, source, now=NOW + timedelta(hours=4))
    assert remembered(database, source).due_at == NOW + timedelta(hours=7)


def test_a_success_forgets_the_failures(sqlite: Database, web: WebServer) -> None:
    source = feed(web.add("/feed", status=503))
    visit(sqlite, source)
    visit(sqlite, source)
    assert remembered(sqlite, source).failures == 2
    web.add("/feed", rss(), content_type=XML)
    visit(sqlite, source)
    assert (remembered(sqlite, source).failures, remembered(sqlite, source).error) == (0, None)


def test_a_teaser_is_completed_from_its_article(database: Database, web: WebServer) -> None:
    web.add("/long", ARTICLE)
    web.add("/short", ARTICLE)
    body = rss(item("Whole", "/long"), item("Teaser", "/short", "Read more."))
    visit(database, feed(web.add("/feed", body, content_type=XML)))
    whole, teaser = items(database)
    assert (whole.article, whole.article_asked_at, web.hits("/long")) == (None, None, 0)
    assert teaser.article is not None
    assert TEXT.strip() in teaser.article
    assert (teaser.text, teaser.article_asked_at) == ("Read more.", NOW)


def test_articles_are_fetched_within_the_budget_newest_first(sqlite: Database, web: WebServer) -> None:
    teasers = [
        item(f"Chip {n}", f"/{n}", "-") + f"<pubDate>Mon, {n + 10} Nov 2026 08:00:00 GMT</pubDate>"
        for n in range(6)
    ]
    for n in range(6):
        web.add(f"/{n}", ARTICLE)
    options = FetchOptions(allow_private=("127.0.0.0/8",), articles=2)
    visit(sqlite, feed(web.add("/feed", rss(*teasers), content_type=XML)), options=options)
    assert [row.title for row in items(sqlite) if row.article] == ["Chip 4", "Chip 5"]
    assert sum(web.hits(f"/{n}") for n in range(6)) == 2


def test_articles_beyond_the_budget_are_fetched_by_later_crawls(sqlite: Database, web: WebServer) -> None:
    pages = [web.add(f"/{n}", ARTICLE) for n in range(5)]
    source = feed(web.add("/feed", rss(*(item(f"Chip {p}", p, "-") for p in pages)), content_type=XML))
    options = FetchOptions(allow_private=("127.0.0.0/8",), articles=2)
    for done in (2, 4, 5, 5):
        visit(sqlite, source, options=options)
        assert len([row for row in items(sqlite) if row.article]) == done
    assert [web.hits(f"/{n}") for n in range(5)] == [1] * 5


def test_a_page_that_hangs_is_tried_thrice_and_its_host_left_alone_meanwhile(
    sqlite: Database, web: WebServer
) -> None:
    page = web.fault("silent", "127.0.0.2")
    source = feed(web.add("/feed", rss(*(item(f"Chip {n}", f"{page}#{n}", "-") for n in range(4)))))
    options = FetchOptions(allow_private=("127.0.0.0/8",), timeout=0.5)
    for tries in (1, 2, 3, 3):
        visit(sqlite, source, options=options)
        assert [row.article_failures for row in items(sqlite)] == [tries] * 4
    assert [row.article_asked_at for row in items(sqlite)] == [None] * 4


@pytest.mark.parametrize("fault", ["404", "cut", "gzip bomb", "silent", "empty", "redirect loop"])
def test_an_article_that_cannot_be_fetched_leaves_its_item(
    sqlite: Database, web: WebServer, fault: str
) -> None:
    body = rss(item("Teaser", web.fault(fault, "127.0.0.2"), "Read more."))
    report = visit(sqlite, feed(web.add("/feed", body, content_type=XML)))
    assert (report.new, report.failed) == (1, ())
    (row,) = items(sqlite)
    assert (row.text, row.article) == ("Read more.", None)
    # What answered is settled; what could not be fetched is tried again at the next crawl.
    answered = fault in ("404", "empty")
    assert (row.article_asked_at, row.article_failures) == ((NOW, 0) if answered else (None, 1))


def test_an_entry_that_no_database_takes_does_not_cost_the_feed(database: Database, web: WebServer) -> None:
    body = rss("<title>a</title><guid>a&#0;b</guid><link>/a&#0;b</link>", item("Chips", "/1"))
    report = visit(database, feed(web.add("/feed", body, content_type=XML)))
    assert report.failed == ()
    assert "Chips" in {row.title for row in items(database)}
