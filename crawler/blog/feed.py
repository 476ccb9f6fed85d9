"""Reads a blog by its feed: the newest posts, in full or by a teaser."""

import hashlib
import re

from crawler.blog.way import Way, at_once, distinct
from crawler.failures import FetchFailed
from crawler.fetching.fetcher import Fetched
from crawler.parsing.document import BlogPage
from crawler.reading import Reader
from crawler.sources import Source
from storage.entry import Entry
from storage.items import TEASER

# How a text ends that goes on elsewhere.
_GOES_ON = re.compile(
    r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]"
    r"|(?:read more|continue reading|続きを読む|もっと読む|阅读全文|閱讀全文|더 보기).{0,80})\s*$",
    re.IGNORECASE,
)


async def by_feed(fetched: Fetched, reader: Reader) -> Way:
    """The posts of a feed that was fetched. Raises `Failed` if it is none, or empty."""
    source = Source.model_validate({"name": "blog", "url": fetched.url, "kind": "feed"})
    contents = await reader.read(source, fetched, None)
    pages = distinct(map(_page, contents.entries), set())
    if not pages:
        raise FetchFailed("a feed without entries")
    notes = (contents.flaw,) if contents.flaw else ()
    return Way("feed", fetched.url, at_once(pages), len(pages), False, notes)


def _page(entry: Entry) -> BlogPage:
    texts = tuple(entry.text.split("\n")) if entry.text else ()
    whole = len(entry.text) >= TEASER and not _GOES_ON.search(entry.text[-200:])
    told = "\n".join((entry.title, str(entry.published), entry.text))
    revision = "" if whole else hashlib.blake2b(told.encode(), digest_size=8).hexdigest()
    return BlogPage(entry.url, entry.title, entry.published, None, texts, whole, revision)
