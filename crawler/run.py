"""One crawl of given sources: safe in any process, and safe to run twice."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.feeds import ask_feeds
from crawler.fetching.fetcher import Fetcher
from crawler.fetching.session import fetch_session
from crawler.options import CrawlOptions
from crawler.parsing.apart import Apart, at_hand
from crawler.reading import Reader
from crawler.sources import Source
from crawler.taking import Taker
from crawler.visits import Ask, Visit, Visits
from storage.engine import Database
from storage.sources import SourceSetting, register


@dataclass(frozen=True)
class CrawlReport:
    """What a crawl found, a visit for each source that was asked."""

    visits: tuple[Visit, ...]
    not_due: int = 0  # sources that were left alone
    next_due: datetime | None = None  # when the first of those is due

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

    @property
    def backlog(self) -> int:
        """Of the new items, those too old for follow-ups when their source was first read."""
        return sum(visit.backlog for visit in self.visits)


async def crawl(
    database: Database,
    sources: Sequence[Source],
    options: CrawlOptions,
    *,
    now: Callable[[], datetime],
    only_due: bool = False,
    tell: Callable[[Visit], None] = lambda _visit: None,
    stop: asyncio.Event | None = None,
    apart: Apart | None = None,
) -> CrawlReport:
    """Ask the sources, whether due or not unless `only_due` is set, and store what they give.

    `now` is asked for the time (aware), `tell` is called as each source is done, on the event loop. When
    `stop` is set, no further source is asked; fetches under way get a few seconds, then are let go. Every
    visit in the report is committed; a source without one stays as due as it was. `apart` is the process
    for slow parsing, if the caller keeps one.
    """
    asks = await known_asks(database, sources)
    moment = now()
    waiting = [
        ask.memory
        for ask in asks
        if only_due and ask.memory.retired_at is None and not ask.memory.is_due(moment)
    ]
    asks = [ask for ask in asks if not only_due or ask.memory.is_due(moment)]
    next_due = min((memory.due_at for memory in waiting if memory.due_at is not None), default=None)
    if not asks:
        return CrawlReport((), len(waiting), next_due)
    async with fetch_session(database, options, now=now, stop=stop) as fetcher:
        visits = Visits(database, options.bounds, options.backlog, now, tell, fetcher.traffic.give_up)
        with at_hand(apart) as apart:
            async with visits:
                await _ask_all(asks, fetcher, Taker(Reader(fetcher, apart), visits))
    if visits.trouble is not None:
        raise visits.trouble
    return CrawlReport(tuple(visits.done), len(waiting), next_due)


async def known_asks(database: Database, sources: Sequence[Source]) -> list[Ask]:
    """The sources with what is remembered of them, after what the settings changed was taken over."""
    wanted = [
        SourceSetting(s.url, s.name, s.kind, int(s.interval.total_seconds()), s.selectors) for s in sources
    ]
    known = await database.writing(register, wanted)
    return [Ask(source, known[source.url]) for source in sources if source.url in known]


async def _ask_all(asks: Sequence[Ask], fetcher: Fetcher, taker: Taker) -> None:
    feeds = [ask for ask in asks if ask.source.kind == "feed"]
    pages = [ask for ask in asks if ask.source.kind != "feed"]
    async with asyncio.TaskGroup() as group:
        if feeds:
            group.create_task(ask_feeds(feeds, fetcher, taker))
        if pages:
            from crawler.spiders.run import visit_pages  # Scrapy: half a second that feeds need not wait

            group.create_task(visit_pages(pages, fetcher, taker))
