"""Looking at a source without storing anything: what it gives, or why it gives nothing."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

import aiohttp

from crawler.failures import Failed, Failure, FetchFailed, Stopped, failure_of_status
from crawler.fetching.errors import failure_of_error
from crawler.fetching.fetcher import Fetched
from crawler.fetching.session import fetch_session
from crawler.options import CrawlOptions
from crawler.parsing.apart import Apart, at_hand
from crawler.parsing.document import Contents
from crawler.reading import Reader
from crawler.sources import Source
from storage.engine import Database

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Look:
    """What a source gave when it was looked at."""

    source: Source
    contents: Contents | None = None
    failure: Failure | None = None
    moved_to: str | None = None  # where permanent redirects led


@asynccontextmanager
async def looking(
    database: Database,
    options: CrawlOptions,
    *,
    now: Callable[[], datetime],
    stop: asyncio.Event | None = None,
    apart: Apart | None = None,
) -> AsyncIterator[Reader]:
    """A reader for looks; nothing but what is learnt of robots.txt is stored.

    `apart` is the process for slow parsing, if the caller keeps one.
    """
    async with fetch_session(database, options, now=now, stop=stop) as fetcher:
        with at_hand(apart) as apart:
            yield Reader(fetcher, apart)


async def look(source: Source, reader: Reader) -> Look:
    """Fetch and read a source once. Raises `Stopped` if the look is broken off."""
    try:
        fetched = await fetch(source.url, reader)
        contents = await reader.read(source, fetched, None)
    except Failed as error:
        return Look(source, failure=error.failure)
    except Stopped:
        raise
    except Exception as error:
        logger.warning("source %s: %s", source.url, error, exc_info=logger.isEnabledFor(logging.DEBUG))
        return Look(source, failure=Failure(f"could not be read ({failure_of_error(error).reason})"))
    moved = fetched.moved_to if fetched.moved_to != source.url else None
    return Look(source, contents, moved_to=moved)


async def answer(url: str, reader: Reader) -> Fetched:
    """An answer, whatever its status. Raises `FetchFailed` if there is none, and `Stopped`."""
    try:
        return await reader.fetcher.fetch(url)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        failure = failure_of_error(error)
        raise FetchFailed(failure.reason, failure.kind) from error


async def fetch(url: str, reader: Reader) -> Fetched:
    """A page that answers with 200. Raises `FetchFailed` for any other outcome, and `Stopped`."""
    return successful(await answer(url, reader), reader)


def successful(fetched: Fetched, reader: Reader) -> Fetched:
    """The answer if its status is 200. Raises `FetchFailed` that says what another one means."""
    if fetched.status != HTTPStatus.OK:
        now = reader.fetcher.now()
        failure = failure_of_status(fetched.status, fetched.headers.get("retry-after"), now)
        raise FetchFailed(failure.reason, failure.kind)
    return fetched


async def look_at_all(
    sources: Sequence[Source], reader: Reader, tell: Callable[[Look], None] = lambda _look: None
) -> list[Look]:
    """Look at each of the sources once, in the order given; `tell` is called as each is done."""
    looks: dict[str, Look] = {}

    async def one(source: Source) -> None:
        try:
            looks[source.url] = await look(source, reader)
        except Stopped:
            return
        tell(looks[source.url])

    async with asyncio.TaskGroup() as group:
        for source in sources:
            group.create_task(one(source))
    return [looks[source.url] for source in sources if source.url in looks]
