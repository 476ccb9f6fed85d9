"""What all fetches of one crawl share: a turn at each host, and how a crawl is stopped."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from crawler.failures import Stopped

R = TypeVar("R")


@dataclass
class Traffic:
    """One fetch at a time to a host with a pause between, so many at once over all; stopped in two steps."""

    stop: asyncio.Event  # no fetch begins any more
    concurrency: int = 32  # fetches at once, over all hosts
    slow: set[str] = field(default_factory=set)  # hosts that some fetch timed out at
    _given_up: bool = False
    _room: asyncio.Semaphore = field(init=False)
    _turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _free_at: dict[str, float] = field(default_factory=dict)  # loop time at which a host may be asked again
    _under_way: set[asyncio.Task[Any]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._room = asyncio.Semaphore(self.concurrency)

    async def take_turn(self, host: str, fetch: Callable[[], Awaitable[R]], *, pause: float = 0.0) -> R:
        """Run a fetch when the host is free, and leave the host alone for `pause` seconds after it.

        Raises `Stopped` if the crawl is stopped before or while it runs.
        """
        async with self._turns[host]:
            await self._wait_for(host)
            async with self._room:
                if self.stop.is_set() or self._given_up:
                    raise Stopped
                try:
                    return await self.unless_given_up(fetch)
                finally:
                    if pause:
                        self._free_at[host] = asyncio.get_running_loop().time() + pause

    def give_up(self) -> None:
        """Begin nothing any more, and let go of what is being fetched."""
        self._given_up = True
        for task in self._under_way:
            task.cancel()

    async def _wait_for(self, host: str) -> None:
        wait = self._free_at.get(host, 0.0) - asyncio.get_running_loop().time()
        if wait > 0 and not self.stop.is_set():
            stopped = asyncio.ensure_future(self.stop.wait())
            await asyncio.wait({stopped}, timeout=wait)
            stopped.cancel()

    async def unless_given_up(self, fetch: Callable[[], Awaitable[R]]) -> R:
        """Run something that may take long; raises `Stopped` if the crawl lets go of it."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - fetches run in tasks
        self._under_way.add(task)
        try:
            return await fetch()
        except asyncio.CancelledError:
            if not self._given_up:
                raise
            task.uncancel()
            raise Stopped from None
        finally:
            self._under_way.discard(task)
