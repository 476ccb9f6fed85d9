"""A fetched document, as parsers take it, and what they find in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from storage.entry import Entry


@dataclass(frozen=True)
class Document:
    """What was fetched, where from, and when."""

    url: str  # after redirects: relative links are relative to it
    body: bytes
    content_type: str = ""  # the header as sent
    now: datetime | None = None  # aware; dates beyond it are not believed
    language: str = ""  # that the settings expect, ISO 639-1; it helps where a text does not tell


@dataclass(frozen=True)
class Wishes:
    """What a feed says of when to ask for it again."""

    ttl: timedelta | None = None  # RSS `ttl`, or `sy:updatePeriod` by its frequency
    skip_hours: frozenset[int] = frozenset()  # of the day in UTC, 0 to 23
    skip_days: frozenset[int] = frozenset()  # of the week, Monday is 0


@dataclass(frozen=True)
class Contents:
    """The entries of a document, what it wishes, and what is wrong with it if they may not be all."""

    entries: Sequence[Entry]
    flaw: str | None = None
    wishes: Wishes = field(default_factory=Wishes)
    title: str = ""  # the source's own
    stands_alone: bool = True  # whether it is enough to see that the document has not changed
    unchanged: bool = False  # nothing in it has changed since it was last read
    varies: bool = False  # how many entries it has says nothing of how it is doing


@dataclass(frozen=True)
class BlogPage:
    """A page of a blog: all that its article says, or where it is and what is said of it elsewhere."""

    url: str
    title: str = ""
    published: datetime | None = None  # UTC
    day: date | None = None  # of publication, where the blog is written
    texts: tuple[str, ...] = ()  # paragraphs
    whole: bool = False  # whether those are all; else the page itself has to be fetched
    revision: str = ""  # changes with the page, as far as its site says; "" if it says nothing
