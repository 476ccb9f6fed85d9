"""A fetched document, as parsers take it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Document:
    """What was fetched, where from, and when."""

    url: str  # after redirects: relative links are relative to it
    body: bytes
    content_type: str = ""  # the header as sent
    now: datetime | None = None  # aware; dates beyond it are not believed
