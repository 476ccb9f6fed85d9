"""The daemon in a test: its clock in the test's hand, its log to be waited for."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.daemon import Daemon
from scheduler.settings import Settings
from storage.engine import Database

BEFORE = datetime(2026, 11, 24, 7, 29, tzinfo=ZoneInfo("Asia/Tokyo"))  # a minute before the digest


@dataclass
class Clock:
    """Says what time it is, and can be waited for until it was asked."""

    time: datetime
    broken: bool = False
    asked: int = 0
    _again: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self) -> datetime:
        self.asked += 1
        self._again.set()
        if self.broken:
            raise RuntimeError("the clock is broken")
        return self.time

    async def looked_at(self) -> None:
        """Wait until both jobs have looked at the clock, after which at least one has acted on it."""
        wanted = self.asked + 3
        while self.asked < wanted:
            self._again.clear()
            await self._again.wait()


class Log(logging.Handler):
    """What the daemon tells, to be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._again = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.getMessage()}")
        self._again.set()

    async def tells(self, words: str, times: int = 1) -> None:
        """Wait until a line with these words has come so many times."""
        async with asyncio.timeout(30):
            while sum(words in line for line in self.lines) < times:
                self._again.clear()
                await self._again.wait()


@pytest.fixture
def log() -> Iterator[Log]:
    logger, handler = logging.getLogger("scheduler.daemon"), Log()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


@asynccontextmanager
async def running(database: Database, settings: Settings, clock: Clock) -> AsyncIterator[Daemon]:
    """The daemon at work for the length of the block; it must end in good order."""
    daemon = Daemon(database, settings, clock, tick=timedelta(milliseconds=50))
    task = asyncio.create_task(daemon.run())
    try:
        yield daemon
    finally:
        daemon.stop.set()
        async with asyncio.timeout(10):
            await task
