"""Parsing in a process of its own: what takes too long or too much is ended, while fetching goes on."""

import asyncio
import multiprocessing
import resource
import signal
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from crawler.parsing.errors import UnreadableError

if TYPE_CHECKING:
    from pebble import ProcessPool

R = TypeVar("R")

SECONDS = 30.0  # for one document
MEMORY = 1_500_000_000  # bytes of address space
TASKS = 500  # documents, after which the process is replaced: libraries keep what they once loaded


class Apart:
    """One process, started when it is first needed."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._pool: ProcessPool | None = None

    async def run(self, function: Callable[..., R], *args: Any) -> R:
        """Run a module's function there.

        Raises what it raises, and `UnreadableError` if it takes too long or too much.
        """
        from pebble import ProcessExpired, ProcessPool  # most crawls need none

        if self._pool is not None and not self._pool.active:
            self.close()  # its process was ended while it had nothing to do, after which it takes no more
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=1,
                max_tasks=TASKS,
                initializer=_begin,
                context=multiprocessing.get_context("spawn"),  # a forked one would keep the daemon's lock
            )
        future = self._pool.schedule(function, args=list(args), timeout=self.seconds)
        try:
            result: R = await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise UnreadableError(f"it takes longer than {self.seconds:.0f} s to read; refused") from error
        except (ProcessExpired, BrokenProcessPool, MemoryError) as error:
            raise UnreadableError("it takes too much memory to read; refused") from error
        return result

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None


@contextmanager
def at_hand(apart: Apart | None) -> Iterator[Apart]:
    """The process that the caller keeps, or one for the length of the block."""
    if apart is not None:
        yield apart
        return
    with closing(Apart()) as own:
        yield own


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
