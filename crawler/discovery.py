"""Discovery: from the address of a site to the source that it is best read by."""

import logging
from dataclasses import replace
from urllib.parse import urlsplit

from crawler.failures import FetchFailed
from crawler.fetching.fetcher import Fetched
from crawler.looking import Look, fetch, look
from crawler.parsing.document import Document
from crawler.parsing.errors import UnreadableError
from crawler.parsing.feed_links import feed_links, sitemaps_of, usual_places
from crawler.reading import Reader
from crawler.sources import Source

logger = logging.getLogger(__name__)

BEST = 3  # feeds that a page names and that are looked at


async def discover(url: str, reader: Reader) -> list[Look]:
    """The sources that a site can be read by, the best first.

    The address itself if it is a feed or a sitemap; else the feeds that its page names, a feed at one of the
    usual places, its news sitemap, or the page itself as a listing. Raises `FetchFailed` if the page cannot
    be fetched.
    """
    fetched = await fetch(url, reader)
    itself = await _itself(url, fetched, reader)
    if itself is not None:
        return [itself]
    document = Document(fetched.url, fetched.body, fetched.headers.get("content-type", ""))
    try:
        named = await reader.apart.run(feed_links, document)
    except UnreadableError as error:
        raise FetchFailed(str(error)) from error
    found = [good for link in named[:BEST] if (good := await _good(link, "feed", reader)) is not None]
    if found:
        return found
    for place in usual_places(fetched.url):
        good = await _good(place, "feed", reader)
        if good is not None:
            return [good]
    for sitemap in sitemaps_of(robots_of(fetched.url, reader)):
        good = await _good(sitemap, "sitemap", reader)
        if good is not None:
            return [good]
    listing = await _good(url, "listing", reader)
    return [listing] if listing is not None else []


async def _itself(url: str, fetched: Fetched, reader: Reader) -> Look | None:
    head = fetched.body[:2000].lstrip().lower()
    if b"<html" in head or b"<!doctype html" in head:
        return None
    return await _good(url, "feed", reader) or await _good(url, "sitemap", reader)


async def _good(url: str, kind: str, reader: Reader) -> Look | None:
    """A look at an address as a source of a kind, if it gives entries."""
    try:
        source = Source.model_validate({"name": urlsplit(url).hostname or url, "url": url, "kind": kind})
    except ValueError:
        return None
    found = await look(source, reader)
    if found.failure is not None:
        logger.info("%s as a %s: %s", url, kind, found.failure.reason)
    if found.contents is None or not found.contents.entries:
        return None
    # Where permanent redirects lead is the address to keep.
    moved = source.model_copy(update={"url": found.moved_to}) if found.moved_to else source
    return replace(found, source=moved)


def robots_of(url: str, reader: Reader) -> str:
    """The robots.txt of the site of an address that was fetched, "" if it has none."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    rules = reader.fetcher.robots.rules(origin, reader.fetcher.now())
    return rules.text if rules is not None else ""
