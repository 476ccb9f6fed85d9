"""The month itself: the real daemon, by a clock that moves on as fast as its jobs are done."""

import asyncio
import gc
import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.collecting.process import BenchmarkError
from benchmarks.soak.editor import settle_some
from benchmarks.soak.folder import make_folder
from benchmarks.soak.mailbox import Mailbox, Taken, mail_server
from benchmarks.soak.measures import Sample, Telling, stored_addresses, take, tellings
from benchmarks.soak.news import News
from benchmarks.soak.plan import DAY, hour_of
from scheduler.daemon import Daemon
from scheduler.jobs.blog import read_blog
from scheduler.settings import Settings
from storage.engine import Database, open_database
from storage.watch import list_jobs

STEP = timedelta(minutes=15)  # that the clock moves on by
TICK = timedelta(milliseconds=50)  # of the daemon, in real time
HOUR = timedelta(hours=1)
SAMPLED = 3  # hours between two samples
DESK = 10  # hour of each day at which the editor settles what was mailed
RESTARTS = (DAY, 2 * DAY)  # hours after which the daemon is restarted; then one has to last
STUCK = 600.0  # seconds of real time after which a job is taken to hang


@dataclass
class Clock:
    """Says what time it is in the month."""

    time: datetime

    def __call__(self) -> datetime:
        """The present."""
        return self.time


@dataclass(frozen=True)
class Month:
    """What came of it."""

    days: int
    samples: list[Sample]
    mails: list[Taken]
    refused: int  # times that a mail was not taken
    restarts: int
    published: dict[str, Collection[str]]  # addresses, by each feed that never failed
    stored: dict[str, Counter[str]]  # the same of items, by the feed that brought them first
    tellings: list[Telling]


@dataclass
class Soak:
    """A watch of so many days over these news, in a folder with the posts of a blog in `posts`."""

    news: News
    folder: Path
    days: int
    tell: Callable[[Sample], None] = lambda _sample: None
    tick: timedelta = TICK
    _samples: list[Sample] = field(default_factory=list)
    _struck: set[str] = field(default_factory=set)  # feeds that failed at some time
    _failing: int = 0  # feeds
    _hours: int = 0  # that have passed

    async def run(self) -> Month:
        """Live through it. Raises `BenchmarkError` if the daemon ends or hangs."""
        self._begin = await asyncio.to_thread(self.news.begins)
        self._clock = Clock(self._begin)
        self._mailbox = Mailbox(self._clock)
        restarts = -1
        async with mail_server(self._mailbox) as port:
            settings = make_folder(self.folder, self.news.urls, port)
            with open_database(settings.database_url) as database:
                await read_blog(database, settings, now=self._clock, stop=asyncio.Event())
            self._since = time.monotonic()
            while self._hours < self.days * DAY:
                restarts += 1
                with open_database(settings.database_url) as database:
                    await self._watch(database, settings)
                gc.collect()  # the end of a process would free all of it
        with open_database(settings.database_url) as database:
            stored = await database.reading(stored_addresses)
            told = await database.reading(tellings)
        await asyncio.to_thread(self.news.heal)
        healthy = [url for url in self.news.urls if url not in self._struck]
        published = {url: await asyncio.to_thread(self.news.published, url) for url in healthy}
        return Month(
            days=self.days,
            samples=self._samples,
            mails=self._mailbox.taken,
            refused=self._mailbox.refused,
            restarts=restarts,
            published=published,
            stored=stored,
            tellings=told,
        )

    async def _watch(self, database: Database, settings: Settings) -> None:
        """Let a daemon watch up to its next restart, or to the end."""
        last = min(hour for hour in (*RESTARTS, self.days * DAY) if hour > self._hours)
        turned = asyncio.Event()
        daemon = Daemon(database, settings, self._clock, tick=self.tick, notify=lambda _state: turned.set())
        running = asyncio.create_task(daemon.run())
        running.add_done_callback(lambda _task: turned.set())
        try:
            while self._hours < last:
                await self._idle(database, turned, running)
                if running.done():
                    raise BenchmarkError("the daemon has ended by itself")
                self._clock.time += STEP
                if self._clock.time == self._begin + (self._hours + 1) * HOUR:
                    self._hours += 1
                    await self._happen(database)
        finally:
            daemon.stop.set()
            await running

    async def _idle(self, database: Database, turned: asyncio.Event, running: asyncio.Task[None]) -> None:
        """Wait for the next turn of the daemon's loop that finds none of its jobs at work."""
        at_work: list[str] = []
        try:
            async with asyncio.timeout(STUCK):
                while True:
                    turned.clear()
                    await turned.wait()
                    jobs = await database.reading(list_jobs)
                    at_work = [job.name for job in jobs if job.ended_at is None]
                    if not at_work or running.done():
                        return
        except TimeoutError as error:
            doing = " and ".join(at_work) or "nothing"
            raise BenchmarkError(f"the daemon hangs; what it is doing: {doing}") from error

    async def _happen(self, database: Database) -> None:
        """Let happen what the plan has for the hour that begins."""
        hour = hour_of(self._hours, self.days, self.news.kinds)
        if hour.heals:
            await asyncio.to_thread(self.news.heal)
        for kind, share in hour.strikes:
            await asyncio.to_thread(self.news.strike, kind, share)
        if hour.heals or hour.strikes:
            struck = await asyncio.to_thread(self.news.struck)
            self._struck |= set(struck)
            self._failing = len(struck)
        if hour.publishes:
            await asyncio.to_thread(self.news.publish, hour.publishes)
        if self._hours % DAY == DESK:
            await database.writing(settle_some, now=self._clock.time)
        if self._hours % SAMPLED == 0:
            await self._sample(database)

    async def _sample(self, database: Database) -> None:
        sample = await database.reading(
            take,
            self.folder,
            day=(self._clock.time - self._begin) / timedelta(days=1),
            since=self._since,
            digests=len(self._mailbox.taken),
            failing=self._failing,
        )
        self._samples.append(sample)
        self.tell(sample)
