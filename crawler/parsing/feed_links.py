"""Where a page says its feeds are."""

import re
from urllib.parse import urljoin, urlsplit

from parsel import Selector

from crawler.parsing.document import Document
from crawler.parsing.encoding import page_text
from crawler.parsing.links import web_link

MAX_LINKS = 10
_FEED_TYPES = re.compile(
    r"^(?:application|text)/(?:rss|atom|rdf|feed)\+(?:xml|json)\b|^text/xml$", re.IGNORECASE
)
_COMMENTS = re.compile(r"comments?", re.IGNORECASE)
_LOOKS_LIKE_ONE = re.compile(
    r"(?:^|[/._-])(?:rss|atom|feeds?|rdf)(?:$|[/._?-])|\.(?:rss|rdf|atom)$", re.IGNORECASE
)
# Where blogs and news systems keep theirs, the commonest first.
_USUAL_PLACES = ("feed/", "rss.xml", "feed.xml", "atom.xml")


def feed_links(document: Document) -> list[str]:
    """The addresses of feeds that a page names in its head, then those that its links look like.

    Feeds of comments come last. At most `MAX_LINKS`, each once.
    """
    page = Selector(text=page_text(document.body, document.content_type), type="html")
    base = web_link(document.url, page.xpath("string(//base/@href)").get(""), told=False) or document.url
    named = [
        (link.attrib.get("href", ""), link.attrib.get("title", ""))
        for link in page.css("link[rel~=alternate][href], link[rel~=feed][href]")
        if _FEED_TYPES.match(link.attrib.get("type", "").strip())
    ]
    named.sort(key=lambda link: bool(_COMMENTS.search(" ".join(link))))
    linked = [
        href
        for href in page.xpath("(//a/@href)[position() <= 2000]").getall()
        if _LOOKS_LIKE_ONE.search(_path_of(href))
    ]
    urls = [web_link(base, href, told=False) for href in [*(href for href, _ in named), *linked]]
    return list(dict.fromkeys(url for url in urls if url is not None))[:MAX_LINKS]


def usual_places(url: str) -> list[str]:
    """Where a site's feed may be if its pages do not say: below the page, then at the root."""
    below = url if url.endswith("/") else f"{url}/" if not urlsplit(url).path else urljoin(url, ".")
    bases = dict.fromkeys((below, urljoin(url, "/")))
    return [urljoin(base, place) for base in bases for place in _USUAL_PLACES]


def sitemaps_of(robots: str) -> list[str]:
    """The sitemaps that a robots.txt names, those of news first."""
    return sorted(named_sitemaps(robots), key=lambda url: "news" not in url.lower())[:3]


def named_sitemaps(robots: str) -> list[str]:
    """All sitemaps that a robots.txt names, fifty at most."""
    return re.findall(r"(?im)^[ \t]*sitemap[ \t]*:[ \t]*(\S{1,1000})", robots)[:50]


def _path_of(href: str) -> str:
    """The path and query of a link, "" for one that cannot be taken apart."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
