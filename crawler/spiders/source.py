"""What every spider does: ask a source, learn if anything changed, read it, store it, fetch article texts."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from scrapy import Request, Spider
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure

from crawler.failures import reason_of
from crawler.fetching.traffic import Traffic
from crawler.parsing.article import article_text
from crawler.parsing.document import Contents, Document
from crawler.parsing.errors import UnreadableError
from crawler.sources import Source
from crawler.visits import Ask, Visits
from storage.items import NewItem

logger = logging.getLogger(__name__)


class SourceSpider(Spider):
    """Visits sources of one kind.

    Every source that is asked ends in exactly one call of `visits.answered` or `visits.failed`, unless the
    crawl is stopped first: then it stays due.
    """

    kind: ClassVar[str]

    def __init__(self, asks: Sequence[Ask], visits: Visits, traffic: Traffic, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.asks = asks
        self.visits = visits
        self.traffic = traffic

    def read(self, document: Document, source: Source, encoding: str) -> Contents:
        """The entries of a fetched document; runs on a thread. Raises `UnreadableError`."""
        raise NotImplementedError

    async def start(self) -> AsyncIterator[Request]:
        """Ask every source, with the validators of what it said last."""
        for ask in self.asks:
            headers = {}
            if ask.known.etag:
                headers["If-None-Match"] = ask.known.etag
            if ask.known.last_modified:
                headers["If-Modified-Since"] = ask.known.last_modified
            yield Request(
                ask.source.url,
                headers=headers,
                callback=self.parse,
                errback=self.fetch_failed,
                dont_filter=True,
                priority=1,
                cb_kwargs={"ask": ask},
            )

    async def parse(self, response: Response, ask: Ask) -> AsyncIterator[Request]:
        """Take a source's answer."""
        try:
            new = await self._take(response, ask)
        except UnreadableError as error:
            await self.visits.failed(ask, str(error))
            return
        except Exception as error:
            logger.warning(
                "source %s: %s", ask.source.url, error, exc_info=logger.isEnabledFor(logging.DEBUG)
            )
            await self.visits.failed(ask, f"could not be read ({type(error).__name__}: {error})")
            return
        for item in self.visits.wanting_article(new):
            yield Request(
                item.url,
                callback=self.parse_article,
                errback=self.article_failed,
                dont_filter=True,
                cb_kwargs={"item": item},
            )

    async def _take(self, response: Response, ask: Ask) -> Sequence[NewItem]:
        etag = _header(response, "ETag")
        modified = _header(response, "Last-Modified")
        if response.status == HTTPStatus.NOT_MODIFIED:
            return await self.visits.answered(ask, None, etag=etag, last_modified=modified)
        if response.status != HTTPStatus.OK:
            raise UnreadableError(_status(response.status))
        body_hash: str | None = hashlib.blake2b(response.body, digest_size=16).hexdigest()
        if body_hash == ask.known.body_hash:
            return await self.visits.answered(ask, None, etag=etag, last_modified=modified)
        document = Document(
            response.url, response.body, _header(response, "Content-Type") or "", self.visits.now()
        )
        encoding = response.encoding if isinstance(response, TextResponse) else "utf-8"
        contents = await asyncio.to_thread(self.read, document, ask.source, encoding)
        if contents.flaw is not None:
            # Without a validator the whole of it is asked for again next time.
            etag = modified = body_hash = None
        return await self.visits.answered(
            ask,
            contents.entries,
            etag=etag,
            last_modified=modified,
            body_hash=body_hash,
            flaw=contents.flaw,
        )

    async def fetch_failed(self, failure: Failure) -> None:
        """A source that could not be fetched at all."""
        ask: Ask = failure.request.cb_kwargs["ask"]  # type: ignore[attr-defined]
        if not self.traffic.stop.is_set():
            await self.visits.failed(ask, reason_of(failure.value or ValueError("unknown")))

    async def parse_article(self, response: Response, item: NewItem) -> None:
        """Take the text out of an item's own page."""
        text = None
        if response.status == HTTPStatus.OK and isinstance(response, TextResponse):
            try:
                text = await asyncio.to_thread(article_text, response.body, response.url)
            except Exception as error:  # noqa: BLE001 - one page must not end the crawl
                logger.warning("article %s: %s", item.url, error)
        await self.visits.article(item, text)

    async def article_failed(self, failure: Failure) -> None:
        """An article page that could not be fetched; the item stays with what its source said of it."""
        if not self.traffic.stop.is_set():
            await self.visits.article(failure.request.cb_kwargs["item"], None)  # type: ignore[attr-defined]


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    # A validator goes back as it came; bytes that no header may hold would break the request.
    return value.decode("latin-1") if value and len(value) < 1000 and value.isascii() else None


def _status(status: int) -> str:
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"
