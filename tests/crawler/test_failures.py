"""Every fault that a server can have ends in one failure, said in one line for a person."""

import asyncio
from datetime import timedelta

import aiohttp
import pytest

from crawler.failures import FetchFailed, failure_of_status, parse_retry_after
from crawler.fetching.errors import failure_of_error
from crawler.fetching.options import FetchOptions
from crawler.options import CrawlOptions
from crawler.run import crawl
from crawler.visits import Visit
from storage.engine import open_database
from tests.conftest import NOW
from tests.crawler.conftest import feed
from tests.web import FAULTS, WebServer

FAILURES = {
    "404": "HTTP 404 Not Found",
    "410": "HTTP 410 Gone",
    "429": "HTTP 429 Too Many Requests",
    "500": "HTTP 500 Internal Server Error",
    "503": "HTTP 503 Service Unavailable",
    "301": "HTTP 301 Moved Permanently",
    "redirect loop": "redirects in circles",
    "redirect private": "refused: 127.0.1.1 is a private address; to allow it, add its network",
    "silent": "too slow: not answered in full in time",
    "one byte at a time": "too slow: not answered in full in time",
    "huge": "the answer is too large",
    "gzip bomb": "the answer is too large",
    "gzip of gzip": "not a feed",
    "endless headers": "the answer is not proper HTTP (400, message='Too many headers",
    "header without colon": "the answer is not proper HTTP (400, message=",
    "cut": "the answer broke off",
    "cut chunked": "the answer broke off",
    "endless chunked": "the answer is too large",
    "closed at once": "the connection was closed without an answer",
    "billion laughs": "declares XML entities; such feeds are refused",
    "external entity": "declares XML entities; such feeds are refused",
    "html": "not a feed but a web page; find its feed with `chipwatch sources add`",
    "empty": "not a feed: the answer is empty",
}
READ = {"200 headers": 2, "20 kB header": 2, "non-UTF-8 header": 2, "truncated": 1, "wrong charset": 2}
OPTIONS = CrawlOptions(FetchOptions(allow_private=("127.0.0.0/24",), timeout=1, max_bytes=200_000))


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> list[Visit]:
    """One crawl of all faults at once, each on an address of its own so that none waits for another."""
    hosts = [f"127.0.0.{number}" for number in range(1, len(FAULTS) + 1)]
    path = tmp_path_factory.mktemp("faults") / "chipwatch.db"
    with WebServer(*hosts, "127.0.1.1") as web, open_database(f"sqlite:///{path}") as database:
        sources = [feed(web.fault(name, host), name) for name, host in zip(FAULTS, hosts, strict=True)]
        report = asyncio.run(asyncio.wait_for(crawl(database, sources, OPTIONS, now=lambda: NOW), 15))
        assert web.connections("127.0.1.1") == 0
    return list(report.visits)


def test_every_fault_is_expected() -> None:
    assert FAULTS.keys() == FAILURES.keys() | READ.keys()


@pytest.mark.parametrize("fault", FAILURES)
def test_a_fault_ends_in_one_named_failure(visits: list[Visit], fault: str) -> None:
    (found,) = (visit for visit in visits if visit.source.name == fault)
    assert found.failure is not None
    assert found.failure.startswith(FAILURES[fault])
    assert "\n" not in found.failure
    assert len(found.failure) < 400
    assert (found.new, found.unchanged, found.flaw) == (0, False, None)


@pytest.mark.parametrize("fault", READ)
def test_a_fault_that_leaves_the_feed_readable_is_none(visits: list[Visit], fault: str) -> None:
    (found,) = (visit for visit in visits if visit.source.name == fault)
    assert (found.failure, found.new + found.known) == (None, READ[fault])


def test_only_what_breaks_off_is_told_as_a_flaw(visits: list[Visit]) -> None:
    assert {visit.source.name for visit in visits if visit.flaw} == {"truncated"}


@pytest.mark.parametrize(
    ("error", "reason", "kind"),
    [
        (FetchFailed("redirects in circles"), "redirects in circles", "hard"),
        (TimeoutError(), "too slow: not answered in full in time", "temporary"),
        (aiohttp.ServerDisconnectedError(), "the connection was closed without an answer", "temporary"),
        (aiohttp.ClientPayloadError("x"), "the answer broke off", "temporary"),
        (aiohttp.InvalidURL("x"), "not an address that can be fetched (x)", "hard"),
        (aiohttp.ClientError("bad\n\n  line"), "the answer is not proper HTTP (bad line)", "hard"),
        (ValueError("one\ntwo"), "ValueError: one two", "hard"),
        (KeyError(), "KeyError", "hard"),
        (RuntimeError("x" * 10_000), "RuntimeError: " + "x" * 300, "hard"),
    ],
)
def test_every_reason_is_one_line(error: BaseException, reason: str, kind: str) -> None:
    said = failure_of_error(error)
    assert said.reason.startswith(reason)
    assert len(said.reason.splitlines()) == 1
    assert len(said.reason) < 400
    assert said.kind == kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, "missing"), (410, "gone"), (401, "hard"), (403, "hard"), (418, "hard"), (408, "temporary"),
     (429, "temporary"), (500, "temporary"), (503, "temporary"), (599, "temporary"), (299, "hard")],
)  # fmt: skip
def test_a_status_tells_how_heavily_it_counts(status: int, kind: str) -> None:
    failure = failure_of_status(status, "7", NOW)
    assert (failure.kind, failure.reason.startswith(f"HTTP {status}")) == (kind, True)
    assert failure.retry_after == (timedelta(seconds=7) if status in (429, 503) else None)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(minutes=2)),
        (" 0 ", timedelta(0)),
        ("Tue, 24 Nov 2026 13:00:00 GMT", timedelta(hours=1)),
        ("Tue, 24 Nov 2026 11:00:00 GMT", timedelta(0)),
        ("9" * 50, timedelta(days=366)),
        *((nothing, None) for nothing in (None, "", "-5", "soon", "1.5", "٣")),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, wait: timedelta | None) -> None:
    assert parse_retry_after(value, NOW) == wait


def test_a_refused_connection_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    with WebServer() as web:
        url = web.url("/feed")
    path = tmp_path_factory.mktemp("refused") / "chipwatch.db"
    with open_database(f"sqlite:///{path}") as database:
        report = asyncio.run(crawl(database, [feed(url)], OPTIONS, now=lambda: NOW))
    (found,) = report.visits
    assert found.failure is not None
    assert found.failure.startswith("no connection (connection refused)")


def test_a_name_that_does_not_resolve_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("unresolved") / "chipwatch.db"
    with open_database(f"sqlite:///{path}") as database:
        # A label of more than 63 letters is refused before any server is asked.
        report = asyncio.run(crawl(database, [feed(f"http://{'a' * 64}.example/")], OPTIONS, now=lambda: NOW))
    assert len(report.failed) == 1
