"""The visits of one crawl: what each source gave, stored as it comes, and told to whoever watches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from crawler.sources import Source
from storage.engine import Database
from storage.errors import StorageError
from storage.items import Entry, ItemPage, record_article_failure, store_article
from storage.sources import Answer, KnownSource, record_answer, record_failure

R = TypeVar("R")


@dataclass(frozen=True)
class Ask:
    """A source, and what is remembered of it."""

    source: Source
    known: KnownSource


@dataclass(frozen=True)
class Visit:
    """How one source was found."""

    source: Source
    new: int = 0
    known: int = 0
    changed: int = 0
    unchanged: bool = False  # it said so itself, or sent the same bytes again
    failure: str | None = None
    flaw: str | None = None  # it answered, but perhaps not with all it has


@dataclass
class Visits:
    """Stores answers and counts them. All times come from `now`."""

    database: Database
    now: Callable[[], datetime]
    tell: Callable[[Visit], None]
    done: list[Visit] = field(default_factory=list)
    trouble: StorageError | None = None  # the database's own: the crawl cannot keep what it fetches

    async def answered(
        self,
        ask: Ask,
        entries: Sequence[Entry] | None,
        *,
        etag: str | None,
        last_modified: str | None,
        body_hash: str | None = None,
        flaw: str | None = None,
    ) -> None:
        """A source answered; returns once what it gave is committed."""
        answer = Answer(entries, etag=etag, last_modified=last_modified, body_hash=body_hash, flaw=flaw)
        stored = await self._writing(
            record_answer, ask.known.id, answer, interval=ask.source.interval, now=self.now()
        )
        self._done(
            Visit(
                ask.source,
                new=len(stored.new),
                known=stored.known,
                changed=stored.changed,
                unchanged=entries is None,
                flaw=flaw,
            )
        )

    async def failed(self, ask: Ask, reason: str) -> None:
        """A source could not be fetched or read."""
        await self._writing(
            record_failure, ask.known.id, reason, interval=ask.source.interval, now=self.now()
        )
        self._done(Visit(ask.source, failure=reason))

    async def article(self, page: ItemPage, text: str | None) -> None:
        """The text of an item's own page, or that it has none."""
        await self._writing(store_article, page.id, text, self.now())

    async def article_failed(self, page: ItemPage) -> None:
        """An item's own page could not be fetched."""
        await self._writing(record_article_failure, page.id)

    async def _writing(self, function: Callable[..., R], *args: Any, **kwargs: Any) -> R:
        try:
            return await self.database.writing(function, *args, **kwargs)
        except StorageError as error:
            self.trouble = self.trouble or error
            raise

    def _done(self, visit: Visit) -> None:
        self.done.append(visit)
        self.tell(visit)
