"""Crawling: ask sources, store what they give, link what is new."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from crawler.articles import read_articles
from crawler.parsing.apart import Apart
from crawler.run import CrawlReport, crawl
from crawler.sources import Source
from crawler.visits import Visit
from scheduler.settings import Settings
from storage.engine import Database
from storage.linking.report import LinkReport
from storage.linking.waiting import link_waiting
from storage.trimming import trim_items

if TYPE_CHECKING:
    from storage.linking.encoder import Encoder
    from storage.linking.names import Vocabulary


@dataclass(frozen=True)
class CrawlResult:
    """What a crawl brought, and what came of it."""

    crawl: CrawlReport
    links: LinkReport
    due: Sequence[int]  # follow-ups that were opened for plans whose time has passed


async def crawl_and_link(
    database: Database,
    settings: Settings,
    sources: Sequence[Source],
    *,
    now: Callable[[], datetime],
    stop: asyncio.Event,
    only_due: bool = False,
    tell: Callable[[Visit], None] = lambda _visit: None,
    apart: Apart | None = None,
) -> CrawlResult:
    """Ask the sources and link what is new; `stop` ends it early with all that was fetched kept.

    At the end items that were kept long enough are trimmed.
    """
    options = settings.crawling
    report = await crawl(
        database, sources, options, now=now, only_due=only_due, tell=tell, stop=stop, apart=apart
    )
    link = partial(
        link_waiting,
        database,
        _vocabulary,
        _encoder,
        now=now,
        stopped=stop.is_set,
        probability=settings.linking.probability,
    )
    links = await link()
    if await read_articles(database, options, now=now, stop=stop, apart=apart):
        links += await link()
    from storage.followups.due import raise_due_plans

    due = await database.writing(raise_due_plans, now=now().astimezone(settings.digest.timezone))
    trimmed = 1
    while trimmed and not stop.is_set():
        trimmed = await database.writing(trim_items, now() - settings.storage.keep, now())
    return CrawlResult(report, links, due)


def _vocabulary() -> "Vocabulary":
    from storage.linking.names import default_vocabulary

    return default_vocabulary()


def _encoder() -> "Encoder | None":
    from storage.linking.encoder import default_encoder

    return default_encoder()
