"""From what a feed says of an article to an entry: whole links, plain texts, dates in UTC."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crawler.parsing.document import Document, Wishes
from crawler.parsing.language import LOOKED_AT, language_of
from crawler.parsing.links import web_link
from crawler.parsing.text import believable, one_line, plain
from storage.entry import MAX_TEXT, MAX_TITLE, Entry
from storage.urls import is_web_url

MAX_ENTRIES = 20_000
_ITEMS = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]")
_WISH = re.compile(r"<(?:\w+:)?(ttl|updatePeriod|updateFrequency)>\s*([\w.]{1,20})\s*<")
_SKIPPED = re.compile(r"<(hour|day)>\s*(\w{1,10})\s*<")
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()


@dataclass
class RawEntry:
    """What a feed says of one article, as it stands there."""

    link: str = ""
    title: str = ""  # markup, as all texts are
    texts: list[str] = field(default_factory=list)
    moment: datetime | None = None
    feed_id: str = ""


def entry_of(raw: RawEntry, document: Document, declared: str) -> Entry | None:
    """An entry that can be stored; none for one without a title or an address."""
    feed_id = raw.feed_id.strip() or None
    url = web_link(document.url, raw.link)
    if url is None and feed_id and is_web_url(feed_id):
        url = web_link(document.url, feed_id)
    title = one_line(raw.title[: MAX_TITLE * 8])
    text = plain(max(raw.texts, key=len, default="")[: MAX_TEXT * 4])
    title = title or text[:120].replace("\n", " ")
    if not title or url is None:
        return None
    return Entry(
        url=url,
        title=title,
        text="" if text == title else text,
        language=language_of(f"{title} {text[:LOOKED_AT]}", declared or document.language),
        published=believable(raw.moment, document.now),
        feed_id=feed_id,
    )


def entries_of(raws: Iterable[RawEntry], document: Document, declared: str) -> list[Entry]:
    """The entries that can be stored, in order."""
    return [entry for raw in raws if (entry := entry_of(raw, document, declared)) is not None]


def wishes_of(text: str) -> Wishes:
    """When a feed wants to be asked again, by RSS 2.0 (`ttl`, `skipHours`, `skipDays`) and the syndication
    module of RSS 1.0 (`updatePeriod`, `updateFrequency`).
    """
    first = _ITEMS.search(text)
    head = text[: min(first.start() if first else len(text), 20_000)]
    said = {name: value.lower() for name, value in _WISH.findall(head)}
    ttl = _number(said.get("ttl", ""))
    wait = timedelta(minutes=min(ttl, 525_600)) if ttl else None
    if wait is None and said.get("updatePeriod") in _PERIODS:
        wait = _PERIODS[said["updatePeriod"]] / max(1, _number(said.get("updateFrequency", "")) or 1)
    skipped = _SKIPPED.findall(head) if "<skip" in head else []
    hours = frozenset(
        n % 24 for name, value in skipped if name == "hour" and (n := _number(value)) is not None
    )
    days = frozenset(_DAYS.index(value.lower()) for name, value in skipped if value.lower() in _DAYS)
    return Wishes(wait, hours if len(hours) < 24 else frozenset(), days if len(days) < 7 else frozenset())


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
