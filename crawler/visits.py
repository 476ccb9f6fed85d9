"""The visits of one crawl: what each source gave, stored in batches and told to whoever watches."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crawler.failures import Failure
from crawler.outcome import Answer, after_answer, after_failure
from crawler.rhythm import Bounds
from crawler.sources import Source
from storage.engine import Database
from storage.items import Stored
from storage.sources import KnownSource, Memory, Outcome, record_outcomes

BATCH_ENTRIES = 5_000  # are written at once; it takes a quarter of a second, and other writers wait for it
MOST_WAITING = 10_000  # entries; then what answers waits, so that a flood of them does not fill the memory
GATHERING = 0.1  # seconds that the first of a batch waits for others: each transaction is synced to the disk


Found = Answer | Failure


@dataclass(frozen=True)
class Ask:
    """A source, and what is remembered of it."""

    source: Source
    known: KnownSource

    @property
    def memory(self) -> Memory:
        """What is remembered."""
        return self.known.memory


@dataclass(frozen=True)
class Visit:
    """How one source was found."""

    source: Source
    new: int = 0
    known: int = 0
    changed: int = 0
    backlog: int = 0  # of the new ones: too old for follow-ups when the source was first read
    unchanged: bool = False  # it said so itself, or sent the same bytes again
    failure: str | None = None
    flaw: str | None = None  # it answered, but perhaps not with all it has


@dataclass
class Visits:
    """Stores answers and counts them. All times come from `now`; to be used as `async with`.

    A visit is done, counted and told once it is committed; at the end of the block all are.
    """

    database: Database
    bounds: Bounds
    backlog: timedelta  # age from which entries of a source's first answer open no follow-ups
    now: Callable[[], datetime]
    tell: Callable[[Visit], None]
    abort: Callable[[], None]  # called when the database fails: the crawl cannot keep what it fetches
    done: list[Visit] = field(default_factory=list)
    trouble: Exception | None = None  # why what was fetched could not be kept

    async def __aenter__(self) -> "Visits":
        self._waiting: list[tuple[Ask, Found]] = []
        self._entries = 0  # of those that wait
        self._closing = False
        self._arrived = asyncio.Event()
        self._enough = asyncio.Event()  # waits to be written without waiting for more
        self._room = asyncio.Event()
        self._door = asyncio.Lock()
        self._writer = asyncio.create_task(self._write_all())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        self._arrived.set()
        self._enough.set()
        await self._writer

    async def found(self, ask: Ask, found: Found) -> None:
        """A source answered or failed; returns once that is on its way to the store."""
        async with self._door:
            while self._entries >= MOST_WAITING and self.trouble is None:
                self._room.clear()
                await self._room.wait()
            await asyncio.sleep(0)  # all who waited would go on in one turn of the loop
        self._waiting.append((ask, found))
        self._entries += len(found.entries or ()) if isinstance(found, Answer) else 0
        self._arrived.set()
        if self._entries >= BATCH_ENTRIES:
            self._enough.set()

    async def _write_all(self) -> None:
        while not self._closing or self._waiting:
            await self._arrived.wait()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._enough.wait(), GATHERING)
            batch, self._waiting, self._entries = self._waiting, [], 0
            if not self._closing:
                self._arrived.clear()
                self._enough.clear()
            self._room.set()
            if batch and self.trouble is None:
                await self._write(batch)

    async def _write(self, batch: list[tuple[Ask, Found]]) -> None:
        now = self.now()
        outcomes = [self._outcome(ask, found, now) for ask, found in batch]
        try:
            stored = await self.database.writing(record_outcomes, outcomes, now)
        except Exception as error:  # noqa: BLE001 - whatever it is, who waits for room in the queue must go on
            self.trouble = error
            self.abort()
            return
        for (ask, found), what in zip(batch, stored, strict=True):
            self._done(_visit(ask, found, what))

    def _outcome(self, ask: Ask, found: Found, now: datetime) -> Outcome:
        memory, url = ask.memory, ask.source.url
        if isinstance(found, Failure):
            failed = after_failure(memory, url, found, now)
            return Outcome(ask.known.id, None, lambda _: failed)
        return Outcome(
            ask.known.id,
            found.entries,
            lambda stored: after_answer(memory, url, found, stored, self.bounds, now),
            backlog_before=now - self.backlog if memory.answered_at is None else None,
        )

    def _done(self, visit: Visit) -> None:
        self.done.append(visit)
        self.tell(visit)


def _visit(ask: Ask, found: Found, stored: Stored) -> Visit:
    if isinstance(found, Failure):
        return Visit(ask.source, failure=found.reason)
    return Visit(
        ask.source,
        new=len(stored.new),
        known=stored.known,
        changed=stored.changed,
        backlog=stored.backlog,
        unchanged=found.entries is None,
        flaw=found.flaw,
    )
