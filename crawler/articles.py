"""Articles: the text of items' own pages, for those that came with a teaser only and are of interest."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from crawler.fetching.session import fetch_session
from crawler.options import CrawlOptions
from crawler.parsing.apart import Apart, at_hand
from storage.engine import Database
from storage.items import wanting_article

ARTICLE_AGE = timedelta(days=7)  # since an item was first seen: later its page is not fetched any more


async def read_articles(
    database: Database,
    options: CrawlOptions,
    *,
    now: Callable[[], datetime],
    stop: asyncio.Event | None = None,
    apart: Apart | None = None,
) -> int:
    """Fetch the pages of items that want their text, as many as the options allow a crawl, and store it.

    Returns how many pages were asked for. Items with a new text wait for the linker again.
    """
    if not options.articles:
        return 0
    since = now() - ARTICLE_AGE
    pages = await database.reading(wanting_article, since=since, limit=options.articles)
    if not pages:
        return 0
    from crawler.spiders.run import visit_articles  # Scrapy: half a second that others need not wait

    async with fetch_session(database, options, now=now, stop=stop) as fetcher:
        with at_hand(apart) as apart:
            await visit_articles(pages, database, fetcher, apart)
    return len(pages)
