"""What the spiders of sources do: ask one, learn if anything changed, read it, store it."""

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
from crawler.parsing.document import Contents, Document
from crawler.parsing.errors import UnreadableError
from crawler.sources import Source
from crawler.visits import Ask, Visits
from storage.errors import StorageError

logger = logging.getLogger(__name__)


class SourceSpider(Spider):
    """Visits sources of one kind.

    Every source that is asked ends in exactly one call of `visits.answered` or `visits.failed`, unless the
    crawl is stopped first: then it stays due.
    """

    kind: ClassVar[str]
    leaves_slow_hosts = False  # each source is to be asked, whatever the others at its host do

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

    async def parse(self, response: Response, ask: Ask) -> None:
        """Take a source's answer."""
        try:
            await self._take(response, ask)
        except StorageError:
            return  # told by the visits: not the source's fault
        except UnreadableError as error:
            await self.visits.failed(ask, str(error))
            return
        except Exception as error:
            logger.warning(
                "source %s: %s", ask.source.url, error, exc_info=logger.isEnabledFor(logging.DEBUG)
            )
            await self.visits.failed(ask, f"could not be read ({type(error).__name__}: {error})")
            return

    async def _take(self, response: Response, ask: Ask) -> None:
        etag = _header(response, "ETag")
        modified = _header(response, "Last-Modified")
        if response.status == HTTPStatus.NOT_MODIFIED:
            await self.visits.answered(ask, None, etag=etag, last_modified=modified)
            return
        if response.status != HTTPStatus.OK:
            raise UnreadableError(_status(response.status))
        body_hash: str | None = hashlib.blake2b(response.body, digest_size=16).hexdigest()
        if body_hash == ask.known.body_hash:
            await self.visits.answered(ask, None, etag=etag, last_modified=modified)
            return
        document = Document(
            response.url, response.body, _header(response, "Content-Type") or "", self.visits.now()
        )
        encoding = response.encoding if isinstance(response, TextResponse) else "utf-8"
        contents = await asyncio.to_thread(self.read, document, ask.source, encoding)
        if contents.flaw is not None:
            # Without a validator the whole of it is asked for again next time.
            etag = modified = body_hash = None
        await self.visits.answered(
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


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    # A validator goes back as it came; bytes that no header may hold would break the request.
    return value.decode("latin-1") if value and len(value) < 1000 and value.isascii() else None


def _status(status: int) -> str:
    try:
        advice = "; check the address" if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE) else ""
        return f"HTTP {status} {HTTPStatus(status).phrase}{advice}"
    except ValueError:
        return f"HTTP {status}"
