"""The daemon: one process, one event loop, jobs by APScheduler. What is due stands in the database."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from crawler.parsing.apart import Apart
from crawler.run import known_asks
from scheduler.digest.schedule import next_slot
from scheduler.jobs.crawl import crawl_and_link
from scheduler.jobs.digest import check_delivery, due_recipients, make_digests, send_outbox
from scheduler.recipients import Recipient
from scheduler.settings import Settings
from storage.engine import Database
from storage.errors import ChipwatchError, HeldError, SettingsError
from storage.holding import held
from storage.sources import due_sources

logger = logging.getLogger(__name__)

TICK = timedelta(seconds=2)  # how often it is looked up what is due; a look costs a millisecond
PATIENCE = 8.0  # seconds that jobs in hand are given when the daemon is stopped


@dataclass
class Daemon:
    """Crawls each source at its interval and mails the digest once a day, until it is stopped."""

    database: Database
    settings: Settings
    now: Callable[[], datetime]
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    tick: timedelta = TICK
    _started: datetime = field(init=False)
    _still_held: Callable[[], bool] = field(init=False)
    _lost: bool = False
    _known: bool = False  # whether what the settings changed of sources was taken over
    _no_mail: str = ""  # why no digest can be mailed, as it was last said
    _in_hand: set[asyncio.Task[None]] = field(default_factory=set)
    _apart: Apart = field(default_factory=Apart)

    async def run(self) -> None:
        """Run until `stop` is set; then finish what is in hand.

        Raises `HeldError` if another one runs, or if the hold on the database is lost.
        """
        with held(self.database) as self._still_held:
            self._started = self.now()
            scheduler = AsyncIOScheduler(timezone=UTC)
            for job in (self._hold, self._crawl, self._digest):
                scheduler.add_job(
                    self._guarded,
                    "interval",
                    args=[job],
                    id=job.__name__.strip("_"),
                    seconds=self.tick.total_seconds(),
                    next_run_time=datetime.now(UTC),
                    max_instances=1,
                    coalesce=True,
                    misfire_grace_time=None,
                )
            self._announce()
            scheduler.start()
            try:
                await self.stop.wait()
                logger.info("stopping: finishing what is in hand")
                scheduler.pause()
                if self._in_hand:
                    await asyncio.wait(self._in_hand, timeout=PATIENCE)
                scheduler.shutdown(wait=False)
            finally:
                self._apart.close()
            logger.info("stopped")
        if self._lost:
            raise HeldError("the hold on the database was lost: its connection broke; start the daemon again")

    def _announce(self) -> None:
        logger.info("watching %d sources; stop with Ctrl-C or SIGTERM", len(self.settings.sources))
        for to in self._recipients():
            slot = next_slot(self._started, to.at, to.timezone).astimezone(to.timezone)
            logger.info("next digest: %s to %s", f"{slot:%Y-%m-%d %H:%M %Z}", to.name)

    def _recipients(self) -> list[Recipient]:
        """Who can be sent a digest, none if the settings are not enough; what is missing is said once."""
        try:
            found = check_delivery(self.settings)
        except SettingsError as error:
            if str(error) != self._no_mail:
                logger.warning("no digest will be mailed: %s", error)
            self._no_mail = str(error)
            return []
        self._no_mail = ""
        return found

    async def _guarded(self, job: Callable[[], Awaitable[None]]) -> None:
        """Run a job; whatever it raises is logged, and the job comes again at its next turn."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - jobs run as tasks
        self._in_hand.add(task)
        try:
            await job()
        except ChipwatchError as error:
            logger.error("%s", error)
        except Exception:
            logger.exception("a job failed; it will be tried again")
        finally:
            self._in_hand.discard(task)

    async def _hold(self) -> None:
        if not await asyncio.to_thread(self._still_held):
            self._lost = True
            self.stop.set()

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
        result = await crawl_and_link(
            self.database, self.settings, due, now=self.now, stop=self.stop, apart=self._apart
        )
        report = result.crawl
        if not report.visits:
            return  # stopped before any source was done
        logger.info(
            "crawled %d sources: %d unchanged, %d failed; items: %d new, %d known; follow-ups opened: %d",
            len(report.visits),
            report.unchanged,
            len(report.failed),
            report.new,
            report.known,
            len(result.links.opened) + len(result.due),
        )
        for visit in report.visits:
            if visit.failure or visit.flaw:
                logger.warning("source %s: %s", visit.source.name, visit.failure or visit.flaw)

    async def _digest(self) -> None:
        now = self.now()
        self._started = min(self._started, now)  # later: the clock has been set back since
        to = self._recipients()
        if not to:
            return
        due = await due_recipients(self.database, to, started=self._started, now=now)
        if due:
            made = await make_digests(self.database, self.settings, due, now=now)
            for name, contents in made.items():
                told = f"{len(contents.followups)} follow-ups"
                logger.info("digest for %s: %s", name, "nothing new" if contents.quiet else told)
        sent = await send_outbox(self.database, self.settings, now=self.now, retry_now=False)
        for recipient in sent.to:
            logger.info("digest sent to %s", recipient)
        for failure in sent.failures:
            logger.warning("digest not sent, will be tried again: %s", failure)
        for failure in sent.refused:
            logger.error("digest refused: %s; chipwatch digest --send tries it again", failure)
