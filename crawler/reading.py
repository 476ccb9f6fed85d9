"""Reading a source's document, by the kind of the source; slow parsing happens apart."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar

from crawler.failures import failure_of_status
from crawler.fetching.errors import EXPECTED, failure_of_error
from crawler.fetching.fetcher import Fetched, Fetcher
from crawler.parsing.apart import Apart
from crawler.parsing.document import Contents, Document
from crawler.parsing.errors import UnreadableError
from crawler.parsing.feed import read_patiently, read_quickly
from crawler.sources import Source
from storage.entry import Entry

R = TypeVar("R")

INLINE = 64_000  # bytes; a feed of this size takes a few milliseconds, less than handing it over


@dataclass(frozen=True)
class Reader:
    """Reads documents of all kinds of sources; sitemaps may name others, which it fetches."""

    fetcher: Fetcher
    apart: Apart
    # One feed at a turn of the loop: fifty that arrive together would hold up all else.
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def read(self, source: Source, fetched: Fetched, since: datetime | None) -> Contents:
        """What a source's document holds; `since` is when it was last read.

        Raises `UnreadableError` if it is not what the source should give.
        """
        document = self._document(fetched, source.language)
        if source.kind == "feed":
            return await self._feed(document)
        if source.kind == "listing":
            from crawler.parsing.listing import Selectors, parse_listing

            selectors = Selectors(source.links, source.titles, source.dates)
            return await self.slowly(parse_listing, document, selectors)
        return await self._sitemap(document, since)

    async def _feed(self, document: Document) -> Contents:
        if len(document.body) > INLINE:
            contents = await self.slowly(read_quickly, document)
        else:
            async with self._turn:
                contents = read_quickly(document)
                await asyncio.sleep(0)  # others get on before the next feed is read
        return contents if contents is not None else await self.slowly(read_patiently, document)

    async def _sitemap(self, document: Document, since: datetime | None) -> Contents:
        """The articles of a sitemap; of an index, those of its sitemaps that may hold something new."""
        from crawler.parsing.sitemap import parse_sitemap, worth_reading

        sitemap = await self.slowly(parse_sitemap, document)
        if not sitemap.children:
            return sitemap.contents
        entries: list[Entry] = []
        failures: list[str] = []
        children = worth_reading(sitemap.children, since)
        for url in children:
            try:
                entries += await self._child(url, document.language)
            except EXPECTED as error:
                failures.append(f"{url}: {failure_of_error(error).reason}")
        if not children:
            return Contents([], stands_alone=False, unchanged=True)
        if len(failures) == len(children):
            raise UnreadableError(f"an index whose sitemaps give no news ({failures[0]})")
        flaw = f"{len(failures)} of {len(children)} sitemaps failed ({failures[0]})" if failures else None
        return Contents(entries, flaw, stands_alone=False, varies=True)

    async def _child(self, url: str, language: str) -> list[Entry]:
        from crawler.parsing.sitemap import parse_sitemap

        fetched = await self.fetcher.fetch(url)
        if fetched.status != HTTPStatus.OK:
            raise UnreadableError(failure_of_status(fetched.status, None, self.fetcher.now()).reason)
        sitemap = await self.slowly(parse_sitemap, self._document(fetched, language))
        if sitemap.children:
            raise UnreadableError("an index within an index")
        return list(sitemap.contents.entries)

    async def slowly(self, parse: Callable[..., R], *args: object) -> R:
        """Parse in the process for that. Raises what the function does, and `Stopped`."""
        return await self.fetcher.traffic.unless_given_up(lambda: self.apart.run(parse, *args))

    def _document(self, fetched: Fetched, language: str | None) -> Document:
        content_type = fetched.headers.get("content-type", "")
        return Document(fetched.url, fetched.body, content_type, self.fetcher.now(), language or "")
