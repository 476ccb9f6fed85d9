"""A page that lists articles, for sites without a feed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

import lxml.etree
from parsel import Selector

from crawler.parsing.document import Contents, Document
from crawler.parsing.encoding import page_text
from crawler.parsing.errors import UnreadableError
from crawler.parsing.language import language_of
from crawler.parsing.links import web_link
from crawler.parsing.text import believable, one_line
from storage.dates import parse_date
from storage.entry import Entry
from storage.urls import canonical_url

MAX_ENTRIES = 500
MAX_ANCHORS = 5_000  # looked at: what is done for each must not grow with a hostile page
TEASER_LINKS = 8  # a block with as many links holds several teasers
# Where a page keeps what is not its own matter.
_FURNITURE = frozenset("nav header footer aside form".split())
_FURNITURE_ROLES = frozenset("navigation banner contentinfo".split())
_ARTICLE_PATH = re.compile(
    r"\d{4,}|(?:[^/-]+-){2,}[^/-]+|\.s?html?$|/(?:news|article|articles|story|post|posts)/."
)
_FEED = re.compile(rb"<\s*(?:rss|feed|rdf:RDF)\b", re.IGNORECASE)
# A date as pages write it beside a link, where they have no <time>.
_WRITTEN = re.compile(
    r"(?<!\d)20\d\d(?:[./-]\d{1,2}[./-]\d{1,2}(?!\d)|\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일])"
)
# What a site says of itself.
_OWN_MATTER = re.compile(
    r"/(?:privacy|terms|policy|policies|legal|about|contact|careers?|jobs|login|signin|signup|register|subscribe"
    r"|cookies?|sitemap|advertise|help|faq)(?:[/.?_-]|$)",
    re.IGNORECASE,
)
_WIDE = re.compile(r"[぀-ヿ一-鿿가-힣]")

Chosen = frozenset[lxml.etree._Element]  # what the user's selector finds: each is a teaser of its own


@dataclass(frozen=True)
class Selectors:
    """Where on a page the articles stand, as CSS selectors; what is none is found by itself."""

    links: str | None = None  # the links, or what holds one each
    titles: str | None = None  # in the block of a link
    dates: str | None = None  # in the block of a link


def parse_listing(document: Document, selectors: Selectors = Selectors()) -> Contents:
    """The articles that a page links to, in its order.

    Without a selector for them, links are taken that lie on the same site, look like an article's and have a
    title's length. A date comes from the `<time>` nearest to the link, or is written beside it. Raises
    `UnreadableError` if nothing is found, as when a site changed its layout.
    """
    links = selectors.links
    page = Selector(text=page_text(document.body, document.content_type), type="html")
    declared = document.language or page.xpath("string(/html/@lang)").get("")
    base = web_link(document.url, page.xpath("string(//base/@href)").get("")) or document.url
    anchors = page.css(links) if links else page.xpath(f"(//a[@href])[position() <= {MAX_ANCHORS}]")
    chosen: Chosen = frozenset(anchor.root for anchor in anchors) if links else frozenset()
    found: dict[str, Entry] = {}
    for anchor in anchors[:MAX_ANCHORS]:
        if links is None and _is_furniture(anchor):
            continue
        entry = _entry(anchor, base, document, declared, selectors, chosen)
        if entry is not None:
            found.setdefault(canonical_url(entry.url), entry)
        if len(found) == MAX_ENTRIES:
            break
    if not found:
        if _FEED.search(document.body[:1000]):
            raise UnreadableError('not a page but a feed; give kind = "feed"')
        if links:
            raise UnreadableError(
                f"no articles on the page: links = {links!r} finds nothing; mend the selector"
            )
        raise UnreadableError("no articles on the page: none looks like one; give a CSS selector as links")
    return Contents(list(found.values()), title=one_line(page.xpath("string(//title)").get("")))


def _entry(
    anchor: Selector, base: str, document: Document, declared: str, selectors: Selectors, chosen: Chosen
) -> Entry | None:
    holder = anchor if anchor.xpath("self::a[@href]") else anchor.css("a[href]")
    link = holder.xpath("@href").get("").strip()
    url = None if link.startswith("#") else web_link(base, link)
    said = _near(anchor, selectors.titles, chosen) if selectors.titles else ""
    title = one_line(said or " ".join(_title(anchor)))
    if not title or url is None:
        return None
    if selectors.links is None and not _looks_like_article(url, title, document.url):
        return None
    stamp = _near(anchor, selectors.dates, chosen) if selectors.dates else _stamp(anchor, chosen)
    return Entry(
        url=url,
        title=title,
        language=language_of(title, declared),
        published=believable(parse_date(stamp), document.now),
    )


def _blocks(anchor: Selector, chosen: Chosen) -> Iterable[lxml.etree._Element]:
    """The link, and the blocks around it that are this teaser's alone."""
    for block in (anchor.root, *anchor.root.iterancestors()):
        if block is not anchor.root and any(e in chosen and e is not anchor.root for e in block.iter()):
            return
        if len(list(islice(block.iter("a"), TEASER_LINKS))) == TEASER_LINKS:
            return
        yield block


def _near(anchor: Selector, selector: str, chosen: Chosen) -> str:
    """The text of what a selector finds nearest to the link."""
    for block in _blocks(anchor, chosen):
        found = Selector(root=block, type="html").css(selector)
        if found:
            return " ".join(" ".join(found[0].xpath(".//text()").getall()).split())
    return ""


def _is_furniture(anchor: Selector) -> bool:
    return any(
        up.tag in _FURNITURE or up.get("role") in _FURNITURE_ROLES
        for up in islice(anchor.root.iterancestors(), 100)
    )


def _stamp(anchor: Selector, chosen: Chosen) -> str | None:
    """The date of the `<time>` nearest to the link."""
    for block in _blocks(anchor, chosen):
        for time in block.iter("time"):
            return str(time.get("datetime") or time.text_content())
        written = _WRITTEN.search(" ".join(islice(block.itertext(), 50))[:1000])
        if written is not None:
            return written[0]
    return None


def _title(anchor: Selector) -> Iterable[str]:
    """The heading in a link's block if it has one, else the whole text of the link."""
    heading = anchor.css("h1, h2, h3, h4").xpath(".//text()").getall()
    own = heading or anchor.xpath("self::a//text()").getall() or anchor.css("a[href] ::text").getall()
    return own or anchor.xpath(".//img/@alt").getall()


def _looks_like_article(url: str, title: str, page_url: str) -> bool:
    here, there = urlsplit(page_url), urlsplit(url)
    if (there.hostname or "").removeprefix("www.") != (here.hostname or "").removeprefix("www."):
        return False
    if there.path.rstrip("/") == here.path.rstrip("/"):
        return False
    if _OWN_MATTER.search(there.path):
        return False
    long_enough = len(_WIDE.findall(title)) >= 8 or len(title) >= 25
    return long_enough and bool(_ARTICLE_PATH.search(there.path) or there.query)
