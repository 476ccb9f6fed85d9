"""The visits of one crawl: what each source gave, stored as it comes, and told to whoever watches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crawler.sources import Source
from storage.engine import Database
from storage.items import Entry, NewItem, store_article
from storage.sources import Answer, KnownSource, record_answer, record_failure

TEASER = 400  # characters; an entry with less text than this is worth a look at its article


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
    articles_left: int
    done: list[Visit] = field(default_factory=list)

    async def answered(
        self,
        ask: Ask,
        entries: Sequence[Entry] | None,
        *,
        etag: str | None,
        last_modified: str | None,
        body_hash: str | None = None,
        flaw: str | None = None,
    ) -> Sequence[NewItem]:
        """A source answered; returns what was new in it, once that is committed."""
        answer = Answer(entries, etag=etag, last_modified=last_modified, body_hash=body_hash, flaw=flaw)
        stored = await self.database.writing(
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
        return stored.new

    async def failed(self, ask: Ask, reason: str) -> None:
        """A source could not be fetched or read."""
        await self.database.writing(
            record_failure, ask.known.id, reason, interval=ask.source.interval, now=self.now()
        )
        self._done(Visit(ask.source, failure=reason))

    def wanting_article(self, new: Sequence[NewItem]) -> list[NewItem]:
        """The new items whose own page is to be fetched: newest first, within what is left of the budget."""
        teasers = [item for item in new if len(item.text) < TEASER]
        teasers.sort(key=lambda item: item.published.timestamp() if item.published else 0.0, reverse=True)
        chosen = teasers[: self.articles_left]
        self.articles_left -= len(chosen)
        return chosen

    async def article(self, item: NewItem, text: str | None) -> None:
        """The text of an item's own page, or none."""
        await self.database.writing(store_article, item.id, text, self.now())

    def _done(self, visit: Visit) -> None:
        self.done.append(visit)
        self.tell(visit)
