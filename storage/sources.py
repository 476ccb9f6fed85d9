"""What is remembered of each source between visits, and the storing of what a visit gave."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from storage.entries import store_entries
from storage.entry import Entry
from storage.insert import insert_new
from storage.items import Stored
from storage.models import ItemRow, SourceRow

SLACK = timedelta(minutes=1)  # by which a time may lie ahead, as another process took it


@dataclass(frozen=True)
class Memory:
    """What one visit to a source leaves for the next. Meanings stand in `storage.models.SourceRow`."""

    address: str
    base: int  # seconds
    interval: int  # seconds
    moving_to: str | None = None
    moving_seen: int = 0
    etag: str | None = None
    last_modified: str | None = None
    validated_url: str | None = None
    body_hash: str | None = None
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    due_at: datetime | None = None
    due_why: str | None = None
    failures: int = 0
    weight: float = 0.0
    failing_since: datetime | None = None
    trouble: str | None = None
    error: str | None = None
    retired_at: datetime | None = None
    ttl: int | None = None  # seconds
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    counts: tuple[int, ...] = ()
    usual_entries: float | None = None
    newest_at: datetime | None = None
    usual_gap: int | None = None  # seconds
    longest_gap: int | None = None  # seconds

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to ask the source; a retired one is never due.

        One that was asked at a time to come was asked by a clock that was wrong.
        """
        if self.retired_at is not None:
            return False
        wrong = self.asked_at is not None and self.asked_at > now + SLACK
        return wrong or self.due_at is None or self.due_at <= now


@dataclass(frozen=True)
class KnownSource:
    """A source as the store remembers it."""

    id: int
    url: str  # as the settings have it
    name: str
    kind: str
    memory: Memory
    items: int = 0  # that it brought first


@dataclass(frozen=True)
class SourceSetting:
    """What the settings say of a source, as far as the store needs it."""

    url: str
    name: str
    kind: str
    interval: int  # seconds
    selectors: str = ""  # how a page is read; any text that differs when they do


@dataclass(frozen=True)
class Outcome:
    """A visit to be stored: its entries, none if it brought none, and what to remember then."""

    source_id: int
    entries: Sequence[Entry] | None
    remember: Callable[[Stored], Memory]
    backlog_before: datetime | None = None  # entries from before then are stored for the record only


_REMEMBERED = tuple(field.name for field in fields(Memory))


def register(session: Session, sources: Iterable[SourceSetting]) -> dict[str, KnownSource]:
    """Make the sources of the settings known to the store; returns them by URL.

    A source is known by its URL, or by the address that it has moved to: a new name, kind or interval is
    taken over, any other URL is a new source.
    """
    wanted = {source.url: source for source in sources}
    rows = {row.url: row for row in session.scalars(select(SourceRow).where(SourceRow.url.in_(wanted)))}
    missing = wanted.keys() - rows.keys()
    if missing:
        moved = select(SourceRow).where(SourceRow.address.in_(missing)).order_by(SourceRow.id)
        for row in session.scalars(moved):
            if row.url not in wanted and row.address not in rows:
                row.url = row.address  # the settings follow the move
                rows[row.url] = row
        session.flush()
        insert_new(
            session,
            SourceRow,
            [_new(wanted[url]) for url in wanted if url not in rows],
        )
        fresh = select(SourceRow).where(SourceRow.url.in_(missing - rows.keys()))
        rows |= {row.url: row for row in session.scalars(fresh)}
    for url, row in rows.items():
        _take_over(row, wanted[url])
    return {url: _known(rows[url]) for url in wanted if url in rows}


def _new(source: SourceSetting) -> dict[str, object]:
    memory = Memory(source.url, source.interval, source.interval)
    told = {"url": source.url, "name": source.name, "kind": source.kind, "selectors": source.selectors}
    return told | _columns(memory)


def _take_over(row: SourceRow, source: SourceSetting) -> None:
    if (row.kind, row.selectors) != (source.kind, source.selectors):
        row.etag = row.last_modified = row.body_hash = None  # it is read in another way now
        row.kind, row.selectors = source.kind, source.selectors
    if row.name != source.name:
        row.name = source.name
    if row.base != source.interval:
        row.base = row.interval = source.interval
        if row.retired_at is None:
            row.due_at, row.due_why = None, "the settings give it another interval"


def list_sources(session: Session, urls: Iterable[str]) -> list[KnownSource]:
    """The sources at these URLs and how many items each brought first, in the order of the URLs."""
    counts = dict(session.execute(select(ItemRow.source_id, func.count()).group_by(ItemRow.source_id)).all())
    wanted = list(urls)
    either = SourceRow.url.in_(wanted) | SourceRow.address.in_(wanted)
    found = session.scalars(select(SourceRow).where(either)).all()
    # Settings that follow a source to where it has moved are taken over by its next visit.
    rows = {row.address: row for row in found} | {row.url: row for row in found}
    return [replace(_known(rows[url], counts.get(rows[url].id, 0)), url=url) for url in wanted if url in rows]


def due_sources(session: Session, urls: Iterable[str], now: datetime) -> set[str]:
    """Which of these URLs are due, or not known yet.

    One that was asked at a time to come was asked by a clock that was wrong, and is due.
    """
    wanted = set(urls)
    waits = (SourceRow.due_at > now) & (SourceRow.asked_at.is_(None) | (SourceRow.asked_at <= now + SLACK))
    waiting = select(SourceRow.url).where(
        SourceRow.url.in_(wanted), SourceRow.retired_at.is_not(None) | waits
    )
    return wanted - set(session.scalars(waiting))


def record_outcomes(session: Session, outcomes: Sequence[Outcome], now: datetime) -> list[Stored]:
    """Store what visits brought, in one transaction with what stands for it; in the order given."""
    given = [(outcome.source_id, outcome.entries or (), outcome.backlog_before) for outcome in outcomes]
    stored = store_entries(session, given, now)
    rows = [
        {"id": outcome.source_id, **_columns(outcome.remember(found))}
        for outcome, found in zip(outcomes, stored, strict=True)
    ]
    if rows:
        session.execute(update(SourceRow), rows)
    return stored


def _columns(memory: Memory) -> dict[str, object]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(memory).items()}


def _known(row: SourceRow, items: int = 0) -> KnownSource:
    values = {name: getattr(row, name) for name in _REMEMBERED}
    memory = Memory(**{name: tuple(v) if isinstance(v, list) else v for name, v in values.items()})  # type: ignore[arg-type]
    return KnownSource(id=row.id, url=row.url, name=row.name, kind=row.kind, memory=memory, items=items)
