"""What tests of the crawler share: a web server, short ways to make documents and sources, and one crawl."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from sqlalchemy import select

from crawler.fetching.options import FetchOptions
from crawler.parsing.document import Document
from crawler.run import CrawlReport, crawl
from crawler.sources import Source
from storage.engine import Database, open_database
from storage.models import ItemRow
from storage.sources import KnownSource, list_sources
from tests.conftest import NOW
from tests.web import Request, WebServer, answer

OPTIONS = FetchOptions(allow_private=("127.0.0.0/8",), timeout=1, max_bytes=200_000)
TEXT = "The plant is said to make its first wafers in the spring of next year. " * 8  # no teaser


@pytest.fixture
def web() -> Iterator[WebServer]:
    """A web server on two addresses."""
    with WebServer("127.0.0.1", "127.0.0.2") as server:
        yield server


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """A database for tests whose matter is not the database."""
    with open_database(f"sqlite:///{tmp_path / 'chipwatch.db'}") as opened:
        yield opened


def visit(
    database: Database, *sources: Source, options: FetchOptions = OPTIONS, now: datetime = NOW
) -> CrawlReport:
    """Crawl the sources once."""
    return asyncio.run(crawl(database, sources, options, now=lambda: now))


def feed(url: str, name: str = "News") -> Source:
    """A feed as the settings would have it."""
    return Source(name=name, url=url)


def document(body: bytes | str, content_type: str = "", url: str = "https://news.example/feed") -> Document:
    """A document as it was fetched."""
    return Document(url, body.encode() if isinstance(body, str) else body, content_type, NOW)


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


def remembered(database: Database, source: Source) -> KnownSource:
    """What the store knows of a source."""
    with database.read() as session:
        return list_sources(session, [source.url])[0]


def items(database: Database) -> list[ItemRow]:
    """All stored items, oldest first."""
    with database.read() as session:
        return list(session.scalars(select(ItemRow).order_by(ItemRow.id)))
