"""RSS, RDF and Atom to entries, by feedparser."""

import calendar
import re
from datetime import UTC, datetime
from time import struct_time
from typing import Any

import feedparser

from crawler.parsing.document import Contents, Document
from crawler.parsing.encoding import decoded
from crawler.parsing.errors import UnreadableError
from crawler.parsing.links import web_link
from crawler.parsing.text import believable, language_of, one_line, plain
from crawler.parsing.xml_guard import guard
from storage.items import MAX_TEXT, Entry
from storage.urls import is_web_url

MAX_ENTRIES = 20_000
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,20})|(\d{1,20}));")
# The encoding that it declares is settled by then.
_DECLARATION = re.compile(r"\A<\?xml[^>]{0,500}\?>")
# What the XML parser says of a document that ends too early; other errors are survived in full.
_CUT_OFF = ("no element found", "unclosed token", "unclosed CDATA section")
_SITEMAP = re.compile(rb"<\s*(?:urlset|sitemapindex)\b", re.IGNORECASE)
_MARKUP = re.compile(rb"<\s*(html|body|!doctype\s+html)", re.IGNORECASE)


def parse_feed(document: Document) -> Contents:
    """The entries of a feed, in its order; a feed may be empty, and a broken one gives what can be read.

    Raises `UnreadableError` if the document is not a feed, or declares XML entities.
    """
    text = _DECLARATION.sub("", decoded(document.body, document.content_type).lstrip("\ufeff \t\r\n\0"))
    text = _REFERENCE.sub(_possible, text)
    guard(text)
    try:
        parsed = feedparser.parse(
            text.encode(errors="replace"),
            response_headers={
                "content-type": "application/xml; charset=utf-8",
                "content-location": document.url,
            },
        )
    except Exception as error:
        raise UnreadableError(f"the feed upsets its reader ({type(error).__name__})") from error
    if not parsed.get("version") and not parsed.entries:
        raise UnreadableError(_what_instead(document))
    declared = str(parsed.feed.get("language", ""))
    entries = (_entry(row, document, declared) for row in parsed.entries[:MAX_ENTRIES])
    found = [entry for entry in entries if entry is not None]
    if parsed.bozo and not found:
        raise UnreadableError(f"a broken feed without readable entries ({_problem(parsed.bozo_exception)})")
    problem = _problem(parsed.bozo_exception) if parsed.bozo else ""
    cut_off = any(words in problem for words in _CUT_OFF)
    return Contents(
        found, f"the feed breaks off ({problem}); what could be read was kept" if cut_off else None
    )


def _entry(row: Any, document: Document, declared: str) -> Entry | None:
    feed_id = str(row.get("id") or "").strip() or None
    link = str(row.get("link") or "") or (feed_id if feed_id and is_web_url(feed_id) else "")
    url = web_link(document.url, link)
    title = one_line(str(row.get("title") or ""))
    text = plain(_markup(row)[: MAX_TEXT * 4])
    title = title or text[:120].replace("\n", " ")
    if not title or url is None:
        return None
    return Entry(
        url=url,
        title=title,
        text="" if text == title else text,
        language=language_of(f"{title} {text}", declared),
        published=believable(_moment(_first(row, "published_parsed", "updated_parsed")), document.now),
        feed_id=feed_id,
    )


def _markup(row: Any) -> str:
    """The longest text that an entry offers."""
    texts = [str(content.get("value") or "") for content in row.get("content", [])]
    return max([*texts, str(row.get("summary") or "")], key=len)


def _first(row: Any, *keys: str) -> Any:
    """The first of these that an entry has; asking for one that it lacks, feedparser warns of old ways."""
    return next((row[key] for key in keys if key in row.keys() and row[key]), None)  # noqa: SIM118


def _moment(parsed: struct_time | None) -> datetime | None:
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _possible(reference: re.Match[str]) -> str:
    """A character reference, or nothing for one to a character that cannot be: feedparser raises on those."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    return reference[0] if code < 0xD800 or 0xDFFF < code <= 0x10FFFF else ""


def _what_instead(document: Document) -> str:
    if not document.body.strip(b" \t\r\n\0"):
        return "not a feed: the answer is empty"
    if _MARKUP.search(document.body[:2000]):
        return 'not a feed but a web page; give the feed\'s own address, or kind = "listing"'
    if _SITEMAP.search(document.body[:4000]):
        return 'not a feed but a sitemap; give kind = "sitemap"'
    kind = document.content_type.split(";")[0].strip()
    return f"not a feed{f' but {kind}' if kind else ''}; RSS and Atom are read"


def _problem(error: object) -> str:
    said = (str(error).splitlines() or [type(error).__name__])[0][:200]
    return said.removeprefix("<unknown>:")
