"""Many passes of chipwatch in one process, as its daemon makes them: its memory, and its loop's lag.

    python -m benchmarks.collecting.passes FOLDER SERVER PASSES

FOLDER is a chipwatch folder with the feeds of SERVER as sources. The first pass finds all new; of the others
every second one finds a new entry in 5 % of the feeds, the rest find nothing. Prints a row a pass as JSON.
Needs /proc, as Linux has it.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.collecting.process import MEGABYTE
from benchmarks.collecting.web import Web
from scheduler.clock import utc_now
from scheduler.garbage import collect_less
from scheduler.jobs.crawl import crawl_and_link
from scheduler.settings import load_settings
from storage.engine import open_database

SHARE = 0.05  # of the feeds that publish before every second pass
NAP = 0.005  # seconds


@dataclass
class Lag:
    """How much later than asked for a sleeper on the event loop woke each time."""

    pauses: list[tuple[float, float]] = field(default_factory=list)  # seconds, and when they were over

    @property
    def worst(self) -> float:
        """The longest, in seconds."""
        return max((pause for pause, _ in self.pauses), default=0.0)


@contextmanager
def watched_loop() -> Iterator[Lag]:
    """Watch the running event loop for the length of the block."""
    lag = Lag()

    async def sleep_and_look() -> None:
        while True:
            start = time.perf_counter()
            await asyncio.sleep(NAP)
            woken = time.perf_counter()
            lag.pauses.append((woken - start - NAP, woken))

    task = asyncio.get_running_loop().create_task(sleep_and_look())
    try:
        yield lag
    finally:
        task.cancel()


@dataclass(frozen=True)
class Pass:
    """One pass over all feeds."""

    number: int
    kind: str
    seconds: float
    new: int  # items
    failed: int  # feeds
    reason: str  # why the first of them failed
    rss: float  # MB when it was done
    lag: float  # ms, the worst of the event loop


def resident() -> float:
    """MB of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


async def run(folder: Path, web: Web, count: int) -> list[Pass]:
    """Make the passes."""
    settings = load_settings(folder / "chipwatch.toml")
    passes = []
    with open_database(settings.database_url) as database:
        for number in range(1, count + 1):
            kind = "new" if number == 1 else "unchanged" if number % 2 == 0 else "5 % new"
            if kind == "5 % new":
                await asyncio.to_thread(web.publish, SHARE)
            start = time.perf_counter()
            with watched_loop() as lag:
                result = await crawl_and_link(
                    database, settings, settings.sources, now=utc_now, stop=asyncio.Event()
                )
            seconds = time.perf_counter() - start
            report = result.crawl
            reasons = [visit.failure or "" for visit in report.failed] or [""]
            failed, delay = len(report.failed), lag.worst * 1000
            passes.append(Pass(number, kind, seconds, report.new, failed, reasons[0], resident(), delay))
    return passes


def main() -> None:
    """Make the passes and print them."""
    collect_less()
    folder, base, count = sys.argv[1:]
    print(json.dumps([asdict(row) for row in asyncio.run(run(Path(folder), Web(base), int(count)))]))


if __name__ == "__main__":
    main()
