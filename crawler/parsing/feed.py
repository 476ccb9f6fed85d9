"""Feeds to entries: the fast parser for what is well-formed, feedparser for all others, and JSON Feed."""

import io
import re
from datetime import UTC, datetime
from time import struct_time
from typing import Any

from crawler.parsing.document import Contents, Document
from crawler.parsing.encoding import decoded
from crawler.parsing.entry import MAX_ENTRIES, RawEntry, entries_of, wishes_of
from crawler.parsing.errors import UnreadableError
from crawler.parsing.json_feed import parse_json_feed
from crawler.parsing.text import moment_of, one_line
from crawler.parsing.well_formed import parse_well_formed
from crawler.parsing.xml_guard import guard

# Those that may stand for no character at all.
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{4,20})|(\d{5,20}));")
# The encoding that it declares is settled by then.
_DECLARATION = re.compile(r"\A<\?xml[^>]{0,500}\?>")
# What the XML parser says of a document that ends too early; other errors are survived in full.
_CUT_OFF = ("no element found", "unclosed token", "unclosed CDATA section")
# feedparser overlooks the language on the root of RDF.
_LANGUAGE = re.compile(r"<(?:\w+:)?RDF\s[^>]*?xml:lang\s*=\s*[\"']([\w-]+)")
_SITEMAP = re.compile(rb"<\s*(?:urlset|sitemapindex)\b", re.IGNORECASE)
_HTML = ("text/html", "application/xhtml+xml")
_MARKUP = re.compile(rb"<\s*(html|body|!doctype\s+html)", re.IGNORECASE)


def read_quickly(document: Document) -> Contents | None:
    """The entries of a feed that is well-formed and holds nothing unusual; none if it needs `read_patiently`.

    Takes a millisecond for fifty entries. Raises `UnreadableError`.
    """
    text = _text(document)
    return parse_json_feed(text, document) if text.startswith("{") else parse_well_formed(text, document)


def read_patiently(document: Document) -> Contents:
    """The entries of a feed in any state, by feedparser, in its order; a broken one gives what can be read.

    Raises `UnreadableError` if the document is not a feed, or declares XML entities.
    """
    import feedparser  # for the few feeds that need it; it takes its time

    text = _text(document)
    guard(text)
    try:
        parsed = feedparser.parse(
            io.BytesIO(text.encode(errors="replace")),  # bare bytes may be a file's name to it
            # Without the document's address: what is relative is made whole with all other links.
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,  # markup is turned into plain text
        )
    except Exception as error:
        raise UnreadableError(f"the feed upsets its reader ({type(error).__name__})") from error
    if not parsed.get("version") and not parsed.entries:
        raise UnreadableError(_what_instead(document))
    raws = [_raw(row) for row in parsed.entries[:MAX_ENTRIES]]
    found = entries_of(raws, document, _language(parsed.feed, text))
    if parsed.bozo and not found:
        raise UnreadableError(f"a broken feed without readable entries ({_problem(parsed.bozo_exception)})")
    problem = _problem(parsed.bozo_exception) if parsed.bozo else ""
    cut_off = any(words in problem for words in _CUT_OFF)
    flaw = f"the feed breaks off ({problem}); what could be read was kept" if cut_off else None
    return Contents(found, flaw, wishes_of(text), one_line(str(parsed.feed.get("title", ""))))


def _text(document: Document) -> str:
    text = decoded(document.body, document.content_type).lstrip("\ufeff \t\r\n\0")
    return _REFERENCE.sub(_possible, _DECLARATION.sub("", text))


def _raw(row: Any) -> RawEntry:
    texts = [str(content.get("value") or "") for content in row.get("content", [])]
    return RawEntry(
        link=str(row.get("feedburner_origlink") or _link(row)),
        title=str(row.get("title") or ""),
        texts=[*texts, str(row.get("summary") or "")],
        moment=_moment(row),
        feed_id=str(row.get("id") or ""),
    )


def _link(row: Any) -> str:
    """The first link to the article itself, where an entry has several."""
    links = row.get("links")
    for link in links if isinstance(links, list) else ():
        if link.get("rel") == "alternate" and link.get("type") in _HTML and link.get("href"):
            return str(link["href"])
    return str(row.get("link") or "")


def _moment(row: Any) -> datetime | None:
    """The first date of an entry that can be read, if need be by feedparser alone."""
    for key in ("published", "updated"):
        if key not in row.keys():  # noqa: SIM118 - asking for one it lacks, feedparser warns
            continue
        moment, parsed = moment_of(str(row[key])), row.get(f"{key}_parsed")
        if moment is None and isinstance(parsed, struct_time) and parsed.tm_year >= 1900:
            moment = datetime(*parsed[:5], min(parsed.tm_sec, 59), tzinfo=UTC)
        if moment is not None:
            return moment
    return None


def _language(feed: Any, text: str) -> str:
    if "language" in feed:
        return str(feed["language"])
    of_rdf = _LANGUAGE.search(text)
    return of_rdf[1] if of_rdf else ""


def _possible(reference: re.Match[str]) -> str:
    """A character reference, or nothing for one to a character that cannot be: feedparser raises on those."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    return reference[0] if code < 0xD800 or 0xDFFF < code <= 0x10FFFF else ""


def _what_instead(document: Document) -> str:
    if not document.body.strip(b" \t\r\n\0"):
        return "not a feed: the answer is empty"
    if _MARKUP.search(document.body[:2000]):
        return (
            'not a feed but a web page; find its feed with `chipwatch sources add`, or give kind = "listing"'
        )
    if _SITEMAP.search(document.body[:4000]):
        return 'not a feed but a sitemap; give kind = "sitemap"'
    kind = document.content_type.split(";")[0].strip()
    return f"not a feed{f' but {kind}' if kind else ''}; RSS, Atom and JSON Feed are read"


def _problem(error: object) -> str:
    said = (str(error).splitlines() or [type(error).__name__])[0][:200]
    return said.removeprefix("<unknown>:")
