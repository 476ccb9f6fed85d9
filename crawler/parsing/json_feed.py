"""JSON Feed, https://www.jsonfeed.org/version/1.1/, to entries."""

import html
import json
from datetime import timedelta
from typing import Any

from crawler.parsing.document import Contents, Document, Wishes
from crawler.parsing.entry import MAX_ENTRIES, RawEntry, entries_of
from crawler.parsing.errors import UnreadableError
from crawler.parsing.text import moment_of

_VERSION = "jsonfeed.org/version/"


def parse_json_feed(text: str, document: Document) -> Contents:
    """The entries of a JSON Feed. Raises `UnreadableError` if it is JSON of another kind, or none."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"not a feed: JSON that cannot be read ({str(error)[:100]})") from error
    if not isinstance(feed, dict) or _VERSION not in str(feed.get("version", "")):
        raise UnreadableError("not a feed but JSON of another kind; RSS, Atom and JSON Feed are read")
    items = feed.get("items")
    if not isinstance(items, list):
        raise UnreadableError("a JSON Feed without items")
    raws = [_raw(item) for item in items[:MAX_ENTRIES] if isinstance(item, dict)]
    wishes = Wishes(timedelta(days=365)) if feed.get("expired") is True else Wishes()
    return Contents(
        entries_of(raws, document, _text(feed, "language")),
        None,
        wishes,
        " ".join(_text(feed, "title").split()),
    )


def _raw(item: dict[str, Any]) -> RawEntry:
    # What is said to be plain text is none of markup.
    texts = [
        _text(item, "content_html"),
        *(html.escape(_text(item, key)) for key in ("content_text", "summary")),
    ]
    return RawEntry(
        link=_text(item, "url") or _text(item, "external_url"),
        title=html.escape(_text(item, "title"), quote=False),
        texts=texts,
        moment=moment_of(_text(item, "date_published") or _text(item, "date_modified")),
        feed_id=_text(item, "id"),
    )


def _text(of: dict[str, Any], key: str) -> str:
    value = of.get(key)
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
