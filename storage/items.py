"""Items: each article stored once, however often and from however many sources it comes."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.insert import PARAMETERS, insert_new, storable
from storage.models import ItemRow, SightingRow
from storage.urls import canonical_url, is_web_url

MAX_TITLE = 500  # characters; a longer title is a text that lost its way
MAX_FEED_ID = 500  # bytes of a source's own id; of longer ones a hash is kept
MAX_TEXT = 50_000  # characters of an item's text that are kept


@dataclass(frozen=True)
class Entry:
    """One article as a source gives it."""

    url: str
    title: str
    text: str = ""
    language: str = ""  # ISO 639-1, "" where it cannot be told
    published: datetime | None = None  # aware
    feed_id: str | None = None  # the source's own id of it


@dataclass(frozen=True)
class NewItem:
    """An item that was not in the store before."""

    id: int
    url: str
    text: str
    published: datetime | None


@dataclass(frozen=True)
class Stored:
    """What storing a source's entries did."""

    new: tuple[NewItem, ...] = ()
    known: int = 0
    changed: int = 0  # of the known ones


def store_entries(session: Session, source_id: int, entries: Iterable[Entry], now: datetime) -> Stored:
    """Store what is new of a source's entries and update what changed; safe to run twice.

    An entry is known by the source's own id of it or by its canonical URL. Only the source that brought an
    item first changes its title and text, so that two sources that word it differently do not take turns.
    """
    unique = _unique(entries)
    if not unique:
        return Stored()
    by_id = _by_feed_id(session, source_id, [entry.feed_id for _, entry in unique if entry.feed_id])
    by_url = _by_url(session, [url for _, entry in unique for url in _addresses(entry)])
    # Those known by their id first: one that moved leaves its address to whoever has it now.
    unique.sort(key=lambda pair: pair[1].feed_id not in by_id)
    fresh: list[tuple[str, Entry]] = []
    sightings: list[tuple[int, Entry]] = []
    changed = 0
    for url, entry in unique:
        known = by_url.get(url) or next((by_url[u] for u in _addresses(entry) if u in by_url), None)
        row = by_id.get(entry.feed_id or "") or known
        if row is None:
            fresh.append((url, entry))
            continue
        sightings.append((row.id, entry))
        if row.source_id == source_id:
            if known is None:
                by_url.pop(row.canonical_url, None)
                row.url, row.canonical_url = entry.url, url
                by_url[url] = row
            changed += _update(row, entry, now)
    session.flush()
    new = _insert(session, source_id, fresh, now)
    wanted = dict(fresh)
    sightings += [(item_id, wanted[url]) for url, item_id in new.items()]
    _see(session, source_id, sightings, now)
    return Stored(
        new=tuple(
            NewItem(item_id, wanted[url].url, wanted[url].text, wanted[url].published)
            for url, item_id in new.items()
        ),
        known=len(unique) - len(new),
        changed=changed,
    )


def store_article(session: Session, item_id: int, text: str | None, now: datetime) -> None:
    """Keep the text of an item's own page, or that the page had none; the item waits for the linker again."""
    row = session.get(ItemRow, item_id)
    if row is None:
        return
    row.article_asked_at = now
    if text:
        row.article = storable(text)[:MAX_TEXT]
        row.linked_at = None


def _unique(entries: Iterable[Entry]) -> list[tuple[str, Entry]]:
    """Entries with their canonical URLs, each article once, in order; without what has no usable URL."""
    cut = [
        replace(
            entry,
            url=storable(entry.url),
            title=storable(entry.title)[:MAX_TITLE],
            text=storable(entry.text)[:MAX_TEXT],
            feed_id=_short(storable(entry.feed_id or "")) or None,
        )
        for entry in entries
        if is_web_url(storable(entry.url))
    ]
    ids = Counter(entry.feed_id for entry in cut)
    pages = Counter(canonical_url(entry.url) for entry in cut)
    kept: dict[str, Entry] = {}
    for entry in cut:
        page, place = _addresses(entry)
        # Many items on one page are told apart by their fragments.
        url = place if pages[page] > 1 else page
        # An id that several entries share identifies none of them.
        kept.setdefault(url, replace(entry, feed_id=None) if ids[entry.feed_id] > 1 else entry)
    return list(kept.items())


def _addresses(entry: Entry) -> tuple[str, str]:
    """The canonical URLs that an entry may be known by: that of its page, and of its place on the page."""
    return canonical_url(entry.url), canonical_url(entry.url, keep_fragment=True)


def _short(feed_id: str) -> str:
    """The id, or for an endless one its hash: a database indexes short values only."""
    if len(feed_id.encode()) <= MAX_FEED_ID:
        return feed_id
    return hashlib.blake2b(feed_id.encode(), digest_size=16).hexdigest()


def _by_feed_id(session: Session, source_id: int, feed_ids: Sequence[str]) -> dict[str, ItemRow]:
    query = (
        select(SightingRow.feed_id, ItemRow)
        .join(ItemRow, ItemRow.id == SightingRow.item_id)
        .where(SightingRow.source_id == source_id, SightingRow.feed_id.in_(feed_ids))
    )
    return {feed_id: row for feed_id, row in session.execute(query) if feed_id is not None}


def _by_url(session: Session, urls: Sequence[str]) -> dict[str, ItemRow]:
    wanted = list(dict.fromkeys(urls))
    found: dict[str, ItemRow] = {}
    for start in range(0, len(wanted), PARAMETERS):
        query = select(ItemRow).where(ItemRow.canonical_url.in_(wanted[start : start + PARAMETERS]))
        found |= {row.canonical_url: row for row in session.scalars(query)}
    return found


def _update(row: ItemRow, entry: Entry, now: datetime) -> bool:
    text = entry.text or row.text
    if (row.title, row.text) == (entry.title, text):
        return False
    row.title, row.text, row.language = entry.title, text, entry.language or row.language
    row.changed_at, row.linked_at = now, None
    return True


def _see(session: Session, source_id: int, seen: Sequence[tuple[int, Entry]], now: datetime) -> None:
    """Note under which ids the source has these items at present."""
    ids = {item_id: entry.feed_id for item_id, entry in seen}
    known = session.scalars(
        select(SightingRow).where(SightingRow.source_id == source_id, SightingRow.item_id.in_(ids))
    )
    changed = [row for row in known if ids[row.item_id] and row.feed_id != ids[row.item_id]]
    for row in changed:
        row.feed_id = None  # two items may have exchanged theirs
    session.flush()
    for row in changed:
        row.feed_id = ids[row.item_id]
    session.flush()
    rows = [
        {"item_id": item_id, "source_id": source_id, "feed_id": feed_id, "seen_at": now}
        for item_id, feed_id in ids.items()
    ]
    insert_new(session, SightingRow, rows)


def _insert(
    session: Session, source_id: int, fresh: Sequence[tuple[str, Entry]], now: datetime
) -> dict[str, int]:
    rows = [
        {
            "source_id": source_id,
            "url": entry.url,
            "canonical_url": url,
            "title": entry.title,
            "text": entry.text,
            "language": entry.language,
            "published": entry.published,
            "first_seen": now,
        }
        for url, entry in fresh
    ]
    returned = insert_new(session, ItemRow, rows, [ItemRow.canonical_url, ItemRow.id])
    ids: dict[str, int] = dict(returned)
    return {url: ids[url] for url, _ in fresh if url in ids}
