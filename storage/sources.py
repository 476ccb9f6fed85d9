"""What is remembered of each source between visits: validators, when it is due, how its last visit went."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.insert import insert_new
from storage.items import Entry, Stored, store_entries
from storage.models import ItemRow, SourceRow


@dataclass(frozen=True)
class KnownSource:
    """A source as the store remembers it."""

    id: int
    url: str
    name: str
    kind: str
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    asked_at: datetime | None
    answered_at: datetime | None
    due_at: datetime | None  # none: at once
    failures: int
    error: str | None
    items: int = 0


@dataclass(frozen=True)
class Answer:
    """A source answered: with entries, or with word that nothing changed (`entries` is None)."""

    entries: Sequence[Entry] | None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    flaw: str | None = None  # why the entries may not be all


def register(session: Session, sources: Iterable[tuple[str, str, str]]) -> dict[str, KnownSource]:
    """Make the (url, name, kind) of the settings known to the store; returns them by URL.

    A source is known by its URL: a new name or kind is taken over, a new URL is a new source.
    """
    wanted = {url: (name, kind) for url, name, kind in sources}
    insert_new(
        session,
        SourceRow,
        [{"url": url, "name": name, "kind": kind, "failures": 0} for url, (name, kind) in wanted.items()],
    )
    known = {}
    for row in session.scalars(select(SourceRow).where(SourceRow.url.in_(wanted))):
        name, kind = wanted[row.url]
        if row.kind != kind:
            row.etag = row.last_modified = row.body_hash = None  # it is read in another way now
        if (row.name, row.kind) != (name, kind):
            row.name, row.kind = name, kind
        known[row.url] = _known(row)
    return known


def list_sources(session: Session, urls: Iterable[str]) -> list[KnownSource]:
    """The sources with these URLs and how many items each brought first, in the order of the URLs."""
    counts = dict(session.execute(select(ItemRow.source_id, func.count()).group_by(ItemRow.source_id)).all())
    wanted = list(urls)
    rows = {row.url: row for row in session.scalars(select(SourceRow).where(SourceRow.url.in_(wanted)))}
    return [_known(rows[url], counts.get(rows[url].id, 0)) for url in wanted if url in rows]


def record_answer(
    session: Session, source_id: int, answer: Answer, *, interval: timedelta, now: datetime
) -> Stored:
    """Store what a source answered, in one transaction with the validators that stand for it."""
    row = session.get_one(SourceRow, source_id)
    row.asked_at = row.answered_at = now
    row.due_at = now + interval
    row.failures, row.error = 0, answer.flaw
    # A 304 may leave validators out; they stay those of the body that was read.
    row.etag = answer.etag or (row.etag if answer.entries is None else None)
    row.last_modified = answer.last_modified or (row.last_modified if answer.entries is None else None)
    if answer.entries is None:
        return Stored()
    row.body_hash = answer.body_hash
    return store_entries(session, source_id, answer.entries, now)


def record_failure(
    session: Session, source_id: int, reason: str, *, interval: timedelta, now: datetime
) -> None:
    """Remember that a visit failed, and why; the source is asked again after its interval."""
    row = session.get_one(SourceRow, source_id)
    row.asked_at = now
    row.due_at = now + interval
    row.failures += 1
    row.error = reason


def _known(row: SourceRow, items: int = 0) -> KnownSource:
    return KnownSource(
        id=row.id,
        url=row.url,
        name=row.name,
        kind=row.kind,
        etag=row.etag,
        last_modified=row.last_modified,
        body_hash=row.body_hash,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        due_at=row.due_at,
        failures=row.failures,
        error=row.error,
        items=items,
    )
