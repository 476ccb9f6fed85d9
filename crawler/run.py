"""One crawl of given sources: safe in any process, and safe to run twice."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scrapy.crawler import AsyncCrawlerRunner

from crawler.fetching.options import FetchOptions, scrapy_settings
from crawler.fetching.traffic import Traffic
from crawler.sources import Source
from crawler.spiders import SPIDERS
from crawler.spiders.article import ArticleSpider
from crawler.visits import Ask, Visit, Visits
from storage.engine import Database
from storage.items import wanting_article
from storage.sources import register

ARTICLE_AGE = timedelta(days=7)  # since an item was first seen: later its page is not fetched any more
GRACE = 4.0  # seconds that fetches under way are given when a crawl is stopped


@dataclass(frozen=True)
class CrawlReport:
    """What a crawl found, a visit for each source that was asked."""

    visits: tuple[Visit, ...]

    @property
    def unchanged(self) -> int:
        """Sources that had nothing new to read."""
        return sum(visit.unchanged for visit in self.visits)

    @property
    def failed(self) -> tuple[Visit, ...]:
        """Visits that failed."""
        return tuple(visit for visit in self.visits if visit.failure is not None)

    @property
    def new(self) -> int:
        """Items stored for the first time."""
        return sum(visit.new for visit in self.visits)

    @property
    def known(self) -> int:
        """Items that were in the store already."""
        return sum(visit.known for visit in self.visits)


async def crawl(
    database: Database,
    sources: Sequence[Source],
    options: FetchOptions,
    *,
    now: Callable[[], datetime],
    tell: Callable[[Visit], None] = lambda _visit: None,
    stop: asyncio.Event | None = None,
) -> CrawlReport:
    """Ask the sources, whether due or not, and store what they give.

    `now` is asked for the time (aware), `tell` is called as each source is done, on the event loop. When
    `stop` is set, no further source is asked; fetches under way get a few seconds, then are let go. Every
    visit in the report is committed; a source without one stays as due as it was.
    """
    stop = stop or asyncio.Event()
    known = await database.writing(register, [(s.url, s.name, s.kind) for s in sources])
    visits = Visits(database, now, tell)
    traffic = Traffic(stop, options.concurrency)
    runner = AsyncCrawlerRunner(scrapy_settings(options))
    crawls: list[asyncio.Task[None]] = []
    for kind, spider in SPIDERS.items():
        asks = [Ask(source, known[source.url]) for source in sources if source.kind == kind]
        if asks:
            crawls.append(runner.crawl(spider, asks=asks, visits=visits, traffic=traffic))
    watch = asyncio.create_task(_give_up_in_time(traffic))
    try:
        await asyncio.gather(*crawls)
        if options.articles and not stop.is_set() and visits.trouble is None:
            pages = await database.reading(
                wanting_article,
                [source.id for source in known.values()],
                since=now() - ARTICLE_AGE,
                limit=options.articles,
            )
            if pages:
                await runner.crawl(ArticleSpider, pages=pages, visits=visits, traffic=traffic)
    finally:
        watch.cancel()
    if visits.trouble is not None:
        raise visits.trouble
    return CrawlReport(tuple(visits.done))


async def _give_up_in_time(traffic: Traffic) -> None:
    await traffic.stop.wait()
    await asyncio.sleep(GRACE)
    traffic.giving_up.set()
