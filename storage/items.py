"""Items: each article stored once, however often and from however many sources it comes."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.insert import PARAMETERS, insert_new, storable
from storage.models import ItemRow, SightingRow
from storage.urls import canonical_url, is_web_url

MAX_TITLE = 500  # characters; a longer title is a text that lost its way
MAX_FEED_ID = 500  # bytes of a source's own id; of longer ones a hash is kept
TEASER = 400  # characters; an item with less text than this is worth a look at its own page
MAX_ARTICLE_FAILURES = 3
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
class ItemPage:
    """An item, and where its own page is."""

    id: int
    url: str


@dataclass(frozen=True)
class Stored:
    """What storing a source's entries did."""

    new: tuple[ItemPage, ...] = ()
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
    by_id = _by_feed_id(session, source_id, [one.entry.feed_id for one in unique if one.entry.feed_id])
    by_url = _by_url(session, [url for one in unique for url in (one.page, one.place)])
    # Those known by their id first: one that moved leaves its address to whoever has it now.
    unique.sort(key=lambda one: one.entry.feed_id not in by_id)
    fresh: dict[str, Entry] = {}
    sightings: list[tuple[int, Entry]] = []
    moved: list[tuple[ItemRow, str]] = []
    changed = 0
    for one in unique:
        known = by_url.get(one.url) or by_url.get(one.page) or by_url.get(one.place)
        row = by_id.get(one.entry.feed_id or "") or known
        if row is None:
            fresh[one.url] = one.entry
            continue
        sightings.append((row.id, one.entry))
        if row.source_id == source_id:
            if known is None:
                by_url.pop(row.canonical_url, None)
                row.url = one.entry.url
                moved.append((row, one.url))
                by_url[one.url] = row
            changed += _update(row, one.entry, now)
    _move(session, moved)
    new = _insert(session, source_id, fresh, now)
    sightings += [(item_id, fresh[url]) for url, item_id in new.items()]
    _see(session, source_id, sightings, now)
    return Stored(
        new=tuple(ItemPage(item_id, fresh[url].url) for url, item_id in new.items()),
        known=len(unique) - len(new),
        changed=changed,
    )


def _move(session: Session, moved: Sequence[tuple[ItemRow, str]]) -> None:
    """Give items their new addresses; one may take what another leaves, so all let go first."""
    for row, _ in moved:
        row.canonical_url = f"moved:{row.id}"
    session.flush()
    for row, url in moved:
        row.canonical_url = url
    session.flush()


def wanting_article(
    session: Session, source_ids: Collection[int], *, since: datetime, limit: int
) -> list[ItemPage]:
    """Items of these sources with a teaser only, first seen since then, whose own page is still to be read.

    Newest first; those that could not be fetched before come last, and not for ever.
    """
    query = (
        select(ItemRow.id, ItemRow.url)
        .where(
            ItemRow.source_id.in_(source_ids),
            ItemRow.article_asked_at.is_(None),
            ItemRow.article_failures < MAX_ARTICLE_FAILURES,
            func.length(ItemRow.text) < TEASER,
            ItemRow.first_seen >= since,
        )
        .order_by(ItemRow.article_failures, ItemRow.moment.desc(), ItemRow.id)
        .limit(limit)
    )
    return [ItemPage(item_id, url) for item_id, url in session.execute(query)]


def record_article_failure(session: Session, item_id: int) -> None:
    """Note that an item's own page could not be fetched; it is tried again at a later crawl."""
    row = session.get(ItemRow, item_id)
    if row is not None:
        row.article_failures += 1


def store_article(session: Session, item_id: int, text: str | None, now: datetime) -> None:
    """Keep the text of an item's own page, or that the page had none; the item waits for the linker again."""
    row = session.get(ItemRow, item_id)
    if row is None:
        return
    row.article_asked_at = now
    if text:
        row.article = storable(text)[:MAX_TEXT]
        row.linked_at = None


@dataclass(frozen=True)
class _Located:
    """An entry with the canonical URLs that it may be known by."""

    entry: Entry
    url: str  # that it gets if it is new: one of the other two
    page: str
    place: str  # with its fragment: on a page of many items


def _unique(entries: Iterable[Entry]) -> list[_Located]:
    """Each article once, in order; without what has no usable URL."""
    cut = [
        replace(
            entry,
            url=url,
            title=storable(entry.title)[:MAX_TITLE],
            text=storable(entry.text)[:MAX_TEXT],
            feed_id=_short(storable(entry.feed_id or "")) or None,
        )
        for entry in entries
        if is_web_url(url := storable(entry.url))
    ]
    places = [canonical_url(entry.url, keep_fragment=True) for entry in cut]
    pages = [place.partition("#")[0] for place in places]
    on_page = Counter(page for page, _ in set(zip(pages, places, strict=True)))
    ids = Counter(
        feed_id for feed_id, _ in {(e.feed_id, place) for e, place in zip(cut, places, strict=True)}
    )
    kept: dict[str, _Located] = {}
    for entry, page, place in zip(cut, pages, places, strict=True):
        # Many items on one page are told apart by their fragments.
        url = place if on_page[page] > 1 else page
        # An id that several entries share identifies none of them.
        mine = replace(entry, feed_id=None) if ids[entry.feed_id] > 1 else entry
        kept.setdefault(url, _Located(mine, url, page, place))
    return list(kept.values())


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


def _insert(session: Session, source_id: int, fresh: Mapping[str, Entry], now: datetime) -> dict[str, int]:
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
            "moment": entry.published or now,
            "article_failures": 0,
        }
        for url, entry in fresh.items()
    ]
    returned = insert_new(session, ItemRow, rows, [ItemRow.canonical_url, ItemRow.id])
    ids: dict[str, int] = dict(returned)
    return {url: ids[url] for url in fresh if url in ids}
