"""Stopping a crawl: soon, with all that was fetched kept, and the rest still due."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.failures import Stopped
from crawler.fetching.options import FetchOptions
from crawler.fetching.session import GRACE
from crawler.fetching.traffic import Traffic
from crawler.options import CrawlOptions
from crawler.parsing.apart import Apart
from crawler.run import CrawlReport, crawl
from crawler.sources import Source
from crawler.visits import Visit
from storage.engine import Database
from tests.conftest import NOW
from tests.crawler.conftest import SlowSite, feed, item, items, remembered, rss
from tests.crawler.test_apart import forever
from tests.web import WebServer

XML = "application/rss+xml"
PATIENT = CrawlOptions(FetchOptions(allow_private=("127.0.0.0/8",), timeout=60))


def stopped_at_the_first(
    database: Database, sources: list[Source], meanwhile: Callable[[], None] = lambda: None
) -> CrawlReport:
    """A crawl that is stopped when the first source is done."""

    async def run() -> CrawlReport:
        stop = asyncio.Event()

        def tell(visit: Visit) -> None:
            meanwhile()
            stop.set()

        crawling = crawl(database, sources, PATIENT, now=lambda: NOW, tell=tell, stop=stop)
        report = await asyncio.wait_for(crawling, 30)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return report

    return asyncio.run(run())


def test_what_was_fetched_is_kept_and_the_rest_is_still_due(sqlite: Database) -> None:
    with WebServer("127.0.0.1", "127.0.0.2") as web:
        quick = feed(web.add("/feed", rss(item("Chips", "/1")), content_type=XML), "quick")
        slow = [feed(web.fault(name, "127.0.0.2"), name) for name in ("silent", "one byte at a time")]
        began = time.monotonic()
        report = stopped_at_the_first(sqlite, [*slow, quick])
        assert time.monotonic() - began < GRACE + 3
    assert [visit.source.name for visit in report.visits] == ["quick"]
    assert (remembered(sqlite, quick).due_at or NOW) > NOW
    for source in slow:
        known = remembered(sqlite, source)
        assert (known.asked_at, known.due_at, known.failures, known.error) == (None, None, 0, None)
    assert [row.title for row in items(sqlite)] == ["Chips"]


def test_no_further_source_is_asked(sqlite: Database, web: WebServer) -> None:
    site = SlowSite(web, 0.1)
    sources = [feed(site.add(f"/{n}", rss(item("Chips", f"/{n}")))) for n in range(12)]
    asked_when_stopped: list[int] = []
    stopped_at_the_first(sqlite, sources, lambda: asked_when_stopped.append(len(web.requests())))
    assert len(web.requests()) - asked_when_stopped[0] <= 2


def test_a_crawl_that_is_stopped_before_it_begins_ends(web: WebServer, tmp_path: Path) -> None:
    # In a process of its own: what never ends cannot be cleared away.
    code = f"""
import asyncio, os
from datetime import UTC, datetime
from crawler.fetching.options import FetchOptions
from crawler.options import CrawlOptions
from crawler.run import crawl
from crawler.sources import Source
from storage.engine import open_database

async def main():
    stop = asyncio.Event()
    stop.set()
    source = Source(name="News", url="{web.add("/feed", rss(), content_type=XML)}")
    options = CrawlOptions(FetchOptions(allow_private=("127.0.0.0/8",)))
    database = open_database("sqlite:///{tmp_path / "chipwatch.db"}")
    task = asyncio.ensure_future(crawl(database, [source], options, now=lambda: datetime.now(UTC), stop=stop))
    await asyncio.wait({{task}}, timeout=2)
    os._exit(0 if task.done() and task.result().visits == () else 1)

asyncio.run(main())
"""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=False)  # noqa: S603
    assert done.returncode == 0


def test_what_is_slow_to_read_is_let_go_of_too() -> None:
    async def run() -> None:
        traffic = Traffic(asyncio.Event())
        apart = Apart()
        try:
            task = asyncio.ensure_future(traffic.unless_given_up(lambda: apart.run(forever)))
            await asyncio.wait({task}, timeout=0.1)
            traffic.give_up()
            with pytest.raises(Stopped):
                await task
        finally:
            apart.close()

    asyncio.run(run())
