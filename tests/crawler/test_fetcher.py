"""One fetch: redirects, validators, robots.txt, pauses and bounds."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

import pytest

from crawler.failures import FetchFailed
from crawler.fetching.fetcher import MAX_REDIRECTS, Fetched, Fetcher, Validators
from crawler.fetching.options import FetchOptions
from crawler.fetching.robots import Robots, Rules
from crawler.fetching.traffic import Traffic
from storage.engine import Database
from tests.conftest import NOW
from tests.crawler.conftest import ALLOWED, feed, visit
from tests.web import FEED, Request, WebServer, answer

XML = "application/rss+xml"
OPTIONS = FetchOptions(allow_private=ALLOWED, timeout=2, max_bytes=3_000_000)


def fetch(
    *urls: str, options: FetchOptions = OPTIONS, robots: Robots | None = None,
    validators: Validators | None = None,
) -> list[Fetched]:  # fmt: skip
    """Fetch these at once."""

    async def run() -> list[Fetched]:
        traffic = Traffic(asyncio.Event(), options.concurrency)
        async with Fetcher(options, traffic, robots or Robots({}), lambda: NOW) as fetcher:
            return await asyncio.gather(*(fetcher.fetch(url, validators) for url in urls))

    return asyncio.run(run())


def test_an_answer_comes_with_its_headers_and_its_address(web: WebServer) -> None:
    web.add("/feed", FEED, content_type=XML, headers={"X-One": "1"})
    (found,) = fetch(web.redirect("/old", "/feed?x=1#top"))
    assert found.status == 404
    (found,) = fetch(web.redirect("/old", "/feed"))
    assert (found.status, found.url, found.body) == (200, web.url("/feed"), FEED)
    assert (found.headers["x-one"], found.headers["content-type"]) == ("1", XML)


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [((301,), "/1"), ((308, 301), "/2"), ((301, 302), "/1"), ((302, 301), None), ((302,), None)],
)
def test_only_permanent_redirects_tell_where_a_source_has_moved(
    web: WebServer, statuses: tuple[int, ...], moved: str | None
) -> None:
    for number, status in enumerate(statuses):
        web.redirect(f"/{number}", f"/{number + 1}", status)
    web.add(f"/{len(statuses)}", FEED, content_type=XML)
    (found,) = fetch(web.url("/0"))
    permanent_only = all(status in (301, 308) for status in statuses)
    assert found.moved_to == (web.url(moved) if moved and permanent_only else None)


def test_redirects_are_followed_so_far_and_no_farther(web: WebServer) -> None:
    for number in range(MAX_REDIRECTS + 1):
        web.redirect(f"/{number}", f"/{number + 1}")
    web.add(f"/{MAX_REDIRECTS + 1}", FEED, content_type=XML)
    assert fetch(web.url("/1"))[0].status == 200
    with pytest.raises(FetchFailed, match="redirects in circles"):
        fetch(web.url("/0"))


def test_validators_go_to_the_address_that_gave_them_and_to_no_other(web: WebServer) -> None:
    web.add("/new", FEED, content_type=XML, etag='"1"')
    web.redirect("/feed", web.url("/new", "127.0.0.2"))
    (found,) = fetch(web.url("/feed"), validators=Validators(web.url("/new", "127.0.0.2"), '"1"', "Tue"))
    assert found.status == 304
    assert "if-none-match" not in web.requests("/feed")[0].headers
    assert web.requests("/new")[0].headers["if-none-match"] == '"1"'
    (found,) = fetch(web.url("/feed"), validators=Validators(web.url("/feed"), '"1"'))
    assert (found.status, "if-none-match" in web.requests("/new")[1].headers) == (200, False)


def test_robots_txt_is_read_once_a_day_over_all_crawls(sqlite: Database, web: WebServer) -> None:
    web.add("/robots.txt", "User-agent: *\nDisallow: /closed", content_type="text/plain")
    source = feed(web.add("/closed", FEED, content_type=XML))
    for hours in (0, 1, 23):
        (found,) = visit(sqlite, source, now=NOW + timedelta(hours=hours)).visits
        assert found.failure == "robots.txt of the site forbids it"
    assert (web.hits("/robots.txt"), web.hits("/closed")) == (1, 0)
    web.add("/robots.txt", "User-agent: *\nAllow: /", content_type="text/plain")
    assert visit(sqlite, source, now=NOW + timedelta(hours=25)).failed == ()
    assert web.hits("/robots.txt") == 2


def test_robots_txt_is_asked_of_each_site_that_a_redirect_leads_to(web: WebServer) -> None:
    web.add("/robots.txt", "User-agent: *\nDisallow: /closed", content_type="text/plain")
    web.add("/closed", FEED, content_type=XML)
    with pytest.raises(FetchFailed, match="robots"):
        fetch(web.redirect("/open", web.url("/closed", "127.0.0.2")))
    assert web.hits("/closed") == 0


@pytest.mark.parametrize("fault", ["silent", "huge", "redirect loop", "cut", "endless headers"])
def test_a_robots_txt_that_cannot_be_read_closes_nothing(web: WebServer, fault: str) -> None:
    web.fault(fault)
    web.redirect("/robots.txt", f"/fault/{fault.replace(' ', '-')}")
    web.add("/feed", FEED, content_type=XML)
    assert fetch(web.url("/feed"), options=FetchOptions(allow_private=ALLOWED, timeout=0.5))[0].status == 200


@pytest.mark.parametrize(("delay", "least"), [(0.15, 0.15), (0.0, 0.3), (None, 0.3)])
def test_a_host_is_left_alone_between_two_fetches(web: WebServer, delay: float | None, least: float) -> None:
    """For the delay of the settings, or for the one that its robots.txt asks for if that is longer."""
    times: list[float] = []

    async def reply(_web: WebServer, _request: Request) -> AsyncIterator[bytes]:
        times.append(asyncio.get_running_loop().time())
        yield answer(FEED)

    asked = "User-agent: *\nCrawl-delay: 0.3" if least == 0.3 else ""
    web.add("/robots.txt", asked, content_type="text/plain")
    urls = [web.add_reply(f"/{n}", reply) for n in range(2)]
    fetch(*urls, options=FetchOptions(allow_private=ALLOWED, delay=delay))
    assert times[1] - times[0] >= least


def test_the_public_web_is_left_alone_for_a_second_and_own_networks_are_not() -> None:
    fetcher = Fetcher(OPTIONS, Traffic(asyncio.Event()), Robots({}), lambda: NOW)
    delays = {
        host: fetcher._delay(urlsplit(f"http://{host}/"))
        for host in ("127.0.0.9", "news.example", "10.0.0.1")
    }
    assert delays == {"127.0.0.9": 0.0, "news.example": 1.0, "10.0.0.1": 1.0}


def test_rules_are_believed_for_a_day() -> None:
    robots = Robots({"https://a.example": Rules("", NOW)})
    assert robots.rules("https://a.example", NOW + timedelta(hours=23)) is not None
    assert robots.rules("https://a.example", NOW + timedelta(hours=24)) is None
    assert robots.rules("https://b.example", NOW) is None


def test_large_answers_are_read_a_few_at_a_time() -> None:
    class Room(asyncio.Semaphore):
        """Counts who is in it at once, and how many came."""

        def __init__(self) -> None:
            super().__init__(2)
            self.inside = self.most = self.came = 0

        async def acquire(self) -> Literal[True]:
            await super().acquire()
            self.came += 1
            self.inside += 1
            self.most = max(self.most, self.inside)
            return True

        def release(self) -> None:
            self.inside -= 1
            super().release()

    async def run(urls: list[str]) -> tuple[list[Fetched], Room]:
        async with Fetcher(OPTIONS, Traffic(asyncio.Event()), Robots({}), lambda: NOW) as fetcher:
            fetcher._large = room = Room()
            return await asyncio.gather(*(fetcher.fetch(url) for url in urls)), room

    with WebServer(*(f"127.0.0.{n}" for n in range(1, 7))) as server:
        server.add("/large", b" " * 2_000_000)
        server.add("/small", b" " * 500_000)
        urls = [server.url(path, host) for host in server.hosts for path in ("/large", "/small")]
        found, room = asyncio.run(run(urls))
    assert [len(each.body) for each in found] == [2_000_000, 500_000] * 6
    assert (room.came, room.most, room.inside) == (6, 2, 0)


def test_an_answer_has_a_largest_size_whatever_it_says_of_itself(web: WebServer) -> None:
    for headers in ({}, {"Content-Length": "5000000"}):
        with pytest.raises(FetchFailed, match="too large"):
            fetch(web.add("/large", b" " * 5_000_000, headers=headers))
    with pytest.raises(FetchFailed, match="too large"):
        fetch(web.add("/bomb", b" " * 5_000_000, encoding="gzip"))


def test_endless_rules_hold_up_nothing(web: WebServer) -> None:
    """A robots.txt that takes long to read is read beside the loop."""
    rules = "".join(f"Disallow: /a/*/b{number}$\n" for number in range(15_000))
    web.add("/robots.txt", f"User-agent: *\n{rules}", content_type="text/plain")
    web.add("/feed", FEED, content_type=XML)

    async def run() -> list[float]:
        clock = asyncio.get_running_loop().time
        gaps: list[float] = []
        async with Fetcher(OPTIONS, Traffic(asyncio.Event()), Robots({}), lambda: NOW) as fetcher:
            task = asyncio.ensure_future(fetcher.fetch(web.url("/feed")))
            while not task.done():
                before = clock()
                await asyncio.wait({task}, timeout=0.001)
                gaps.append(clock() - before)
        assert task.result().status == 200
        return gaps

    gaps = asyncio.run(run())
    assert len(gaps) > 10  # the loop went on all the while
