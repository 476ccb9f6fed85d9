"""Reads items' own pages, where their sources gave a teaser only."""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from http import HTTPStatus
from typing import Any

from scrapy import Request, Spider
from scrapy.http import HtmlResponse, Response
from twisted.python.failure import Failure

from crawler.failures import Stopped
from crawler.fetching.fetcher import Fetcher
from crawler.parsing.apart import Apart
from crawler.parsing.article import article_text
from storage.engine import Database
from storage.errors import StorageError
from storage.items import ItemPage, record_article_failure, store_article

logger = logging.getLogger(__name__)


class ArticleSpider(Spider):
    """Visits the given pages; a host that is too slow once is left alone for the rest of the crawl."""

    name = "article"

    def __init__(
        self,
        pages: Sequence[ItemPage],
        database: Database,
        fetcher: Fetcher,
        apart: Apart,
        trouble: list[StorageError],  # the database's own: what is fetched cannot be kept
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.pages = pages
        self.database = database
        self.fetcher = fetcher
        self.apart = apart
        self.trouble = trouble

    async def start(self) -> AsyncIterator[Request]:
        """Ask for every page."""
        for page in self.pages:
            yield Request(
                page.url,
                callback=self.parse,
                errback=self.fetch_failed,
                dont_filter=True,
                cb_kwargs={"page": page},
                meta={"leave_slow_hosts": True},
            )

    async def parse(self, response: Response, page: ItemPage) -> None:
        """Take the text out of a page; one that is no article's counts as read, too."""
        text = None
        if response.status == HTTPStatus.OK and isinstance(response, HtmlResponse):
            try:
                text = await self.fetcher.traffic.unless_given_up(
                    lambda: self.apart.run(article_text, response.body, response.url)
                )
            except Stopped:
                return
            except Exception as error:  # noqa: BLE001 - one page must not end the crawl
                logger.warning("article %s: %s", page.url, error)
        await self._write(store_article, page.id, text, self.fetcher.now())

    async def fetch_failed(self, failure: Failure) -> None:
        """A page that could not be fetched; the item stays with what its source said of it, for now."""
        if not isinstance(failure.value, Stopped):
            page: ItemPage = failure.request.cb_kwargs["page"]  # type: ignore[attr-defined]
            await self._write(record_article_failure, page.id)

    async def _write(self, function: Callable[..., None], *args: Any) -> None:
        try:
            await self.database.writing(function, *args)
        except StorageError as error:
            self.trouble.append(error)
            self.fetcher.traffic.give_up()
