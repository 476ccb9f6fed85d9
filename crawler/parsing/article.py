"""An article's own page, read by trafilatura: its text, and what it says of itself."""

import re
from dataclasses import dataclass
from datetime import date, datetime

import trafilatura
from trafilatura.settings import Document

from crawler.parsing.text import moment_of, one_line
from storage.dates import parse_date

MAX_TAGS = 20_000  # trafilatura takes a time that grows with their square
MIN_TEXT = 100  # characters; less is a cookie notice, not an article
# Only what a page says outright is its date: what else looks like one may be of what the text is about.
_STATED = {"extensive_search": False, "original_date": True}
_LIST_MARK = re.compile(r"^- ", re.MULTILINE)


@dataclass(frozen=True)
class Article:
    """What a page of an article holds."""

    title: str
    text: str  # paragraphs parted by newlines
    published: datetime | None  # UTC; of a day alone its begin
    day: date | None  # where it was published


def article_text(body: bytes, url: str) -> str | None:
    """The main text of an HTML page, paragraphs parted by newlines; none if it has none worth keeping."""
    if body.count(b"<") > MAX_TAGS:
        return None
    # Without its backup extractors: those load the stop words of a hundred languages, ours not among them.
    text = trafilatura.extract(
        body, url=url, include_comments=False, include_tables=False, favor_precision=True, fast=True
    )
    return text if text and len(text) >= MIN_TEXT else None


def read_article(body: bytes, url: str) -> Article | None:
    """The article of an HTML page with its title and date; none if the page has no text worth keeping."""
    if body.count(b"<") > MAX_TAGS:
        return None
    found = trafilatura.bare_extraction(
        body,
        url=url,
        include_comments=False,
        include_tables=False,
        favor_precision=True,
        fast=True,
        with_metadata=True,
        date_extraction_params=_STATED,
    )
    if not isinstance(found, Document):
        return None
    text = _LIST_MARK.sub("", found.text or "")
    if len(text) < MIN_TEXT:
        return None
    title = one_line(found.title or "")
    day = parse_date(found.date)
    return Article(
        title, text.removeprefix(f"{title}\n"), _moment(body, found.date), day.date() if day else None
    )


def _moment(body: bytes, day: str | None) -> datetime | None:
    """The moment of that day that the page names with its zone, else the day itself."""
    if not day:
        return None
    stamp = re.search(rb"%b[T ]\d\d:\d\d(?::\d\d)?(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)" % day.encode(), body)
    return moment_of(stamp[0].decode() if stamp else day)
