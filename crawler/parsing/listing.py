"""A page that lists articles, for sites without a feed."""

import re
from collections.abc import Iterable
from itertools import islice
from urllib.parse import urlsplit

from parsel import Selector

from crawler.parsing.document import Document
from crawler.parsing.errors import UnreadableError
from crawler.parsing.links import web_link
from crawler.parsing.text import believable, language_of, one_line
from storage.dates import parse_date
from storage.items import Entry
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
_WIDE = re.compile(r"[぀-ヿ一-鿿가-힣]")


def parse_listing(document: Document, links: str | None = None, *, encoding: str = "utf-8") -> list[Entry]:
    """The articles that a page links to, in its order.

    `links` is a CSS selector for the links, or for what holds one each. Without it, links are taken that
    lie on the same site, look like an article's and have a title's length. A date comes from the `<time>`
    nearest to the link. Raises `UnreadableError` if nothing is found, as when a site changed its layout.
    """
    page = Selector(text=document.body.decode(encoding, errors="replace"), type="html")
    declared = page.xpath("string(/html/@lang)").get("")
    base = web_link(document.url, page.xpath("string(//base/@href)").get("")) or document.url
    anchors = page.css(links) if links else page.xpath(f"(//a[@href])[position() <= {MAX_ANCHORS}]")
    found: dict[str, Entry] = {}
    for anchor in anchors[:MAX_ANCHORS]:
        if links is None and _is_furniture(anchor):
            continue
        entry = _entry(anchor, base, document, declared, by_itself=links is None)
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
    return list(found.values())


def _entry(
    anchor: Selector, base: str, document: Document, declared: str, *, by_itself: bool
) -> Entry | None:
    holder = anchor if anchor.xpath("self::a[@href]") else anchor.css("a[href]")
    link = holder.xpath("@href").get("").strip()
    url = None if link.startswith("#") else web_link(base, link)
    title = one_line(" ".join(_title(anchor)))
    if not title or url is None:
        return None
    if by_itself and not _looks_like_article(url, title, document.url):
        return None
    return Entry(
        url=url,
        title=title,
        language=language_of(title, declared),
        published=believable(parse_date(_stamp(anchor)), document.now),
    )


def _is_furniture(anchor: Selector) -> bool:
    return any(
        up.tag in _FURNITURE or up.get("role") in _FURNITURE_ROLES
        for up in islice(anchor.root.iterancestors(), 100)
    )


def _stamp(anchor: Selector) -> str | None:
    """The date of the `<time>` nearest to the link, within the block that is this teaser's."""
    for block in (anchor.root, *anchor.root.iterancestors()):
        if len(list(islice(block.iter("a"), TEASER_LINKS))) == TEASER_LINKS:
            return None
        for time in block.iter("time"):
            return str(time.get("datetime") or "")
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
    long_enough = len(_WIDE.findall(title)) >= 8 or len(title) >= 25
    return long_enough and bool(_ARTICLE_PATH.search(there.path) or there.query)
