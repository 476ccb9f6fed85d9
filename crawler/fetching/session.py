"""A session of fetching: what is set up before it, and kept afterwards, whatever it is for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from crawler.fetching.fetcher import Fetcher
from crawler.fetching.robots import MAX_AGE, Robots, Rules
from crawler.fetching.traffic import Traffic
from crawler.options import CrawlOptions
from storage.engine import Database
from storage.robots import known_robots, remember_robots

GRACE = 4.0  # seconds that fetches under way are given when a crawl is stopped


@asynccontextmanager
async def fetch_session(
    database: Database,
    options: CrawlOptions,
    *,
    now: Callable[[], datetime],
    stop: asyncio.Event | None = None,
) -> AsyncIterator[Fetcher]:
    """A fetcher with what is remembered of sites' robots.txt; what was learnt of them is kept at the end.

    When `stop` is set, nothing more is fetched; what is under way gets a few seconds, then is let go.
    """
    traffic = Traffic(stop or asyncio.Event(), options.fetching.concurrency)
    known = await database.reading(known_robots, now() - MAX_AGE)
    robots = Robots({origin: Rules(text, fetched_at) for origin, (text, fetched_at) in known.items()})
    watch = asyncio.create_task(_give_up_in_time(traffic))
    try:
        async with Fetcher(options.fetching, traffic, robots, now) as fetcher:
            yield fetcher
    finally:
        watch.cancel()
    if robots.fresh:
        found = {origin: (rules.text, rules.fetched_at) for origin, rules in robots.fresh.items()}
        await database.writing(remember_robots, found, now() - MAX_AGE)


async def _give_up_in_time(traffic: Traffic) -> None:
    await traffic.stop.wait()
    await asyncio.sleep(GRACE)
    traffic.give_up()
