"""How sources are fetched: from allowed addresses only, and politely."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path

import pytest

from crawler.fetching.fetcher import MAX_HEADER_BYTES
from crawler.fetching.handler import scrapy_settings
from crawler.fetching.options import FetchOptions, user_agent
from crawler.options import CrawlOptions
from crawler.run import crawl
from crawler.sources import Source
from crawler.visits import Visit
from storage.engine import Database
from tests.conftest import NOW
from tests.crawler.conftest import OPTIONS, feed, item, items, rss, visit
from tests.web import FEED, Request, WebServer, answer

XML = "application/rss+xml"
ONLY_FIRST = FetchOptions(allow_private=("127.0.0.1/32",), timeout=1)


def one(database: Database, url: str, options: CrawlOptions | FetchOptions = OPTIONS) -> Visit:
    """The visit of one feed."""
    (found,) = visit(database, feed(url), options=options).visits
    return found


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LocalHost", "0x7f000001"])
def test_a_private_address_is_refused_under_any_name(sqlite: Database, web: WebServer, name: str) -> None:
    web.add("/feed", FEED, content_type=XML)
    found = one(sqlite, web.url("/feed", name=name), FetchOptions(timeout=2))
    assert found.failure is not None
    assert found.failure.startswith("refused: ")
    assert "is a private address; to allow it, add its network to [crawl] allow_private" in found.failure
    assert web.connections() == 0


@pytest.mark.parametrize("name", ["2130706433", "127.1", "0177.0.0.1", "127.0.0.01", "127.0.0.1.", "[::1]"])
def test_an_odd_form_of_a_private_address_leads_nowhere(sqlite: Database, web: WebServer, name: str) -> None:
    web.add("/feed", FEED, content_type=XML)
    assert one(sqlite, web.url("/feed", name=name), FetchOptions(timeout=2)).failure is not None
    assert web.connections() == 0


def test_a_private_address_is_refused_after_a_redirect(sqlite: Database, web: WebServer) -> None:
    web.add("/private", FEED, content_type=XML)
    found = one(sqlite, web.fault("redirect private"), ONLY_FIRST)
    assert found.failure is not None
    assert found.failure.startswith("refused: 127.0.0.2 is a private address")
    assert web.connections("127.0.0.1") > 0
    assert web.connections("127.0.0.2") == 0


def test_an_allowed_network_is_fetched_from(sqlite: Database, web: WebServer) -> None:
    web.add("/private", FEED, content_type=XML)
    assert one(sqlite, web.fault("redirect private")).new == 2
    assert web.connections("127.0.0.2") > 0


@pytest.mark.parametrize("to", ["ftp://127.0.0.1/feed", "file:///etc/passwd", "data:text/xml,<rss/>", "//["])
def test_a_redirect_out_of_the_web_is_not_followed(sqlite: Database, web: WebServer, to: str) -> None:
    found = one(sqlite, web.redirect("/feed", to))
    assert found.failure is not None
    assert items(sqlite) == []


def test_a_redirect_is_followed(sqlite: Database, web: WebServer) -> None:
    web.add("/new/feed", rss(item("Chips", "chips", "-" * 500)), content_type=XML)
    assert one(sqlite, web.redirect("/feed", "/new/feed", 301)).new == 1
    assert items(sqlite)[0].url == web.url("/new/chips")


def test_a_page_cannot_send_us_elsewhere(sqlite: Database, web: WebServer) -> None:
    web.add("/other", FEED, content_type=XML)
    page = '<html><head><meta http-equiv="refresh" content="0; url=/other"></head></html>'
    assert one(sqlite, web.add("/feed", page)).failure is not None
    assert web.hits("/other") == 0


def test_we_say_who_we_are_and_how_to_reach_us(sqlite: Database, web: WebServer) -> None:
    options = FetchOptions(contact="editor@blog.example", allow_private=("127.0.0.0/8",))
    one(sqlite, web.add("/feed", FEED, content_type=XML), options)
    said = {request.headers["user-agent"] for request in web.requests()}
    assert said == {f"chipwatch/{version('chipwatch')} (news monitor; +editor@blog.example)"}
    assert "application/rss+xml" in web.requests("/feed")[0].headers["accept"]
    assert user_agent(FetchOptions()) == f"chipwatch/{version('chipwatch')} (news monitor)"


@pytest.mark.parametrize("who", ["*", "chipwatch"])
def test_robots_txt_is_obeyed(sqlite: Database, web: WebServer, who: str) -> None:
    web.add("/robots.txt", f"User-agent: {who}\nDisallow: /closed", content_type="text/plain")
    sources = [feed(web.add(path, FEED, content_type=XML), path) for path in ("/closed/feed", "/open/feed")]
    report = visit(sqlite, *sources)
    assert {v.source.name: v.failure for v in report.visits} == {
        "/closed/feed": "robots.txt of the site forbids it",
        "/open/feed": None,
    }
    assert web.hits("/closed/feed") == 0
    assert web.hits("/robots.txt") == 1


@pytest.mark.parametrize("status", [404, 403, 500])
def test_a_site_without_robots_txt_is_open(sqlite: Database, web: WebServer, status: int) -> None:
    web.add("/robots.txt", "Disallow: /", status=status)
    assert one(sqlite, web.add("/feed", FEED, content_type=XML)).failure is None


def test_no_cookie_is_sent_back(sqlite: Database, web: WebServer) -> None:
    cookie = {"Set-Cookie": "id=1; Path=/"}
    web.add("/new", FEED, content_type=XML, headers=cookie)
    web.add("/feed", status=302, headers={"Location": "/new"} | cookie)
    one(sqlite, web.url("/feed"))
    one(sqlite, web.url("/feed"))
    assert web.hits("/new") == 2
    assert not any("cookie" in request.headers for request in web.requests())


@pytest.mark.parametrize("encoding", ["gzip", "deflate", None])
def test_a_packed_answer_is_unpacked(sqlite: Database, web: WebServer, encoding: str | None) -> None:
    assert one(sqlite, web.add("/feed", FEED, content_type=XML, encoding=encoding)).new == 2
    assert "gzip" in web.requests("/feed")[0].headers["accept-encoding"]


@pytest.mark.parametrize("path", ["/feed", "/robots.txt"])
def test_a_header_has_a_largest_size(sqlite: Database, web: WebServer, path: str) -> None:
    async def long_header(server: WebServer, request: Request) -> AsyncIterator[bytes]:
        yield answer(FEED, headers={"Content-Type": XML, "X-Long": "a" * (MAX_HEADER_BYTES + 1)})

    web.add("/feed", FEED, content_type=XML)
    web.add_reply(path, long_header)
    failure = one(sqlite, web.url("/feed")).failure
    assert (failure or "").startswith("the answer is not proper HTTP") == (path == "/feed")


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="the kernel's list of sockets is Linux's")
def test_a_crawl_opens_no_listening_socket(sqlite: Database, web: WebServer) -> None:
    sources = [
        feed(web.add("/feed", FEED, content_type=XML), "feed"),
        feed(web.add("/broken", FEED.replace(b"HBM", b"&nbsp;"), content_type=XML), "broken"),
        Source(name="map", url=web.add("/map.xml", "<urlset/>", content_type="text/xml"), kind="sitemap"),
    ]
    before, during = _listening(), []
    asyncio.run(crawl(sqlite, sources, OPTIONS, now=lambda: NOW, tell=lambda _: during.append(_listening())))
    assert before  # the web server's own
    assert during == [before] * 3


def _listening() -> set[str]:
    """The inodes of this process's sockets that listen."""
    links = {os.readlink(fd) for fd in Path("/proc/self/fd").iterdir() if os.path.lexists(fd)}  # noqa: PTH115
    rows = [
        line.split()
        for table in ("tcp", "tcp6")
        if Path(f"/proc/self/net/{table}").exists()
        for line in Path(f"/proc/self/net/{table}").read_text().splitlines()[1:]
    ]
    return {row[9] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in links}


def test_the_reactor_is_never_imported(web: WebServer, tmp_path: Path) -> None:
    url = web.add("/map.xml", "<urlset/>", content_type="text/xml")
    code = f"""
import asyncio, sys
from datetime import UTC, datetime
from crawler.fetching.options import FetchOptions
from crawler.options import CrawlOptions
from crawler.run import crawl
from crawler.run import crawl
from crawler.sources import Source
from storage.engine import open_database

if __name__ == "__main__":
    with open_database("sqlite:///{tmp_path / "chipwatch.db"}") as database:
        options = CrawlOptions(FetchOptions(allow_private=("127.0.0.0/8",)))
        source = Source(name="News", url="{url}", kind="sitemap")
        report = asyncio.run(crawl(database, [source], options, now=lambda: datetime.now(UTC)))
    assert report.failed == (), report
    assert "scrapy" in sys.modules
    assert "twisted.internet.reactor" not in sys.modules
"""
    root = Path(__file__).parents[2]
    script = tmp_path / "crawl.py"
    script.write_text(code)
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, str(script)],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_scrapys_unsafe_defaults_are_off() -> None:
    settings = scrapy_settings(7)
    assert not any(settings[f"{name}_ENABLED"] for name in ("REMOTE_CONTROL", "TELNETCONSOLE"))
    assert {name for name, handler in settings["DOWNLOAD_HANDLERS"].items() if handler} == {"http", "https"}
    assert settings["DOWNLOADER_MIDDLEWARES_BASE"] == settings["EXTENSIONS_BASE"] == {}


def test_pages_are_fetched_as_feeds_are(sqlite: Database, web: WebServer) -> None:
    """Scrapy's spiders go through the same checks: nothing of Scrapy's own fetches."""
    web.add("/private", "<html><h2><a href='/1'>One</a></h2></html>")
    listing = Source(name="News", url=web.fault("redirect private"), kind="listing", links="h2 a")
    (found,) = visit(sqlite, listing, options=ONLY_FIRST).visits
    assert (found.failure or "").startswith("refused: 127.0.0.2 is a private address")
    assert web.connections("127.0.0.2") == 0
    said = {request.headers["user-agent"] for request in web.requests()}
    assert said == {f"chipwatch/{version('chipwatch')} (news monitor)"}
