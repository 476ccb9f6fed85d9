"""How long the event loop pauses while what waits in a database is linked, in a process of its own.

    python -m benchmarks.scale.pauses URL [--no-vectors]

Nothing that linking needs is imported before: it is loaded as in a crawl. Prints the figures as JSON.
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from benchmarks.collecting.passes import watched_loop
from scheduler.clock import utc_now
from scheduler.garbage import collect_less
from storage.engine import open_database
from storage.linking.waiting import link_waiting

if TYPE_CHECKING:
    from storage.linking.encoder import Encoder
    from storage.linking.names import Vocabulary

LONG = 0.1  # seconds within which the loop is to answer


@dataclass(frozen=True)
class Watched:
    """What was seen of a run of the linker."""

    linked: int  # items
    seconds: float
    naps: int  # of the sleeper that watches the loop
    longest: list[tuple[float, float]]  # the five longest pauses in ms, and at which second they were over
    long: int  # pauses over 100 ms
    usual: float  # ms that 99 % of the pauses are shorter than


def vocabulary() -> "Vocabulary":
    """The names, loaded when they are asked for."""
    from storage.linking.names import default_vocabulary

    return default_vocabulary()


def encoder() -> "Encoder | None":
    """The model, loaded when it is asked for."""
    from storage.linking.encoder import default_encoder

    return default_encoder()


async def watch(url: str, *, vectors: bool) -> Watched:
    """Link all that waits."""
    with open_database(url) as database:
        start = time.perf_counter()
        with watched_loop() as lag:
            report = await link_waiting(
                database,
                vocabulary,
                encoder if vectors else lambda: None,
                now=utc_now,
                stopped=lambda: False,
            )
        pauses = sorted(((pause * 1000, when - start) for pause, when in lag.pauses), reverse=True)
        return Watched(
            report.linked,
            time.perf_counter() - start,
            len(pauses),
            pauses[:5],
            sum(pause > LONG * 1000 for pause, _ in pauses),
            pauses[len(pauses) // 100][0],
        )


if __name__ == "__main__":
    collect_less()
    print(json.dumps(asdict(asyncio.run(watch(sys.argv[1], vectors="--no-vectors" not in sys.argv)))))
