"""Entries: articles as sources give them, before the store knows whether it has seen them."""

from dataclasses import dataclass
from datetime import datetime

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
