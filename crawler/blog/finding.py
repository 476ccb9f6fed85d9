"""From the address of a blog to the best way to read it."""

import re
from collections.abc import Awaitable
from urllib.parse import urljoin

from crawler.blog.feed import by_feed
from crawler.blog.sitemap import by_sitemap
from crawler.blog.way import Way
from crawler.blog.wordpress import announced_api, by_wordpress, usual_api
from crawler.discovery import BEST, robots_of
from crawler.failures import Failed, FetchFailed
from crawler.fetching.fetcher import Fetched
from crawler.looking import fetch
from crawler.parsing.document import Document
from crawler.parsing.feed_links import feed_links, named_sitemaps, usual_places
from crawler.reading import Reader

# What a document begins with tells what it is; a feed may hold pages.
_BEGINS = re.compile(rb"<(?:\w+:)?(!doctype\s+html|html|rss|feed|rdf|urlset|sitemapindex)\b", re.IGNORECASE)
_SITEMAPS = (b"urlset", b"sitemapindex")
_GZIP = b"\x1f\x8b"
_USUAL_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml")


async def find_way(url: str, reader: Reader) -> Way:
    """The way to read the blog at an address: its feed, its sitemap, or its home page.

    From the home page first the API of WordPress, then its sitemaps, then its feed. Raises `Failed` if it is
    no blog that can be read, and `Stopped`.
    """
    fetched = await fetch(url, reader)
    begins = _BEGINS.search(fetched.body[:4000])
    kind = begins[1].lower() if begins else b""
    if fetched.body.startswith(_GZIP) or kind in _SITEMAPS:
        return await by_sitemap([fetched.url], reader)
    if not kind.endswith(b"html") and (kind or "html" not in fetched.headers.get("content-type", "")):
        return await by_feed(fetched, reader)
    notes: list[str] = []
    way = await _best(fetched, reader, notes)
    if way is not None:
        return way.after(notes)
    tried = f" ({'; '.join(notes)})" if notes else ""
    raise FetchFailed(
        f"no blog to read there: no WordPress API, no sitemap with posts, no feed{tried}; "
        "give the address of its feed or sitemap, or the folder with its files"
    )


async def _best(fetched: Fetched, reader: Reader, notes: list[str]) -> Way | None:
    """The best way that works; `notes` gets what should have worked and did not."""
    home = fetched.url
    api = await announced_api(fetched, reader)
    way = await _if_it_works(by_wordpress(api or usual_api(home), reader))
    if isinstance(way, Way):
        return way
    if api is not None:
        notes.append(f"its WordPress API cannot be used ({way})")
    named = named_sitemaps(robots_of(home, reader))
    # A sitemap of news holds those of two days.
    chosen = [url for url in named if "news" not in url.lower()] or named
    if chosen:
        way = await _if_it_works(by_sitemap(chosen, reader, within=home))
        if isinstance(way, Way):
            return way
        notes.append(f"the sitemap that its robots.txt names cannot be used ({way})")
    for place in _USUAL_SITEMAPS:
        way = await _if_it_works(by_sitemap([urljoin(home, place)], reader, within=home))
        if isinstance(way, Way):
            return way
    document = Document(home, fetched.body, fetched.headers.get("content-type", ""))
    links = await reader.slowly(feed_links, document)
    for url in [*links[:BEST], *usual_places(home)]:
        way = await _if_it_works(_feed_at(url, reader))
        if isinstance(way, Way):
            return way
    return None


async def _feed_at(url: str, reader: Reader) -> Way:
    return await by_feed(await fetch(url, reader), reader)


async def _if_it_works(way: Awaitable[Way]) -> Way | Failed:
    try:
        return await way
    except Failed as error:
        return error
