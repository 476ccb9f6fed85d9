"""News sitemaps: https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap."""

import gzip
import io
import zlib

import lxml.etree

from crawler.parsing.document import Document
from crawler.parsing.errors import UnreadableError
from crawler.parsing.links import web_link
from crawler.parsing.text import believable, language_of, one_line
from storage.dates import parse_date
from storage.items import Entry

MAX_ENTRIES = 5_000
MAX_UNPACKED = 50_000_000  # bytes, the protocol's own limit


def parse_sitemap(document: Document) -> list[Entry]:
    """The articles of a news sitemap, plain or gzipped.

    Raises `UnreadableError` if it is not one: not XML, a sitemap without titles, an index of sitemaps.
    """
    root = _root(_unpacked(document.body))
    kind = str(root.tag).rpartition("}")[2]
    if kind == "sitemapindex":
        locs = [text.strip() for text in root.xpath("//*[local-name()='loc']/text()")]
        example = f", such as {locs[0]}" if locs else ""
        raise UnreadableError(f"an index of sitemaps; give the address of its news sitemap{example}")
    if kind in ("rss", "feed", "RDF"):
        raise UnreadableError('not a sitemap but a feed; give kind = "feed"')
    if kind != "urlset":
        raise UnreadableError(f"not a sitemap but <{kind}>")
    found = []
    for url in root.xpath("*[local-name()='url']")[:MAX_ENTRIES]:
        link = web_link(document.url, _text(url, "./*[local-name()='loc']"))
        title = one_line(_text(url, "./*[local-name()='news']/*[local-name()='title']"))
        stamp = _text(url, ".//*[local-name()='publication_date']") or _text(
            url, "./*[local-name()='lastmod']"
        )
        if title and link is not None:
            declared = _text(url, ".//*[local-name()='language']")
            published = believable(parse_date(stamp), document.now)
            found.append(
                Entry(url=link, title=title, language=language_of(title, declared), published=published)
            )
    if not found and len(root):
        raise UnreadableError("a sitemap without news titles; give the address of the news sitemap")
    return found


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


def _root(body: bytes) -> lxml.etree._Element:
    parser = lxml.etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = lxml.etree.fromstring(body.strip(), parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise UnreadableError(f"not XML ({str(error)[:200]})") from error
    if root is None:
        raise UnreadableError("not XML")
    return root


def _text(element: lxml.etree._Element, path: str) -> str:
    found = element.xpath(path)
    return (found[0].text or "").strip() if found else ""
