"""Sitemaps: https://www.sitemaps.org/protocol.html, and those of news, which say what an article is about:
https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap.
"""

import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import lxml.etree

from crawler.parsing.document import BlogPage, Contents, Document
from crawler.parsing.errors import UnreadableError
from crawler.parsing.language import language_of
from crawler.parsing.links import web_link
from crawler.parsing.text import believable, one_line
from storage.dates import as_utc, parse_date
from storage.entry import Entry

MAX_ENTRIES = 5_000
MAX_PAGES = 50_000  # of one sitemap, the protocol's own limit
MAX_REVISION = 40  # characters; a moment is shorter
MAX_UNPACKED = 50_000_000  # bytes, the protocol's own limit


CHILDREN = 5  # sitemaps of an index that are read at a visit


@dataclass(frozen=True)
class Child:
    """A sitemap that an index names."""

    url: str
    changed_at: datetime | None  # as the index says


@dataclass(frozen=True)
class Sitemap:
    """What a sitemap holds: articles, or further sitemaps if it is an index."""

    contents: Contents
    children: tuple[Child, ...] = ()


@dataclass(frozen=True)
class PageList:
    """The pages that a sitemap names, or the sitemaps that an index names."""

    pages: tuple[BlogPage, ...]
    children: tuple[str, ...]
    flaw: str | None


def parse_page_list(document: Document) -> PageList:
    """Any sitemap or index of sitemaps, plain or gzipped; of a page its `lastmod` is kept as it is written.

    Raises `UnreadableError` if it is neither.
    """
    root, broken = _root(_unpacked(document.body))
    kind = str(root.tag).rpartition("}")[2]
    if kind not in ("urlset", "sitemapindex"):
        raise UnreadableError(f"not a sitemap but <{kind}>")
    pages, children = [], []
    for row in islice(root.iterchildren("{*}url", "{*}sitemap"), MAX_PAGES):
        url = web_link(document.url, row.findtext("{*}loc") or "")
        if url is None:
            continue
        if kind == "sitemapindex":
            children.append(url)
        else:
            changed = " ".join((row.findtext("{*}lastmod") or "").split())
            pages.append(BlogPage(url, revision=changed[:MAX_REVISION]))
    flaw = f"the sitemap is broken ({broken})" if broken else None
    return PageList(tuple(pages), tuple(children), flaw)


def parse_sitemap(document: Document) -> Sitemap:
    """A news sitemap or an index of sitemaps, plain or gzipped.

    Raises `UnreadableError` if it is neither: not XML, or a sitemap without titles.
    """
    root, broken = _root(_unpacked(document.body))
    kind = str(root.tag).rpartition("}")[2]
    if kind == "sitemapindex":
        children = tuple(_children(root, document))
        if not children:
            raise UnreadableError("an index that names no sitemaps")
        return Sitemap(Contents([]), children)
    if kind in ("rss", "feed", "RDF"):
        raise UnreadableError('not a sitemap but a feed; give kind = "feed"')
    if kind != "urlset":
        raise UnreadableError(f"not a sitemap but <{kind}>")
    rows = root.xpath("*[local-name()='url']")[:MAX_ENTRIES]
    found = [entry for row in rows if (entry := _entry(row, document)) is not None]
    if not found and len(root):
        raise UnreadableError("a sitemap without news titles; give the address of the news sitemap")
    flaw = f"the sitemap is broken ({broken}); what could be read was kept" if broken else None
    return Sitemap(Contents(found, flaw, varies=True))


def worth_reading(children: Sequence[Child], since: datetime | None) -> list[str]:
    """The sitemaps of an index that may hold something new: news ones before others, the latest first.

    Those that have not changed since the source was last read are passed over.
    """
    changed = [child for child in children if not (since and child.changed_at and child.changed_at < since)]
    news = [child for child in changed if "news" in child.url.lower()] or changed
    order = sorted(
        range(len(news)),
        key=lambda n: (when.timestamp() if (when := news[n].changed_at) else float("inf"), -n),
        reverse=True,
    )
    return [news[n].url for n in order[:CHILDREN]]


def _children(root: lxml.etree._Element, document: Document) -> list[Child]:
    found = []
    for row in root.xpath("*[local-name()='sitemap']")[:MAX_ENTRIES]:
        url = web_link(document.url, _text(row, "./*[local-name()='loc']"))
        if url is not None:
            found.append(Child(url, _changed_at(_text(row, "./*[local-name()='lastmod']"))))
    return found


def _changed_at(stamp: str) -> datetime | None:
    """When a sitemap last changed; of a day alone its end, as it may change until then."""
    moment = as_utc(parse_date(stamp))
    whole_day = moment is not None and ":" not in stamp
    return moment + timedelta(days=1) if moment is not None and whole_day else moment


def _entry(row: lxml.etree._Element, document: Document) -> Entry | None:
    link = web_link(document.url, _text(row, "./*[local-name()='loc']"))
    title = one_line(_text(row, "./*[local-name()='news']/*[local-name()='title']"))
    stamp = _text(row, ".//*[local-name()='publication_date']") or _text(row, "./*[local-name()='lastmod']")
    if not title or link is None:
        return None
    declared = _text(row, ".//*[local-name()='language']")
    published = believable(parse_date(stamp), document.now)
    return Entry(
        url=link, title=title, language=language_of(title, declared or document.language), published=published
    )


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        with gzip.open(io.BytesIO(body)) as file:
            data = file.read(MAX_UNPACKED + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableError(f"damaged gzip ({error})") from error
    if len(data) > MAX_UNPACKED:
        raise UnreadableError(f"larger than {MAX_UNPACKED // 1_000_000} MB unpacked")
    return data


def _root(body: bytes) -> tuple[lxml.etree._Element, str]:
    """The document's root, and what is wrong with it if it breaks off."""
    parser = lxml.etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = lxml.etree.fromstring(body.strip(), parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise UnreadableError(f"not XML ({str(error)[:200]})") from error
    if root is None:
        raise UnreadableError("not XML")
    fatal = [error.message for error in parser.error_log if error.level_name == "FATAL"]
    return root, fatal[0][:200] if fatal else ""


def _text(element: lxml.etree._Element, path: str) -> str:
    found = element.xpath(path)
    return (found[0].text or "").strip() if found else ""
