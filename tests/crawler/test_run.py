"""A crawl of real sources on a real server, into both kinds of database."""

import asyncio
from datetime import timedelta
from typing import Literal

import pytest

from crawler.fetching.options import FetchOptions
from crawler.options import CrawlOptions
from crawler.run import crawl
from crawler.sources import Source
from crawler.visits import Visit
from storage.engine import Database
from tests.conftest import NOW
from tests.crawler.conftest import ALLOWED, OPTIONS, SlowSite, feed, item, items, remembered, rss, visit
from tests.web import WebServer

XML = "application/rss+xml"
SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>{}</loc>
 <news:news><news:publication_date>2026-11-24</news:publication_date><news:title>{}</news:title></news:news>
</url></urlset>"""


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
def test_a_source_is_asked_again_when_it_is_due(
    database: Database, web: WebServer, fault: str | None
) -> None:
    url = web.fault(fault) if fault else web.add("/feed", rss(item("Chips", "/1")), content_type=XML)
    source = Source(name="News", url=url, interval=timedelta(hours=3))
    assert len(visit(database, source, only_due=True).visits) == 1
    due = remembered(database, source).due_at
    assert due is not None
    assert NOW + timedelta(hours=3) <= due < NOW + timedelta(hours=6)
    report = visit(database, source, only_due=True, now=due - timedelta(seconds=1))
    assert (report.visits, report.not_due, report.next_due) == ((), 1, due)
    report = visit(database, source, only_due=True, now=due)
    assert (len(report.visits), report.not_due, report.next_due) == (1, 0, None)


def test_a_source_that_is_gone_is_retired_until_it_is_asked_for(sqlite: Database, web: WebServer) -> None:
    source = feed(web.add("/feed", status=410))
    visit(sqlite, source)
    late = NOW + timedelta(days=400)
    report = visit(sqlite, source, only_due=True, now=late)
    assert (report.visits, report.not_due, report.next_due) == ((), 0, None)
    web.add("/feed", rss(item("Chips", "/1")), content_type=XML)
    assert visit(sqlite, source, now=late).new == 1
    assert remembered(sqlite, source).retired_at is None


def test_retry_after_is_obeyed(sqlite: Database, web: WebServer) -> None:
    source = feed(web.add("/feed", status=503, headers={"Retry-After": "86400"}))
    visit(sqlite, source)
    known = remembered(sqlite, source)
    assert (known.due_at, known.due_why) == (
        NOW + timedelta(days=1),
        "its server asks to wait (Retry-After)",
    )


def test_a_feed_that_moved_for_good_is_asked_at_its_new_address(sqlite: Database, web: WebServer) -> None:
    web.add("/new", rss(item("Chips", "/1")), content_type=XML, etag='"1"')
    source = feed(web.redirect("/feed", "/new", 301))
    for _ in range(3):
        visit(sqlite, source)
    assert remembered(sqlite, source).address == web.url("/new")
    assert web.hits("/feed") == 3
    assert visit(sqlite, source).unchanged == 1
    assert (web.hits("/feed"), web.hits("/new")) == (3, 4)


def test_what_a_feed_asks_for_is_honoured(sqlite: Database, web: WebServer) -> None:
    body = rss(item("Chips", "/1")).replace("<title>News", "<ttl>300</ttl><title>News")
    source = feed(web.add("/feed", body, content_type=XML))
    visit(sqlite, source)
    known = remembered(sqlite, source)
    assert known.due_at is not None
    assert known.due_at - NOW >= timedelta(minutes=300)
    assert known.due_why == "the feed asks for it"


def test_what_is_old_at_a_first_crawl_is_backlog_and_what_comes_later_is_not(
    database: Database, web: WebServer
) -> None:
    old = item("Old", "/old") + "<pubDate>Mon, 16 Nov 2026 08:00:00 GMT</pubDate>"
    new = item("New", "/new") + "<pubDate>Wed, 18 Nov 2026 08:00:00 GMT</pubDate>"
    late = item("Late", "/late") + "<pubDate>Mon, 16 Nov 2026 09:00:00 GMT</pubDate>"
    source = feed(web.add("/feed", rss(old, new, item("Undated", "/undated")), content_type=XML))
    report = visit(database, source)
    assert (report.new, report.backlog) == (3, 1)
    web.add("/feed", rss(late, old, new), content_type=XML)
    assert visit(database, source).backlog == 0
    assert {row.title: (row.backlog, row.linked_at is not None) for row in items(database)} == {
        "Old": (True, True),
        "New": (False, False),
        "Undated": (False, False),
        "Late": (False, False),
    }


def test_a_sitemap_index_brings_the_items_of_its_sitemaps(sqlite: Database, web: WebServer) -> None:
    inside = "".join(f"<sitemap><loc>/{name}.xml</loc></sitemap>" for name in ("news-1", "news-2", "pages"))
    source = Source(
        name="sitemap",
        url=web.add("/index.xml", f"<sitemapindex>{inside}</sitemapindex>", etag='"1"'),
        kind="sitemap",
    )
    web.add("/news-1.xml", SITEMAP.format(web.url("/news/1"), "One"), content_type="text/xml")
    (found,) = visit(sqlite, source).visits
    assert (found.new, found.failure) == (1, None)
    assert (found.flaw or "").startswith("1 of 2 sitemaps failed (")
    web.add("/news-2.xml", SITEMAP.format(web.url("/news/2"), "Two"), content_type="text/xml")
    # The index itself has not changed; what it names has.
    (found,) = visit(sqlite, source).visits
    assert (found.new, found.known, found.flaw) == (1, 1, None)
    assert web.hits("/pages.xml") == 0


def test_a_broken_feed_is_read_apart_and_others_go_on(sqlite: Database, web: WebServer) -> None:
    body = rss(item("Chips &nbsp; now", "/1")).replace("&amp;nbsp;", "&nbsp;")
    report = visit(sqlite, feed(web.add("/feed", body, content_type=XML)))
    assert report.failed == ()
    assert [row.title for row in items(sqlite)] == ["Chips now"]


def test_a_success_forgets_the_failures(sqlite: Database, web: WebServer) -> None:
    source = feed(web.add("/feed", status=503))
    visit(sqlite, source)
    visit(sqlite, source)
    assert remembered(sqlite, source).failures == 2
    web.add("/feed", rss(), content_type=XML)
    visit(sqlite, source)
    assert (remembered(sqlite, source).failures, remembered(sqlite, source).error) == (0, None)


def test_an_entry_that_no_database_takes_does_not_cost_the_feed(database: Database, web: WebServer) -> None:
    body = rss("<title>a</title><guid>a&#0;b</guid><link>/a&#0;b</link>", item("Chips", "/1"))
    report = visit(database, feed(web.add("/feed", body, content_type=XML)))
    assert report.failed == ()
    assert "Chips" in {row.title for row in items(database)}


def test_a_feed_of_ten_thousand_entries_is_stored_in_whole(sqlite: Database, web: WebServer) -> None:
    inside = (f"<title>Chip {n}</title><link>/news/{n}</link><guid>{n}</guid>" for n in range(10_000))
    source = feed(web.add("/feed", rss(*inside), content_type=XML))
    options = CrawlOptions(FetchOptions(allow_private=ALLOWED, timeout=10))
    assert visit(sqlite, source, options=options).new == 10_000
    web.add("/feed", rss("<title>One more</title><link>/news/x</link>"), content_type=XML)
    assert (visit(sqlite, source, options=options).new, len(items(sqlite))) == (1, 10_001)


def test_a_listing_whose_layout_changed_is_a_failure_that_says_so(sqlite: Database, web: WebServer) -> None:
    web.add("/news", "<html><h2><a href='/1'>One</a></h2></html>")
    source = Source(name="News", url=web.url("/news"), kind="listing", links="h2 a")
    assert visit(sqlite, source).new == 1
    web.add("/news", "<html><h3><a href='/2'>Two</a></h3></html>")
    (found,) = visit(sqlite, source).visits
    assert found.failure == "no articles on the page: links = 'h2 a' finds nothing; mend the selector"


def test_an_index_whose_sitemaps_have_not_changed_is_unchanged(sqlite: Database, web: WebServer) -> None:
    inside = "<sitemap><loc>/news-1.xml</loc><lastmod>2026-11-23</lastmod></sitemap>"
    url = web.add("/index.xml", f"<sitemapindex>{inside}</sitemapindex>")
    web.add("/news-1.xml", SITEMAP.format(web.url("/news/1"), "One"), content_type="text/xml")
    source = Source(name="sitemap", url=url, kind="sitemap")
    assert visit(sqlite, source).new == 1
    report = visit(sqlite, source, now=NOW + timedelta(hours=1))
    assert (report.unchanged, report.failed, web.hits("/news-1.xml")) == (1, (), 1)
    # A day without a time may still bring something until its end.
    web.add("/index.xml", f"<sitemapindex>{inside.replace('-23', '-24')}</sitemapindex>")
    web.add("/news-1.xml", SITEMAP.format(web.url("/news/2"), "Two"), content_type="text/xml")
    assert visit(sqlite, source, now=NOW + timedelta(hours=2)).new == 1
