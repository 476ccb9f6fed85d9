"""The daemon's turns: they go on whatever is done to the system's clock, by which APScheduler goes."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.base import BaseTrigger


class Ticks(BaseTrigger):  # type: ignore[misc]
    """Due again a tick after the last turn; a clock that jumps ahead, or a sleep, makes no turns to count.

    (APScheduler's own intervals go through every one that was missed: a year of them takes minutes.)
    """

    def __init__(self, tick: timedelta) -> None:
        self.tick = tick

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        """A tick from now."""
        return now + self.tick


async def turn_until(stop: asyncio.Event, scheduler: BaseScheduler, tick: timedelta) -> None:
    """Wait for `stop`; jobs that a clock which was set back has put off come now."""
    while not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), tick.total_seconds())
        now = datetime.now(UTC)
        for job in scheduler.get_jobs():
            if job.next_run_time - now > 2 * tick:
                job.modify(next_run_time=now)
