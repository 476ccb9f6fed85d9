"""`chipwatch sources add`: from the address of a site to a source in the settings."""

import io
import sys
import tomllib
from typing import Any

import pytest

from tests.scheduler.conftest import ALLOWED, Folder, Ran, feed, source
from tests.web import FEED, WebServer

RSS = "application/rss+xml"
PAGE = "<!doctype html><html lang='en'><head>{}</head><body>{}</body></html>"
NAMED = '<link rel="alternate" type="application/rss+xml" title="{}" href="{}">'
ARTICLES = "".join(
    f"<article><a href='/news/{number}'>Acme makes chip number {number} in its new plant</a></article>"
    for number in range(3)
)
BEFORE = f"""# my settings
{ALLOWED}# a comment at the end,   with blanks


"""


def add(folder: Folder, *arguments: str, says: str | None = None) -> Ran:
    """Run the command; what is typed when it asks."""
    folder.patch.setattr(sys, "stdin", io.StringIO("" if says is None else f"{says}\n"))
    return folder.run("sources", "add", *arguments)


def written(folder: Folder) -> str:
    return (folder.path / "chipwatch.toml").read_bytes().decode()


def sources(folder: Folder) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(written(folder)).get("sources", [])
    return found


def page(web: WebServer, path: str, head: str = "", body: str = "") -> str:
    return web.add(path, PAGE.format(head, body))


def test_the_feed_that_a_page_names_is_found_shown_and_added(folder: Folder, web: WebServer) -> None:
    folder.settings(ALLOWED)
    url = web.add("/chips.rss", feed("Acme moves its plant", "Acme hires"), content_type=RSS)
    site = page(web, "/", NAMED.format("News", "chips.rss"))
    ran = add(folder, site, "--yes")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        f"found a feed: {url} (2 entries)",
        "  it calls itself 'News'",
        "  2026-11-24  Acme moves its plant",
        "  2026-11-24  Acme hires",
        f"added 'News' to {folder.path / 'chipwatch.toml'}",
    ]
    assert sources(folder) == [{"name": "News", "url": url, "language": "en"}]
    assert folder.run("crawl").out.startswith("News: 2 new, 0 known\n")


def test_the_address_of_a_feed_is_that_feed(folder: Folder, web: WebServer) -> None:
    folder.settings(ALLOWED)
    url = web.add("/feed.xml", FEED, content_type="text/xml")
    ran = add(folder, url, "--yes")
    assert "  no date  Foundry starts 2 nm line" in ran.out
    assert sources(folder) == [{"name": "Chip news", "url": url, "language": "en"}]


@pytest.mark.parametrize("place", ["/blog/feed/", "/blog/rss.xml", "/feed.xml", "/atom.xml"])
def test_a_feed_at_a_usual_place_is_found(folder: Folder, web: WebServer, place: str) -> None:
    folder.settings(ALLOWED)
    url = web.add(place, FEED, content_type=RSS)
    assert add(folder, page(web, "/blog/"), "--yes").code == 0
    assert sources(folder)[0]["url"] == url


def news_sitemap(web: WebServer, path: str) -> str:
    entry = (
        "<url><loc>https://news.example/a</loc><news:news><news:title>半導体の新工場が稼働</news:title>"
        "<news:publication_date>2026-11-24T09:00:00Z</news:publication_date></news:news></url>"
    )
    body = f"<urlset xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>{entry}</urlset>"
    return web.add(path, body, content_type="text/xml")


def test_a_news_sitemap_of_robots_txt_is_found(folder: Folder, web: WebServer) -> None:
    folder.settings(ALLOWED)
    url = news_sitemap(web, "/sitemap-news.xml")
    web.add(
        "/robots.txt", f"User-agent: *\nSitemap: {web.url('/all.xml')}\nSitemap: {url}\n", content_type=None
    )
    ran = add(folder, page(web, "/"), "--yes")
    assert ran.out.startswith(f"found a sitemap: {url} (1 entries)\n  2026-11-24  半導体")
    assert sources(folder) == [{"name": "127.0.0.1", "url": url, "kind": "sitemap", "language": "ja"}]
    assert web.hits("/all.xml") == 0


def test_a_robots_txt_of_nothing_holds_nobody_up(folder: Folder, web: WebServer) -> None:
    folder.settings(ALLOWED)
    web.add("/robots.txt", "\n" * 400_000, content_type=None)
    ran = add(folder, page(web, "/", body="<p>Nothing new.</p>"), "--yes")
    assert "nothing to read was found" in ran.err


def test_the_address_of_a_news_sitemap_is_that_sitemap(folder: Folder, web: WebServer) -> None:
    folder.settings(ALLOWED)
    url = news_sitemap(web, "/map.xml")
    add(folder, url, "--yes")
    assert (sources(folder)[0]["url"], sources(folder)[0]["kind"]) == (url, "sitemap")


def test_a_page_of_links_is_a_listing(folder: Folder, web: WebServer) -> None:
    folder.settings(ALLOWED)
    url = page(web, "/chips", "<title>Chips today</title>", ARTICLES)
    ran = add(folder, url, "--yes")
    assert f"found a listing: {url} (3 entries)" in ran.out
    assert "the links were found by themselves; give a CSS selector as `links` to choose others" in ran.out
    assert sources(folder) == [{"name": "Chips today", "url": url, "kind": "listing", "language": "en"}]


def test_of_several_feeds_the_first_is_taken_and_the_others_told(folder: Folder, web: WebServer) -> None:
    folder.settings(ALLOWED)
    urls = [web.add(f"/{name}.xml", FEED, content_type=RSS) for name in ("all", "chips")]
    web.add("/comments.xml", FEED, content_type=RSS)
    head = NAMED.format("Comments", "comments.xml") + "".join(NAMED.format("News", url) for url in urls)
    ran = add(folder, page(web, "/", head), "--yes")
    assert ran.out.startswith(f"found a feed: {urls[0]} (2 entries)")
    assert f"also there: {urls[1]} (2 entries)" in ran.out
    assert [source["url"] for source in sources(folder)] == [urls[0]]


def test_a_feed_that_a_page_names_but_that_gives_nothing_is_passed_over(
    folder: Folder, web: WebServer
) -> None:
    folder.settings(ALLOWED)
    good = web.add("/good.xml", FEED, content_type=RSS)
    head = NAMED.format("", web.fault("500")) + NAMED.format("", "/empty.xml") + NAMED.format("", good)
    web.add("/empty.xml", feed(), content_type=RSS)
    add(folder, page(web, "/", head), "--yes")
    assert sources(folder)[0]["url"] == good


def test_where_nothing_is_found_it_says_what_was_looked_for(folder: Folder, web: WebServer) -> None:
    folder.settings(BEFORE)
    ran = add(folder, page(web, "/", body="<p>Nothing new.</p>"), "--yes")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        f"chipwatch: nothing to read was found at {web.url('/')}: no feed, no news sitemap, "
        "no links that look like articles'\n"
    )
    assert written(folder) == BEFORE


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("500", "HTTP 500 Internal Server Error"),
        ("404", "HTTP 404 Not Found; check the address"),
        ("closed at once", "the connection was closed without an answer"),
        ("huge", "the answer is too large: more than 10 MB"),
    ],
)
def test_what_cannot_be_reached_is_told_in_one_line(
    folder: Folder, web: WebServer, fault: str, said: str
) -> None:
    folder.settings(BEFORE)
    url = web.fault(fault)
    ran = add(folder, url, "--yes")
    assert (ran.code, ran.out, ran.err) == (1, "", f"chipwatch: {url}: {said}\n")
    assert written(folder) == BEFORE


def test_a_private_address_is_refused(folder: Folder, web: WebServer) -> None:
    ran = add(folder, web.url("/"), "--yes")
    assert ran.code == 1
    assert "127.0.0.1 is a private address" in ran.err


@pytest.mark.parametrize("url", ["ftp://a.example/", "https://", "file:///etc/passwd", "javascript:alert(1)"])
def test_what_is_no_web_address_is_a_mistake(folder: Folder, url: str) -> None:
    ran = add(folder, url, "--yes")
    assert ran.code == 2
    assert ran.err.endswith("is not an http:// or https:// address\n")


def test_it_asks_and_takes_no_for_an_answer(folder: Folder, web: WebServer) -> None:
    folder.settings(BEFORE)
    url = web.add("/feed.xml", FEED, content_type=RSS)
    ran = add(folder, url, says="n")
    assert ran.code == 1
    assert ran.out.endswith("Add it? [Y/n]: nothing was added\n")
    assert written(folder) == BEFORE
    ran = add(folder, url)  # nobody is there to answer
    assert ran.code == 2
    assert ran.err.endswith("nothing was added: nobody answers; add it without asking by --yes\n")
    assert written(folder) == BEFORE
    assert add(folder, url, says="y").code == 0
    assert [source["url"] for source in sources(folder)] == [url]


def test_a_source_that_is_known_is_not_added_again(folder: Folder, web: WebServer) -> None:
    url = web.add("/feed.xml", FEED, content_type=RSS)
    folder.settings(ALLOWED + source("Mine", url))
    before = written(folder)
    ran = add(folder, page(web, "/", NAMED.format("", url)), "--yes")
    assert (ran.code, ran.err) == (2, f"chipwatch: {url} is among your sources already\n")
    assert written(folder) == before


def test_a_name_may_be_given_and_one_that_is_taken_gets_a_number(folder: Folder, web: WebServer) -> None:
    folder.settings(ALLOWED)
    for path, arguments in (("/1", ()), ("/2", ()), ("/3", ("--name", "Mine")), ("/4", ())):
        add(folder, web.add(path, FEED, content_type=RSS), "--yes", *arguments)
    assert [row["name"] for row in sources(folder)] == ["Chip news", "Chip news 2", "Mine", "Chip news 3"]
