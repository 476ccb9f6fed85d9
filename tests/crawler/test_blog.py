"""A blog on the web is read by the best way there is: WordPress, its sitemaps, its feed."""

import asyncio
import gzip
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from crawler.blog import sitemap as sitemaps
from crawler.blog import wordpress
from crawler.blog.finding import find_way
from crawler.blog.way import Way
from crawler.failures import Failed
from crawler.looking import looking
from crawler.parsing.document import BlogPage
from storage.engine import Database
from tests.conftest import NOW
from tests.crawler.conftest import OPTIONS, TEXT, item, rss, shared
from tests.web import WebServer

HOME = "<!doctype html><html><head>{}</head><body>My blog</body></html>"
POSTS = "/wp-json/wp/v2/posts?per_page=100&page={}"
TENS = "/wp-json/wp/v2/posts?per_page=10&page={}"
API = '<link rel="https://api.w.org/" href="/wp-json/">'


def found(database: Database, url: str) -> tuple[Way, list[BlogPage]]:
    """The way to read a blog, and its pages."""

    async def run() -> tuple[Way, list[BlogPage]]:
        async with looking(database, OPTIONS, now=lambda: NOW, apart=shared()) as reader:
            way = await find_way(url, reader)
            return way, [page async for pages in way.batches for page in pages]

    return asyncio.run(run())


def row(web: WebServer, number: int, **more: Any) -> dict[str, Any]:
    """A post as the API of WordPress gives it."""
    return {
        "link": web.url(f"/p/{number}/"),
        "title": {"rendered": f"Acme &amp; {number}"},
        "content": {"rendered": f"<p>One.</p>\n<ul><li>two</li></ul><script>x()</script><p>{number}</p>"},
        "date": "2026-03-05T08:00:00",
        "date_gmt": "2026-03-04T23:00:00",
        "modified_gmt": "2026-03-06T00:00:00",
    } | more


def answer(web: WebServer, path: str, rows: Sequence[object], total: int | None = None) -> None:
    """Let the API answer so."""
    headers = {"X-WP-Total": str(total), "X-WP-TotalPages": str(-(-total // 100))} if total else {}
    web.add(path, json.dumps(rows), content_type="application/json", headers=headers)


def site_map(*urls: str, lastmod: str = "2026-03-05") -> str:
    """A sitemap of these pages."""
    rows = "".join(f"<url><loc>{url}</loc><lastmod>{lastmod}</lastmod></url>" for url in urls)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'


def index(*urls: str) -> str:
    """An index of sitemaps."""
    rows = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>'


@pytest.mark.parametrize("named", ["link", "header", "nowhere"])
def test_wordpress_gives_all_posts_with_their_texts(sqlite: Database, web: WebServer, named: str) -> None:
    header = {"Link": f'<{web.url("/wp-json/")}>; rel="https://api.w.org/"'} if named == "header" else {}
    web.add("/", HOME.format(API if named == "link" else ""), headers=header)
    answer(web, POSTS.format(1), [row(web, 1), row(web, 2, content={"rendered": "", "protected": True})], 2)
    way, pages = found(sqlite, web.url("/"))
    assert (way.by, way.address, way.count) == ("WordPress", web.url("/wp-json/wp/v2/posts"), 2)
    assert way.whole
    assert pages == [
        BlogPage(
            web.url("/p/1/"),
            "Acme & 1",
            datetime(2026, 3, 4, 23, tzinfo=UTC),
            date(2026, 3, 5),
            ("One.", "two", "1"),
            whole=True,
        )
    ]


def test_an_api_may_stand_in_a_query(sqlite: Database, web: WebServer) -> None:
    web.add("/", HOME.format(API.replace("/wp-json/", "/index.php?rest_route=/")))
    answer(web, "/index.php?rest_route=/wp/v2/posts&per_page=100&page=1", [row(web, 1)], 1)
    assert found(sqlite, web.url("/"))[0].by == "WordPress"


@pytest.mark.parametrize("told", [True, False], ids=["total told", "total not told"])
def test_all_pages_of_wordpress_are_asked_and_a_post_that_moves_on_is_one(
    sqlite: Database, web: WebServer, told: bool
) -> None:
    web.add("/", HOME.format(API))
    total = 201 if told else None
    answer(web, POSTS.format(1), [row(web, n) for n in range(100)], total)
    answer(web, POSTS.format(2), [row(web, n) for n in range(99, 199)], total)
    answer(web, POSTS.format(3), [row(web, n) for n in range(199, 201)], total)
    web.add(POSTS.format(4), '{"code": "rest_post_invalid_page_number"}', status=400)
    _, pages = found(sqlite, web.url("/"))
    assert [page.url for page in pages] == [web.url(f"/p/{n}/") for n in range(201)]
    assert not web.hits(POSTS.format(4))


def test_a_hundred_posts_that_are_too_much_are_asked_for_in_tens(sqlite: Database, web: WebServer) -> None:
    web.add("/", HOME.format(API))
    web.add(POSTS.format(1), status=500)
    for number in (1, 2):
        answer(web, TENS.format(number), [row(web, number * 10 + n) for n in range(10)], 25)
    answer(web, TENS.format(3), [row(web, 30 + n) for n in range(5)], 25)
    assert len(found(sqlite, web.url("/"))[1]) == 25


def test_wordpress_that_breaks_off_says_so(sqlite: Database, web: WebServer) -> None:
    web.add("/", HOME.format(API))
    answer(web, POSTS.format(1), [row(web, n) for n in range(100)], 300)
    with pytest.raises(Failed, match="HTTP 404"):
        found(sqlite, web.url("/"))


def test_wordpress_is_not_asked_without_end(
    sqlite: Database, web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wordpress, "MAX_PAGES", 1)
    web.add("/", HOME.format(API))
    answer(web, POSTS.format(1), [row(web, n) for n in range(100)], 300)
    answer(web, POSTS.format(2), [])
    with pytest.raises(Failed, match="more than 100 posts"):
        found(sqlite, web.url("/"))


@pytest.mark.parametrize("status", [401, 403])
def test_a_closed_api_gives_way_to_the_sitemap_and_that_is_said(
    sqlite: Database, web: WebServer, status: int
) -> None:
    web.add("/", HOME.format(API))
    web.add(POSTS.format(1), status=status)
    web.add("/sitemap.xml", site_map(web.url("/p/1/")))
    way, pages = found(sqlite, web.url("/"))
    assert (way.by, [page.url for page in pages]) == ("sitemap", [web.url("/p/1/")])
    assert way.notes[0].startswith(f"its WordPress API cannot be used (HTTP {status} ")


def test_the_sitemap_that_robots_txt_names_is_read_and_not_that_of_news(
    sqlite: Database, web: WebServer
) -> None:
    web.add("/", HOME.format(""))
    places = [web.url("/news-map.xml"), web.url("/map.xml")]
    web.add("/robots.txt", "".join(f"Sitemap: {place}\n" for place in places), content_type="text/plain")
    web.add("/map.xml", site_map(web.url("/p/1/"), web.url("/p/2/"), lastmod=" 2026-03-05T08:00:00Z\n"))
    way, pages = found(sqlite, web.url("/"))
    assert (way.by, way.address, way.count, way.whole, way.notes) == ("sitemap", places[1], 2, True, ())
    assert pages[0] == BlogPage(web.url("/p/1/"), revision="2026-03-05T08:00:00Z")
    assert not web.hits("/news-map.xml")


def test_an_index_is_followed_to_the_sitemaps_of_posts(sqlite: Database, web: WebServer) -> None:
    names = [f"{name}.xml" for name in "post-map post-map2 page-map post_tag-map author".split()]
    web.add("/sitemap_index.xml", index(*(web.url(f"/{name}") for name in names)))
    for n, name in enumerate(names):
        web.add(f"/{name}", gzip.compress(site_map(web.url(f"/p/{n}/")).encode()))
    way, pages = found(sqlite, web.url("/sitemap_index.xml"))
    assert [page.url for page in pages] == [web.url("/p/0/"), web.url("/p/1/")]
    assert way.whole


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (("wp-sitemap-posts-post-1.xml", "wp-sitemap-posts-page-1.xml", "wp-sitemap-users-1.xml"), 1),
        (("sitemap-posts.xml", "sitemap-pages.xml", "sitemap-tags.xml", "sitemap-authors.xml"), 1),
        (("sitemap-page-1.xml", "sitemap-page-2.xml"), 2),
        (("sitemap-1.xml", "sitemap-2.xml", "image-sitemap.xml"), 2),
        (("posts.xml", "posts-2.xml"), 2),
    ],
)
def test_sitemaps_of_posts_are_told_by_their_names(names: tuple[str, ...], kept: int) -> None:
    assert sitemaps._of_posts(names) == list(names[:kept])


def test_a_sitemap_that_fails_makes_the_list_one_of_not_all(sqlite: Database, web: WebServer) -> None:
    web.add("/index.xml", index(web.url("/a.xml"), web.url("/b.xml"), web.url("/index.xml")))
    web.add("/a.xml", site_map(web.url("/p/1/")))
    way, pages = found(sqlite, web.url("/index.xml"))
    assert len(pages) == 1
    assert not way.whole
    assert "not all of its sitemaps could be read" in way.notes[0]
    assert "HTTP 404" in way.notes[0]
    assert web.hits("/index.xml") == 2  # to see what it is, and to read it


def test_there_is_an_end_to_sitemaps(
    sqlite: Database, web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemaps, "MAX_SITEMAPS", 3)
    web.add("/index.xml", index(*(web.url(f"/{n}.xml") for n in range(9))))
    for n in range(9):
        web.add(f"/{n}.xml", site_map(web.url(f"/p/{n}/")))
    way, pages = found(sqlite, web.url("/index.xml"))
    assert (len(pages), way.whole) == (2, False)


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://a.example/blog/2026/x/", True),
        ("https://www.a.example/blog/x.html", True),
        ("https://a.example/blog/?p=5", True),
        ("https://a.example/blog/archives/1234", True),
        ("https://a.example/blog/tag-heuer/", True),
        ("https://a.example/blog/about/", True),  # whether that is an article its text must tell
        ("https://a.example/blog/", False),
        ("https://a.example/blog", False),
        ("https://a.example/shop/x", False),
        ("https://b.example/blog/x", False),
        ("https://a.example/blog/tag/chips/", False),
        ("https://a.example/blog/Category/chips/page/2/", False),
        ("https://a.example/blog/page/2/", False),
        ("https://a.example/blog/tags/", False),
    ],
)
def test_lists_of_posts_and_other_parts_of_the_site_are_no_posts(url: str, may: bool) -> None:
    assert sitemaps._may_be_post(url, "https://a.example/blog/") is may


def test_without_a_sitemap_the_feed_is_read(sqlite: Database, web: WebServer) -> None:
    web.add("/", HOME.format('<link rel="alternate" type="application/rss+xml" href="/feed.xml">'))
    texts = (TEXT, "Short.", f"{TEXT} […]", f"{TEXT} Read more about Acme")
    body = rss(*(item(f"Post {n}", web.url(f"/p/{n}/"), text) for n, text in enumerate(texts)))
    web.add("/feed.xml", body, content_type="application/rss+xml")
    for address in ("/", "/feed.xml"):
        way, pages = found(sqlite, web.url(address))
        assert (way.by, way.address, way.whole) == ("feed", web.url("/feed.xml"), False)
        assert [page.whole for page in pages] == [True, False, False, False]
        assert [bool(page.revision) for page in pages] == [False, True, True, True]
        assert (pages[0].title, pages[0].texts) == ("Post 0", (TEXT.strip(),))


def test_a_feed_that_holds_a_page_is_a_feed(sqlite: Database, web: WebServer) -> None:
    url = web.add("/feed", rss(item("Post", web.url("/p/1/"), f"<html><body>{TEXT}</body></html>")))
    assert found(sqlite, url)[0].by == "feed"


def test_a_json_feed_is_read_too(sqlite: Database, web: WebServer) -> None:
    html = f"<p>{TEXT}</p><p>End.</p>"
    items = [{"id": "1", "url": web.url("/p/1/"), "title": "One", "content_html": html}]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "B", "items": items}
    url = web.add("/feed.json", json.dumps(feed), content_type="application/feed+json")
    assert found(sqlite, url)[1][0].texts == (TEXT.strip(), "End.")


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/", HOME.format(""), "no blog to read there"),
        ("/x.json", "{}", "not a feed but JSON of another kind"),
        ("/feed", rss(), "feed without entries|not a feed"),
        ("/map.xml", site_map(), "names no pages"),
        ("/map.xml.gz", b"\x1f\x8b damaged", "damaged gzip"),
    ],
)
def test_what_is_no_blog_is_said(
    sqlite: Database, web: WebServer, path: str, body: str | bytes, said: str
) -> None:
    web.add(path, body, content_type="text/html" if path == "/" else "text/xml")
    with pytest.raises(Failed, match=said):
        found(sqlite, web.url(path))


def test_a_site_that_forbids_it_is_left_alone(sqlite: Database, web: WebServer) -> None:
    web.add("/", HOME.format(API))
    web.add("/robots.txt", "User-agent: *\nDisallow: /", content_type="text/plain")
    with pytest.raises(Failed, match=r"robots\.txt of the site forbids it"):
        found(sqlite, web.url("/"))
    assert not web.hits("/")
