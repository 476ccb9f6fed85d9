"""Reads items' own pages, where their sources gave a teaser only."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure

from crawler.fetching.traffic import Traffic
from crawler.parsing.article import article_text
from crawler.visits import Visits
from storage.errors import StorageError
from storage.items import ItemPage

logger = logging.getLogger(__name__)


class ArticleSpider(Spider):
    """Visits the given pages; a host that is too slow once is left alone for the rest of the crawl."""

    name = "article"
    leaves_slow_hosts = True

    def __init__(self, pages: Sequence[ItemPage], visits: Visits, traffic: Traffic, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pages = pages
        self.visits = visits
        self.traffic = traffic

    async def start(self) -> AsyncIterator[Request]:
        """Ask for every page."""
        for page in self.pages:
            yield Request(
                page.url,
                callback=self.parse,
                errback=self.fetch_failed,
                dont_filter=True,
                cb_kwargs={"page": page},
            )

    async def parse(self, response: Response, page: ItemPage) -> None:
        """Take the text out of a page; one that is no article's counts as read, too."""
        text = None
        if response.status == HTTPStatus.OK and isinstance(response, TextResponse):
            try:
                text = await asyncio.to_thread(article_text, response.body, response.url)
            except Exception as error:  # noqa: BLE001 - one page must not end the crawl
                logger.warning("article %s: %s", page.url, error)
        await self._told(self.visits.article(page, text))

    async def fetch_failed(self, failure: Failure) -> None:
        """A page that could not be fetched; the item stays with what its source said of it, for now."""
        if not self.traffic.stop.is_set():
            page: ItemPage = failure.request.cb_kwargs["page"]  # type: ignore[attr-defined]
            await self._told(self.visits.article_failed(page))

    async def _told(self, writing: Any) -> None:
        try:
            await writing
        except StorageError:
            return  # the visits remember it, and the crawl ends in it
