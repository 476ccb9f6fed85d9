"""What the spiders of one crawl share on their way out: a turn at each host, and how a crawl is stopped."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response


@dataclass
class Traffic:
    """One fetch at a time to a host, over all spiders; stopped in two steps.

    Scrapy's own limit a host does not hold without a reactor: it counts a transfer only once its task runs,
    by when all that wait were let through (held by tests/crawler/test_run.py). Its own stop drops what waits
    but neither ends what hangs nor a crawl that has not begun (tests/crawler/test_stopping.py).
    """

    stop: asyncio.Event  # no fetch begins any more
    concurrency: int = 32  # fetches at once, over all spiders
    giving_up: asyncio.Event = field(default_factory=asyncio.Event)  # fetches under way are let go
    slow: set[str] = field(default_factory=set)  # hosts that some fetch timed out at
    _room: asyncio.Semaphore = field(init=False)
    _turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    def __post_init__(self) -> None:
        self._room = asyncio.Semaphore(self.concurrency)

    async def take_turn(self, host: str, fetch: Callable[[], Coroutine[Any, Any, Response]]) -> Response:
        """Run a fetch when the host is free. Raises `DownloadCancelledError` if the crawl is stopped."""
        async with self._turns[host], self._room:
            if self.stop.is_set():
                raise DownloadCancelledError("stopped")
            return await self._unless_given_up(asyncio.ensure_future(fetch()))

    async def _unless_given_up(self, fetch: asyncio.Future[Response]) -> Response:
        given_up = asyncio.ensure_future(self.giving_up.wait())
        try:
            both: set[asyncio.Future[Any]] = {fetch, given_up}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if fetch.done():
                return fetch.result()
            raise DownloadCancelledError("stopped")
        finally:
            given_up.cancel()
            if not fetch.done():
                fetch.cancel()
                await asyncio.wait({fetch})
