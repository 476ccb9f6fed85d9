"""What tests of the crawler share: a web server, short ways to make documents and sources, and one crawl."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from xml.sax.saxutils import escape

import pytest
from sqlalchemy import select

from crawler.fetching.options import FetchOptions
from crawler.options import CrawlOptions
from crawler.parsing.apart import Apart
from crawler.parsing.document import Contents, Document
from crawler.parsing.feed import read_patiently, read_quickly
from crawler.run import CrawlReport, crawl
from crawler.sources import Source
from storage.engine import Database
from storage.models import ItemRow
from storage.sources import KnownSource, Memory, list_sources
from tests.conftest import NOW
from tests.web import Request, WebServer, answer

ALLOWED = ("127.0.0.0/8",)
OPTIONS = CrawlOptions(FetchOptions(allow_private=ALLOWED, timeout=1, max_bytes=200_000))
TEXT = "The plant is said to make its first wafers in the spring of next year. " * 8  # no teaser


@pytest.fixture
def web() -> Iterator[WebServer]:
    """A web server on two addresses."""
    with WebServer("127.0.0.1", "127.0.0.2") as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def shared_apart() -> Iterator[None]:
    """Ends the process that all crawls of the tests share for slow parsing: starting one takes a second."""
    yield
    _APART.close()


_APART = Apart()


def shared() -> Apart:
    """The process that all crawls of the tests share."""
    return _APART


def visit(
    database: Database,
    *sources: Source,
    options: CrawlOptions | FetchOptions = OPTIONS,
    now: datetime = NOW,
    only_due: bool = False,
) -> CrawlReport:
    """Crawl the sources once."""
    chosen = options if isinstance(options, CrawlOptions) else CrawlOptions(options)
    return asyncio.run(crawl(database, sources, chosen, now=lambda: now, only_due=only_due, apart=_APART))


def feed(url: str, name: str = "News") -> Source:
    """A feed as the settings would have it."""
    return Source(name=name, url=url)


def document(body: bytes | str, content_type: str = "", url: str = "https://news.example/feed") -> Document:
    """A document as it was fetched."""
    return Document(url, body.encode() if isinstance(body, str) else body, content_type, NOW)


def parsed(document: Document) -> Contents:
    """What a feed gives, as a crawl reads it."""
    quick = read_quickly(document)
    return quick if quick is not None else read_patiently(document)


def rss(*items: str) -> str:
    """An RSS feed around the insides of its items."""
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{inside}</channel></rss>'


def item(title: str, link: str, text: str = TEXT) -> str:
    """The inside of an RSS item."""
    return f"<title>{escape(title)}</title><link>{link}</link><description>{escape(text)}</description>"


class SlowSite:
    """Takes a moment for every answer, and counts how many it is asked for at once."""

    def __init__(self, web: WebServer, moment: float) -> None:
        self.web = web
        self.moment = moment
        self.at_once = 0
        self.most = 0

    def add(self, path: str, body: str, content_type: str = "application/rss+xml") -> str:
        """Answer a path; returns its address."""

        async def reply(web: WebServer, request: Request) -> AsyncIterator[bytes]:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            await web.closed(within=self.moment)
            self.at_once -= 1
            yield answer(body.encode(), headers={"Content-Type": content_type})

        return self.web.add_reply(path, reply)


def remembered(database: Database, source: Source) -> Memory:
    """What the store remembers of a source."""
    return known(database, source).memory


def known(database: Database, source: Source) -> KnownSource:
    """A source as the store knows it."""
    with database.read() as session:
        return list_sources(session, [source.url])[0]


def items(database: Database) -> list[ItemRow]:
    """All stored items, oldest first."""
    with database.read() as session:
        return list(session.scalars(select(ItemRow).order_by(ItemRow.id)))
