"""Asks for sources that are pages: what lists articles, and sitemaps."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from crawler.fetching.fetcher import Fetched, Fetcher
from crawler.taking import Taker, validators_of
from crawler.visits import Ask


class PageSpider(Spider):
    """Visits the given sources through the crawl's own fetcher."""

    name = "page"

    def __init__(self, asks: Sequence[Ask], fetcher: Fetcher, taker: Taker, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.asks = asks
        self.fetcher = fetcher
        self.taker = taker

    async def start(self) -> AsyncIterator[Request]:
        """Ask every source, with the validators of what it said last."""
        for ask in self.asks:
            yield Request(
                ask.memory.address,
                callback=self.parse,
                errback=self.fetch_failed,
                dont_filter=True,
                cb_kwargs={"ask": ask},
                meta={"validators": validators_of(ask)},
            )

    async def parse(self, response: Response, ask: Ask) -> None:
        """Take a source's answer."""
        await self.taker.take(ask, _given(response.meta["fetched"]))

    async def fetch_failed(self, failure: TwistedFailure) -> None:
        """A source that could not be fetched at all."""
        ask: Ask = failure.request.cb_kwargs["ask"]  # type: ignore[attr-defined]
        await self.taker.take(ask, _given(failure.value or ValueError("unknown")))


async def _given(found: Fetched | BaseException) -> Fetched:
    if isinstance(found, BaseException):
        raise found
    return found
