"""Storing entries: each article once, however often and from however many sources it comes.

An entry is known by its source's own id of it, by its canonical URL, or as an item that was trimmed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, select, update
from sqlalchemy.orm import Session

from storage.entry import Entry
from storage.insert import PARAMETERS, insert_new
from storage.items import ItemPage, Stored
from storage.locating import Located, located
from storage.models import ItemRow, SightingRow, SourceRow
from storage.trimming import trimmed_among, trimmed_keys
from storage.urls import canonical_url

Given = tuple[int, Sequence[Entry], datetime | None]  # source, its entries, its backlog ends where


def store_entries(session: Session, given: Sequence[Given], now: datetime) -> list[Stored]:
    """Store what is new of sources' entries and update what changed; safe to run twice.

    Returns what it did for each source, in the order given. Only the source that brought an item first
    changes its title and text, so that two sources that word it differently do not take turns. Where a time
    is given with a source, new entries that came out before it are marked as backlog: they are never linked.
    """
    arrivals = [_Arrival(source, located(entries), before) for source, entries, before in given]
    if not any(arrival.located for arrival in arrivals):
        return [Stored() for _ in arrivals]
    store = _Store(session, now)
    store.look_up(arrivals)
    for arrival in arrivals:
        store.sort(arrival)
    store.write(arrivals)
    return [arrival.stored() for arrival in arrivals]


@dataclass
class _Known:
    """A stored item, as far as it is compared."""

    id: int
    source_id: int
    url: str
    canonical_url: str
    title: str
    text: str
    backlog: bool


@dataclass
class _Arrival:
    """One source's entries, and what becomes of them."""

    source: int
    located: list[Located]
    backlog_before: datetime | None
    fresh: dict[str, Entry] = field(default_factory=dict)
    new: list[ItemPage] = field(default_factory=list)
    changed: int = 0
    backlog: int = 0

    def is_backlog(self, entry: Entry) -> bool:
        """Whether a new entry is too old to open follow-ups."""
        before = self.backlog_before
        return before is not None and entry.published is not None and entry.published < before

    def stored(self) -> Stored:
        """What was done."""
        return Stored(tuple(self.new), len(self.located) - len(self.new), self.changed, self.backlog)


class _Store:
    """What one transaction of storing finds and changes."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self.by_url: dict[str, _Known] = {}
        self.by_id: dict[tuple[int, str], _Known] = {}
        self.trimmed: set[str] = set()
        self.updates: dict[int, dict[str, Any]] = {}  # by item
        self.moves: list[tuple[_Known, str, str]] = []
        self.seen: dict[tuple[int, int], str | None] = {}  # source, item: the source's id of it
        self.coming: dict[str, list[tuple[int, str | None]]] = {}  # of what is new, by URL: who names it

    def look_up(self, arrivals: Sequence[_Arrival]) -> None:
        """Find which of the entries are stored."""
        urls = {url for a in arrivals for one in a.located for url in (one.page, one.place)}
        columns = (
            ItemRow.id,
            ItemRow.source_id,
            ItemRow.url,
            ItemRow.canonical_url,
            ItemRow.title,
            ItemRow.text,
            ItemRow.backlog,
        )
        for row in self._in_parts(select(*columns), ItemRow.canonical_url, urls):
            self.by_url[row.canonical_url] = _Known(*row)
        items = {known.id: known for known in self.by_url.values()}
        sources = self._read_before([a.source for a in arrivals])
        ids = {
            one.entry.feed_id
            for a in arrivals
            if a.source in sources
            for one in a.located
            if one.entry.feed_id
        }
        query = (
            select(SightingRow.source_id, SightingRow.feed_id, *columns)
            .join(ItemRow, ItemRow.id == SightingRow.item_id)
            .where(SightingRow.source_id.in_(sources))
        )
        for source, feed_id, *row in self._in_parts(query, SightingRow.feed_id, ids):
            self.by_id[source, feed_id] = items.setdefault(row[0], _Known(*row))
        self.trimmed = trimmed_among(
            self.session,
            (key for a in arrivals for one in a.located for key in _keys(a.source, one)),
        )

    def _read_before(self, sources: Sequence[int]) -> set[int]:
        """Those of the sources that brought anything yet: of the others no id is known."""
        any_sighting = exists().where(SightingRow.source_id == SourceRow.id)
        return set(self.session.scalars(select(SourceRow.id).where(SourceRow.id.in_(sources), any_sighting)))

    def sort(self, arrival: _Arrival) -> None:
        """Decide what each entry of a source is: new, known, changed or moved."""
        source = arrival.source
        # Those known by their id first: one that moved leaves its address to whoever has it now.
        arrival.located.sort(key=lambda one: (source, one.entry.feed_id) not in self.by_id)
        for one in arrival.located:
            known = self._at(one)
            named = self.by_id.get((source, one.entry.feed_id or ""))
            row = named or known
            if row is None:
                self._sort_unknown(arrival, one)
                continue
            if row is not named or one.entry.feed_id is None:
                self.seen[source, row.id] = one.entry.feed_id
            if row.source_id == source:
                if known is None:
                    self.by_url.pop(row.canonical_url, None)
                    self.moves.append((row, one.entry.url, one.url))
                    row.url, row.canonical_url = one.entry.url, one.url
                    self.by_url[one.url] = row
                arrival.changed += self._update(row, one.entry)

    def _at(self, one: Located) -> _Known | None:
        """The item at an entry's address."""
        known = self.by_url.get(one.url) or self.by_url.get(one.place)
        if known is None:
            alone = self.by_url.get(one.page)
            # Of many items on a page, the one that was alone on it before is told by its fragment.
            if alone is not None and canonical_url(alone.url, keep_fragment=True) == one.place:
                return alone
        return known

    def _sort_unknown(self, arrival: _Arrival, one: Located) -> None:
        if self.trimmed and not self.trimmed.isdisjoint(_keys(arrival.source, one)):
            return
        if one.url in self.coming:
            self.coming[one.url].append((arrival.source, one.entry.feed_id))
            return
        self.coming[one.url] = [(arrival.source, one.entry.feed_id)]
        arrival.fresh[one.url] = one.entry

    def _update(self, row: _Known, entry: Entry) -> bool:
        text = entry.text or row.text
        if (row.title, row.text) == (entry.title, text):
            return False
        row.title, row.text = entry.title, text
        change = self.updates.setdefault(row.id, {"id": row.id, "changed_at": self.now})
        change |= {"title": entry.title, "text": text}
        if entry.language:
            change["language"] = entry.language
        if not row.backlog:
            change["linked_at"] = None
        return True

    def write(self, arrivals: Sequence[_Arrival]) -> None:
        """Make it so."""
        self._move()
        changes = self.updates.values()
        for keys in {frozenset(change) for change in changes}:
            self.session.execute(update(ItemRow), [change for change in changes if change.keys() == keys])
        self._see()
        ids = self._insert(arrivals)
        rows = []
        for arrival in arrivals:
            for url, entry in arrival.fresh.items():
                if url not in ids:
                    continue
                arrival.new.append(ItemPage(ids[url], entry.url))
                arrival.backlog += arrival.is_backlog(entry)
                rows += [
                    {"item_id": ids[url], "source_id": source, "feed_id": feed_id, "seen_at": self.now}
                    for source, feed_id in self.coming[url]
                ]
        insert_new(self.session, SightingRow, rows)

    def _move(self) -> None:
        """Give items their new addresses; one may take what another leaves, so all let go first."""
        if not self.moves:
            return
        let_go = [{"id": row.id, "canonical_url": f"moved:{row.id}"} for row, _, _ in self.moves]
        self.session.execute(update(ItemRow), let_go)
        taken = [{"id": row.id, "url": url, "canonical_url": place} for row, url, place in self.moves]
        self.session.execute(update(ItemRow), taken)

    def _see(self) -> None:
        """Note under which ids sources have items that were known by their URLs."""
        if not self.seen:
            return
        # Not by pairs: PostgreSQL reads each pair as a condition of its own, and takes only some thousands.
        query = select(SightingRow.source_id, SightingRow.item_id, SightingRow.feed_id).where(
            SightingRow.source_id.in_({source for source, _ in self.seen})
        )
        found = self._in_parts(query, SightingRow.item_id, {item for _, item in self.seen})
        stored: dict[tuple[int, int], str | None] = {(s, i): feed_id for s, i, feed_id in found}
        changed = [
            {"source_id": source, "item_id": item, "feed_id": feed_id}
            for (source, item), feed_id in self.seen.items()
            if feed_id and (source, item) in stored and stored[source, item] != feed_id
        ]
        if changed:  # two items may have exchanged theirs, so all let go first
            self.session.execute(update(SightingRow), [{**row, "feed_id": None} for row in changed])
            self.session.execute(update(SightingRow), changed)
        rows = [
            {"item_id": item, "source_id": source, "feed_id": feed_id, "seen_at": self.now}
            for (source, item), feed_id in self.seen.items()
            if (source, item) not in stored
        ]
        insert_new(self.session, SightingRow, rows)

    def _insert(self, arrivals: Sequence[_Arrival]) -> Mapping[str, int]:
        rows = [
            {
                "source_id": arrival.source,
                "url": entry.url,
                "canonical_url": url,
                "title": entry.title,
                "text": entry.text,
                "language": entry.language,
                "published": entry.published,
                "first_seen": self.now,
                "moment": entry.published or self.now,
                "article_failures": 0,
                "backlog": arrival.is_backlog(entry),
                "linked_at": self.now if arrival.is_backlog(entry) else None,
            }
            for arrival in arrivals
            for url, entry in arrival.fresh.items()
        ]
        if not rows:
            return {}
        # Asking for each new id as it is inserted costs more than all the rest.
        last = self.session.scalar(select(func.max(ItemRow.id))) or 0
        insert_new(self.session, ItemRow, rows)
        fresh = select(ItemRow.canonical_url, ItemRow.id).where(ItemRow.id > last)
        return {url: item for url, item in self.session.execute(fresh)}  # noqa: C416 - rows are no pairs

    def _in_parts(self, query: Select[*tuple[Any, ...]], column: Any, values: Iterable[Any]) -> Iterable[Any]:
        wanted = sorted(values)
        for start in range(0, len(wanted), PARAMETERS):
            part = query.where(column.in_(wanted[start : start + PARAMETERS]))
            yield from self.session.execute(part)


def _keys(source: int, one: Located) -> set[str]:
    """What an entry is known by if its item was trimmed."""
    return trimmed_keys((one.url, one.place), [(source, one.entry.feed_id)])
