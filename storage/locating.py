"""By which addresses an entry may be known, and what of it can be stored."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from storage.entry import MAX_TEXT, MAX_TITLE, Entry
from storage.insert import storable
from storage.urls import canonical_url, is_web_url

MAX_FEED_ID = 500  # bytes of a source's own id; of longer ones a hash is kept


@dataclass(slots=True)
class Located:
    """An entry with the canonical URLs that it may be known by."""

    entry: Entry
    url: str  # that it gets if it is new: one of the other two
    page: str
    place: str  # with its fragment: on a page of many items


def located(entries: Iterable[Entry]) -> list[Located]:
    """Each article once, in order; without what has no usable URL."""
    cut = [usable for entry in entries if (usable := _storable(entry)) is not None]
    places = [canonical_url(entry.url, keep_fragment=True) for entry in cut]
    pages = [place.partition("#")[0] for place in places]
    on_page = Counter(page for page, place in set(zip(pages, places, strict=True)) if place != page)
    ids = Counter(
        feed_id for feed_id, _ in {(e.feed_id, place) for e, place in zip(cut, places, strict=True)}
    )
    shared = {feed_id for feed_id, count in ids.items() if count > 1}
    kept: dict[str, Located] = {}
    for entry, page, place in zip(cut, pages, places, strict=True):
        # Many items on one page are told apart by their fragments.
        url = place if on_page[page] > 1 else page
        if url not in kept:
            # An id that several entries share identifies none of them.
            mine = replace(entry, feed_id=None) if entry.feed_id in shared else entry
            kept[url] = Located(mine, url, page, place)
    return list(kept.values())


def _storable(entry: Entry) -> Entry | None:
    """The entry as it can be stored; none if its URL is unusable."""
    url = storable(entry.url)
    if not is_web_url(url):
        return None
    title, text = storable(entry.title)[:MAX_TITLE], storable(entry.text)[:MAX_TEXT]
    feed_id = _short(storable(entry.feed_id)) or None if entry.feed_id else None
    if (url, title, text, feed_id) == (entry.url, entry.title, entry.text, entry.feed_id):
        return entry
    return replace(entry, url=url, title=title, text=text, feed_id=feed_id)


def _short(feed_id: str) -> str:
    """The id, or for an endless one its hash: a database indexes short values only."""
    if len(feed_id) <= MAX_FEED_ID // 4 or len(feed_id.encode()) <= MAX_FEED_ID:
        return feed_id
    return hashlib.blake2b(feed_id.encode(), digest_size=16).hexdigest()
