"""A fetched document, as parsers take it, and what they find in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.items import Entry


@dataclass(frozen=True)
class Document:
    """What was fetched, where from, and when."""

    url: str  # after redirects: relative links are relative to it
    body: bytes
    content_type: str = ""  # the header as sent
    now: datetime | None = None  # aware; dates beyond it are not believed


@dataclass(frozen=True)
class Contents:
    """The entries of a document, and what is wrong with it if they may not be all."""

    entries: Sequence[Entry]
    flaw: str | None = None
