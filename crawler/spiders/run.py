"""Running spiders on the crawl's own event loop."""

from collections.abc import Sequence

from scrapy.crawler import AsyncCrawlerRunner

from crawler.fetching.fetcher import Fetcher
from crawler.fetching.handler import scrapy_settings
from crawler.parsing.apart import Apart
from crawler.spiders.article import ArticleSpider
from crawler.spiders.page import PageSpider
from crawler.taking import Taker
from crawler.visits import Ask
from storage.engine import Database
from storage.errors import StorageError
from storage.items import ItemPage


async def visit_pages(asks: Sequence[Ask], fetcher: Fetcher, taker: Taker) -> None:
    """Ask sources that are pages."""
    runner = AsyncCrawlerRunner(scrapy_settings(fetcher.options.concurrency))
    await runner.crawl(PageSpider, asks=asks, fetcher=fetcher, taker=taker)


async def visit_articles(
    pages: Sequence[ItemPage], database: Database, fetcher: Fetcher, apart: Apart
) -> None:
    """Fetch items' own pages and store their texts. Raises `StorageError` if they cannot be stored."""
    runner = AsyncCrawlerRunner(scrapy_settings(fetcher.options.concurrency))
    trouble: list[StorageError] = []
    await runner.crawl(
        ArticleSpider, pages=pages, database=database, fetcher=fetcher, apart=apart, trouble=trouble
    )
    if trouble:
        raise trouble[0]
