"""The daemon: one process, one event loop, jobs by APScheduler. What is due stands in the database."""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from crawler.parsing.apart import Apart
from crawler.run import known_asks
from scheduler.counted import counted
from scheduler.digest.schedule import next_slot
from scheduler.jobs.blog import encode_new, read_blog
from scheduler.jobs.crawl import crawl_and_link
from scheduler.jobs.digest import UnmadeError, due_recipients, make_digests, send_outbox, within_reach
from scheduler.jobs.housekeeping import HOUSEKEEPING, keep_house
from scheduler.jobs.recording import last_begun, recorded
from scheduler.metrics import MetricsServer
from scheduler.recipients import Recipient
from scheduler.service import reloading
from scheduler.settings import Settings
from scheduler.ticks import Ticks, turn_until
from storage.digests.content import Contents
from storage.engine import Database
from storage.errors import ChipwatchError, HeldError, SettingsError
from storage.holding import held
from storage.sources import due_sources
from storage.watch import beat, end_watch

logger = logging.getLogger(__name__)

TICK = timedelta(seconds=2)  # how often it is looked up what is due; a look costs a millisecond
BEAT = timedelta(seconds=15)  # how often it is noted that the loop turns
REST = 30  # turns that a job which failed is left alone: a disk that is full must not fill the log too
PATIENCE = 8.0  # seconds that jobs in hand are given when the daemon is stopped


@dataclass
class Daemon:
    """Crawls each source at its interval and mails the digest once a day, until it is stopped."""

    database: Database
    settings: Settings
    now: Callable[[], datetime]
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    tick: timedelta = TICK
    read_settings: Callable[[], Settings] | None = None  # as they stand in their file now
    notify: Callable[[str], None] = lambda _state: None  # tells the service manager, in its own words
    _started: datetime = field(init=False)
    _settled: datetime = field(init=False)  # since when the settings are as they are
    _still_held: Callable[[], bool] = field(init=False)
    _metrics: MetricsServer = field(init=False)
    _lost: bool = False
    _reload: bool = False
    _known: bool = False  # whether what the settings changed of sources was taken over
    _no_mail: str = ""  # why no digest can be mailed, as it was last said
    _beat_at: datetime | None = None
    _resting: dict[str, int] = field(default_factory=dict)  # turns that a job is still left alone
    _in_hand: set[asyncio.Task[None]] = field(default_factory=set)
    _apart: Apart = field(default_factory=Apart)

    async def run(self) -> None:
        """Run until `stop` is set; then finish what is in hand.

        Raises `HeldError` if another one runs, or if the hold on the database is lost.
        """
        with held(self.database) as self._still_held:
            self._started = self._settled = self.now()
            scheduler = AsyncIOScheduler(timezone=UTC)
            for job in (
                self._watchdog,
                self._beat,
                self._hold,
                self._take_over,
                self._posts,
                self._crawl,
                self._digest,
                self._keep_house,
            ):
                scheduler.add_job(
                    self._guarded,
                    Ticks(self.tick),
                    args=[job],
                    id=job.__name__.strip("_"),
                    next_run_time=datetime.now(UTC),
                    max_instances=1,
                    coalesce=True,
                    misfire_grace_time=None,
                )
            self._announce()
            self._metrics = MetricsServer(self.database, self.now)
            try:
                await self._metrics.serve(self.settings)
                scheduler.start()
                self.notify("READY=1")
                await turn_until(self.stop, scheduler, self.tick)
                self.notify("STOPPING=1")
                logger.info("stopping: finishing what is in hand")
                scheduler.pause()
                await asyncio.sleep(0)  # jobs that were begun just now come in hand, and are not cut off
                if self._in_hand:
                    await asyncio.wait(self._in_hand, timeout=PATIENCE)
                scheduler.shutdown(wait=False)
                await self.database.writing(end_watch)
            finally:
                await self._metrics.close()
                self._apart.close()
            logger.info("stopped")
        if self._lost:
            raise HeldError("the hold on the database was lost: its connection broke; start the daemon again")

    def reload(self) -> None:
        """Take the settings over as they stand in their file, at the next turn; wrong ones are refused."""
        self._reload = True

    def _announce(self) -> None:
        logger.info("watching %s; stop with Ctrl-C or SIGTERM", counted(len(self.settings.sources), "source"))
        for to in self._recipients():
            slot = next_slot(self.now(), to.at, to.timezone).astimezone(to.timezone)
            logger.info("next digest: %s to %s", f"{slot:%Y-%m-%d %H:%M %Z}", to.name)

    def _recipients(self) -> Sequence[Recipient]:
        """Who can be sent a digest; why others cannot is said once."""
        reach = within_reach(self.settings)
        missing = "; ".join(reach.problems)
        if missing and missing != self._no_mail:
            whose = "some digests will not be sent" if reach.recipients else "no digest will be mailed"
            logger.warning("%s: %s", whose, missing)
        self._no_mail = missing
        return reach.recipients

    async def _guarded(self, job: Callable[[], Awaitable[None]]) -> None:
        """Run a job; whatever it raises is logged, and the job comes again after a rest."""
        name = job.__name__
        if self._resting.get(name, 0):
            self._resting[name] -= 1
            return
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - jobs run as tasks
        self._in_hand.add(task)
        rest = 0
        try:
            await job()
        except ChipwatchError as error:
            logger.error("%s", error)
            rest = REST
        except Exception:
            logger.exception("a job failed; it will be tried again")
            rest = REST
        finally:
            # Its beat and its hold are looked at every time.
            self._resting[name] = 0 if job in (self._beat, self._hold) else rest
            self._in_hand.discard(task)

    async def _watchdog(self) -> None:
        self.notify("WATCHDOG=1")  # not with the beat, which waits where the database is being compacted

    async def _beat(self) -> None:
        now = self.now()
        if self._beat_at is not None and abs(now - self._beat_at) < BEAT:
            return
        await self.database.writing(
            beat, socket.gethostname(), os.getpid(), version("chipwatch"), started_at=self._started, now=now
        )
        self._beat_at = now

    async def _hold(self) -> None:
        if not await asyncio.to_thread(self._still_held):
            self._lost = True
            self.stop.set()

    async def _take_over(self) -> None:
        if not self._reload or self.read_settings is None:
            return
        self._reload = False
        self.notify(reloading(time.monotonic_ns()))
        try:
            settings = await asyncio.to_thread(self.read_settings)
            if settings.database_url != self.settings.database_url:
                raise SettingsError("[storage] url has changed, which takes a restart")
            if not settings.sources:
                raise SettingsError("there are no sources; add a [[sources]] entry with a name and a url")
            await self._metrics.serve(settings)
        except SettingsError as error:
            logger.error("the settings stay as they were: %s", error)
        else:
            self.settings, self._known, self._no_mail = settings, False, ""
            self._settled = self.now()  # a recipient who is new waits for their time, as after a restart
            logger.info("the settings were read again")
            self._announce()
        self.notify("READY=1")

    async def _crawl(self) -> None:
        if not self._known:
            # What the settings changed of a source, such as its interval, counts from now on.
            await known_asks(self.database, self.settings.sources)
            self._known = True
        urls = await self.database.reading(
            due_sources, [source.url for source in self.settings.sources], self.now()
        )
        due = [source for source in self.settings.sources if source.url in urls]
        if not due or self.stop.is_set():
            return
        async with recorded(self.database, "crawl", self.now) as job:
            result = await crawl_and_link(
                self.database, self.settings, due, now=self.now, stop=self.stop, apart=self._apart
            )
            report = result.crawl
            if not report.visits:
                return  # stopped before any source was done
            job.did = (
                f"{counted(len(report.visits), 'source')}: "
                f"{report.unchanged} unchanged, {len(report.failed)} failed; "
                f"items: {report.new} new, {report.known} known; "
                f"follow-ups opened: {len(result.links.opened) + len(result.due)}"
            )
        logger.info("crawled %s", job.did)
        for visit in report.visits:
            if visit.failure or visit.flaw:
                logger.warning("source %s: %s", visit.source.name, visit.failure or visit.flaw)

    async def _digest(self) -> None:
        now = self.now()
        self._settled = min(self._settled, now)  # later: the clock has been set back since
        to = self._recipients()
        if not to:
            return
        due = await due_recipients(self.database, to, started=self._settled, now=now)
        unmade: Exception | None = None
        if due:
            try:
                await self._make_digests(due, now)
            except Exception as error:  # noqa: BLE001 - raised below
                unmade = error
        await self._send_outbox()  # what was made goes out, whatever became of the others
        if unmade is not None:
            raise unmade

    async def _make_digests(self, due: Sequence[tuple[Recipient, datetime | None]], now: datetime) -> None:
        made: Mapping[str, Contents] = {}
        try:
            async with recorded(self.database, "digest", self.now) as job:
                made = await make_digests(self.database, self.settings, due, now=now)
                job.did = ", ".join(
                    f"{name}: {counted(len(contents.followups), 'follow-up')}"
                    for name, contents in made.items()
                )
        except UnmadeError as error:
            made = error.made
            raise
        finally:
            for name, contents in made.items():
                news = "nothing new" if contents.quiet else counted(len(contents.followups), "follow-up")
                logger.info("digest for %s: %s", name, news)

    async def _send_outbox(self) -> None:
        sent = await send_outbox(self.database, self.settings, now=self.now, retry_now=False)
        for recipient in sent.to:
            logger.info("digest sent to %s", recipient)
        for failure in sent.failures:
            logger.warning("digest not sent, will be tried again: %s", failure)
        for failure in sent.refused:
            logger.error("digest refused: %s; chipwatch digest --send tries it again", failure)
        for failure in sent.given_up:
            logger.error("digest given up: %s; the next one tells it again", failure)

    async def _posts(self) -> None:
        """Read the blog again, so that new posts are linked and updated ones close their follow-ups."""
        if not self.settings.posts and not self.settings.blog.url:
            return
        last = await last_begun(self.database, "posts", self.now())
        if last is not None and self.now() - last < self.settings.blog.interval:
            return
        async with recorded(self.database, "posts", self.now) as job:
            report = await read_blog(
                self.database, self.settings, now=self.now, stop=self.stop, apart=self._apart
            )
            made = 0 if report.stopped else await encode_new(self.database)
            job.did = (
                f"{len(report.new)} new, {len(report.changed)} changed, {report.unchanged} unchanged; "
                f"{len(report.missing)} gone; {made} vectors made; follow-ups closed: {len(report.closed)}"
            )
        if report.new or report.changed:
            logger.info("read the blog: %s", job.did)

    async def _keep_house(self) -> None:
        last = await last_begun(self.database, "housekeeping", self.now())
        if last is not None and self.now() - last < HOUSEKEEPING:
            return
        async with recorded(self.database, "housekeeping", self.now) as job:
            job.did = await keep_house(self.database, self.settings, self.now(), self.stop)
        logger.info("housekeeping: %s", job.did)
