"""The daemon goes on when the system's clock is set: back, ahead, and after a long sleep of the machine."""

import asyncio
import time
from datetime import datetime, timedelta, tzinfo

import pytest

from tests.scheduler.conftest import Folder
from tests.scheduler.running import BEFORE, Clock, Log, running

YEAR = timedelta(days=365)


class SystemClock(datetime):
    """The system's clock as it is set."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + cls.ahead


@pytest.fixture
def system_clock(monkeypatch: pytest.MonkeyPatch) -> type[SystemClock]:
    monkeypatch.setattr(SystemClock, "ahead", timedelta())
    for module in ("apscheduler.schedulers.base", "scheduler.ticks", "scheduler.daemon"):
        monkeypatch.setattr(f"{module}.datetime", SystemClock)
    return SystemClock


@pytest.mark.parametrize(
    "jumps", [[-timedelta(hours=1)], [YEAR], [YEAR, -YEAR]], ids=["back", "ahead", "ahead and back"]
)
def test_its_loop_turns_on(
    folder: Folder, log: Log, system_clock: type[SystemClock], jumps: list[timedelta]
) -> None:
    async def run() -> None:
        clock = Clock(BEFORE)
        async with running(database, folder.settings(""), clock):
            await log.tells("housekeeping: ")
            for jump in jumps:
                system_clock.ahead += jump
                async with asyncio.timeout(10):
                    await clock.looked_at()
                    await clock.looked_at()

    before = time.process_time()
    with folder.database() as database:
        asyncio.run(run())
    assert time.process_time() - before < 10
