"""The daemon asks what is due and nothing else, and does what the settings say now."""

import asyncio
from datetime import timedelta

from scheduler.settings import Settings
from storage.engine import Database
from tests.scheduler.conftest import ALLOWED, Folder, feed, source
from tests.scheduler.running import BEFORE, Clock, Log, running
from tests.web import WebServer

RSS = "application/rss+xml"


def watch(folder: Folder, web: WebServer, **intervals: str) -> Settings:
    """Settings with a feed for each name."""
    return folder.settings(
        ALLOWED
        + "".join(
            source(name, web.add(f"/{name}", feed(f"{name} moves"), content_type=RSS), interval=interval)
            for name, interval in intervals.items()
        )
    )


def hits(web: WebServer, *names: str) -> list[int]:
    return [web.hits(f"/{name}") for name in names]


def test_only_what_is_due_is_asked(folder: Folder, web: WebServer, log: Log) -> None:
    async def run(database: Database) -> None:
        clock = Clock(BEFORE)
        async with running(database, watch(folder, web, often="30m", seldom="2h"), clock):
            await log.tells("crawled 2 sources: 0 unchanged, 0 failed; items: 2 new")
            await clock.looked_at()
            assert hits(web, "often", "seldom") == [1, 1]
            clock.time += timedelta(minutes=34)
            await log.tells("crawled 1 source: 1 unchanged")
            assert hits(web, "often", "seldom") == [2, 1]
            clock.time += timedelta(hours=2)
            await log.tells("crawled 2 sources: 2 unchanged")

    with folder.database() as database:
        asyncio.run(run(database))
    assert hits(web, "often", "seldom") == [3, 2]


def test_a_daemon_that_starts_again_asks_nothing_before_it_is_due(
    folder: Folder, web: WebServer, log: Log
) -> None:
    async def run(database: Database) -> None:
        settings, clock = watch(folder, web, often="30m"), Clock(BEFORE)
        async with running(database, settings, clock):
            await log.tells("crawled 1 source")
        clock.time += timedelta(minutes=29)
        async with running(database, settings, clock):
            await clock.looked_at()
            assert hits(web, "often") == [1]
            clock.time += timedelta(minutes=5)
            await log.tells("crawled 1 source", times=2)

    with folder.database() as database:
        asyncio.run(run(database))


def test_another_interval_in_the_settings_counts_from_the_next_start(
    folder: Folder, web: WebServer, log: Log
) -> None:
    async def run(database: Database) -> None:
        clock = Clock(BEFORE)
        async with running(database, watch(folder, web, changed="1d", same="1d"), clock):
            await log.tells("crawled 2 sources")
        clock.time += timedelta(minutes=5)
        async with running(database, watch(folder, web, changed="30m", same="1d"), clock):
            await log.tells("crawled 1 source: 1 unchanged")
            await clock.looked_at()
            assert hits(web, "changed", "same") == [2, 1]
            clock.time += timedelta(hours=1)
            await log.tells("crawled 1 source: 1 unchanged", times=2)
            assert hits(web, "changed", "same") == [3, 1]

    with folder.database() as database:
        asyncio.run(run(database))


def test_a_source_that_is_gone_for_good_is_asked_no_more(folder: Folder, web: WebServer, log: Log) -> None:
    async def run(database: Database) -> None:
        watch(folder, web, good="30m")
        settings = folder.settings(
            ALLOWED + source("good", web.url("/good")) + source("gone", web.fault("410"))
        )
        clock = Clock(BEFORE)
        async with running(database, settings, clock):
            await log.tells("WARNING source gone: HTTP 410 Gone; it is gone for good")
            clock.time += timedelta(days=400)
            await log.tells("crawled 1 source: 1 unchanged, 0 failed")
        async with running(database, settings, clock):
            await clock.looked_at()

    with folder.database() as database:
        asyncio.run(run(database))
    assert web.hits("/fault/410") == 1


def test_sources_that_fail_are_left_alone_ever_longer(folder: Folder, web: WebServer, log: Log) -> None:
    async def run(database: Database) -> None:
        clock = Clock(BEFORE)
        settings = folder.settings(ALLOWED + source("lost", web.fault("404"), interval="30m"))
        async with running(database, settings, clock):
            await log.tells("crawled 1 source: 0 unchanged, 1 failed")
            clock.time += timedelta(minutes=34)
            await clock.looked_at()
            assert web.hits("/fault/404") == 1
            clock.time += timedelta(minutes=34)
            await log.tells("crawled 1 source: 0 unchanged, 1 failed", times=2)

    with folder.database() as database:
        asyncio.run(run(database))
    assert web.hits("/fault/404") == 2
