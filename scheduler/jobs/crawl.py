"""Crawling: ask sources, store what they give, link what is new."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.run import CrawlReport, crawl
from crawler.sources import Source
from crawler.visits import Visit
from scheduler.settings import Settings
from storage.engine import Database
from storage.linking.names import default_table
from storage.linking.run import LinkReport, link_waiting


@dataclass(frozen=True)
class CrawlResult:
    """What a crawl brought, and what came of it."""

    crawl: CrawlReport
    links: LinkReport


async def crawl_and_link(
    database: Database,
    settings: Settings,
    sources: Sequence[Source],
    *,
    now: Callable[[], datetime],
    stop: asyncio.Event,
    tell: Callable[[Visit], None] = lambda _visit: None,
) -> CrawlResult:
    """Ask the sources and link what is new; `stop` ends it early with all that was fetched kept."""
    report = await crawl(database, sources, settings.fetching, now=now, tell=tell, stop=stop)
    links = await link_waiting(database, default_table(), now=now, stopped=stop.is_set)
    return CrawlResult(report, links)
