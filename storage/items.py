"""Items: each article stored once, however often and from however many sources it comes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.insert import insert_new, storable
from storage.models import ItemRow, SightingRow
from storage.urls import canonical_url

MAX_TITLE = 500  # characters; a longer title is a text that lost its way
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
    by_url = _by_url(session, [url for url, _ in unique])
    fresh: list[tuple[str, Entry]] = []
    sightings: list[tuple[int, Entry]] = []
    changed = 0
    for url, entry in unique:
        row = by_id.get(entry.feed_id or "") or by_url.get(url)
        if row is None:
            fresh.append((url, entry))
            continue
        sightings.append((row.id, entry))
        if row.source_id == source_id and _update(row, url, entry, moved=url not in by_url, now=now):
            by_url[url] = row
            changed += 1
    session.flush()
    new = _insert(session, source_id, fresh, now)
    wanted = dict(fresh)
    sightings += [(item_id, wanted[url]) for url, item_id in new.items()]
    insert_new(
        session,
        SightingRow,
        [
            {"item_id": item_id, "source_id": source_id, "feed_id": entry.feed_id, "seen_at": now}
            for item_id, entry in sightings
        ],
    )
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
    """Entries with their canonical URLs, each article once, in order."""
    cut = [
        replace(
            entry,
            url=storable(entry.url),
            title=storable(entry.title)[:MAX_TITLE],
            text=storable(entry.text)[:MAX_TEXT],
            feed_id=storable(entry.feed_id or "") or None,
        )
        for entry in entries
    ]
    urls = [canonical_url(entry.url) for entry in cut]
    ids = Counter(entry.feed_id for entry in cut)
    pages = Counter(urls)
    kept: dict[str, Entry] = {}
    for page, entry in zip(urls, cut, strict=True):
        # Many items on one page are told apart by their fragments.
        url = canonical_url(entry.url, keep_fragment=True) if pages[page] > 1 else page
        # An id that several entries share identifies none of them.
        kept.setdefault(url, replace(entry, feed_id=None) if ids[entry.feed_id] > 1 else entry)
    return list(kept.items())


def _by_feed_id(session: Session, source_id: int, feed_ids: Sequence[str]) -> dict[str, ItemRow]:
    query = (
        select(SightingRow.feed_id, ItemRow)
        .join(ItemRow, ItemRow.id == SightingRow.item_id)
        .where(SightingRow.source_id == source_id, SightingRow.feed_id.in_(feed_ids))
    )
    return {feed_id: row for feed_id, row in session.execute(query) if feed_id is not None}


def _by_url(session: Session, urls: Sequence[str]) -> dict[str, ItemRow]:
    query = select(ItemRow).where(ItemRow.canonical_url.in_(urls))
    return {row.canonical_url: row for row in session.scalars(query)}


def _update(row: ItemRow, url: str, entry: Entry, *, moved: bool, now: datetime) -> bool:
    if row.canonical_url != url and moved:
        row.url, row.canonical_url = entry.url, url
    text = entry.text or row.text
    if (row.title, row.text) == (entry.title, text):
        return False
    row.title, row.text, row.language = entry.title, text, entry.language or row.language
    row.changed_at, row.linked_at = now, None
    return True


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
