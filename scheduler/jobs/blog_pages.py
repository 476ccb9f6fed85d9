"""Reading a blog through the web: what it gives becomes posts, page by page."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.blog.finding import find_way
from crawler.blog.pages import read_page
from crawler.blog.way import Way
from crawler.failures import Failed, FetchFailed, Stopped
from crawler.looking import looking
from crawler.options import CrawlOptions
from crawler.parsing.apart import Apart
from crawler.parsing.document import BlogPage
from crawler.reading import Reader
from storage.engine import Database
from storage.errors import SourceError
from storage.posts.importing import Found, Import
from storage.posts.post import Skipped
from storage.posts.web import is_still_so, seen_on, web_name, web_post

BATCH = 20  # pages a transaction: fetching them takes as many seconds
TROUBLE = 5  # pages that fail one after the other: the site is down, or wants us gone


async def read_pages(
    under_way: Import,
    database: Database,
    options: CrawlOptions,
    url: str,
    *,
    now: Callable[[], datetime],
    stop: asyncio.Event,
    tell: Callable[[int, int | None], None],
    apart: Apart | None,
) -> bool:
    """Import the blog at an address by the best way there is; whether that showed all of its posts.

    What is not whole in the listing is fetched page by page, unless it is still as it was stored. When `stop`
    is set, what was read is saved. Raises `SourceError` if the address gives no blog.
    """
    report = under_way.report
    try:
        async with looking(database, options, now=now, stop=stop, apart=apart) as reader:
            way = await find_way(url, reader)
            report.by, report.address = way.by, way.address
            report.notes += way.notes
            return await _Reading(way, under_way, reader, tell).run() and way.whole
    except Failed as error:
        raise SourceError(f"{url}: {error}") from error
    except Stopped:
        report.stopped = True
        return False


@dataclass
class _Reading:
    """A blog that is being read page by page."""

    way: Way
    under_way: Import
    reader: Reader
    tell: Callable[[int, int | None], None]
    _failed: int = 0  # pages in a row

    async def run(self) -> bool:
        """Take all pages; whether it came to the end. Raises `Stopped`, after saving what was read."""
        done = 0
        try:
            async for pages in self.way.batches:
                for some in _batches(pages):
                    await self._take(some)
                    done += len(some)
                    self.tell(done, self.way.count)
        except Failed as error:
            self.under_way.report.notes.append(f"broken off: {error}; the next import goes on where it was")
            return False
        return True

    async def _take(self, pages: Sequence[BlogPage]) -> None:
        kept: list[str] = []
        found: list[Found | Skipped] = []
        try:
            for page in pages:
                name = web_name(page.url, self.way.address)
                stored = self.under_way.revision(name)
                if not page.whole and is_still_so(page.revision, stored, self.reader.fetcher.now()):
                    kept.append(name)
                elif (post := await self._post(name, page)) is not None:
                    found.append(post)
        finally:
            await asyncio.to_thread(self._save, kept, found)

    def _save(self, kept: Sequence[str], found: Sequence[Found | Skipped]) -> None:
        self.under_way.keep(kept)
        self.under_way.take(found)

    async def _post(self, name: str, page: BlogPage) -> Found | Skipped | None:
        """The post of a page; none if it is no post."""
        revision = page.revision
        if not page.whole:
            revision = revision or seen_on(self.reader.fetcher.now())
            try:
                read = await read_page(page, self.reader)
            except Failed as error:
                return self._failure(name, error)
            self._failed = 0
            if read is None:
                self.under_way.report.others += 1
                return None
            page = read
        return web_post(
            name,
            page.url,
            page.title,
            page.texts,
            published=page.published,
            day=page.day,
            revision=revision,
        )

    def _failure(self, name: str, error: Failed) -> Skipped:
        """A page that could not be read is skipped. Raises `FetchFailed` if it is one of many."""
        self._failed += error.failure.kind == "temporary"
        if self._failed == TROUBLE:
            raise FetchFailed(f"{TROUBLE} pages one after the other could not be read ({error})") from error
        return Skipped(name, str(error), withdrawn=error.failure.kind in ("missing", "gone"))


def _batches(pages: Sequence[BlogPage]) -> Iterator[Sequence[BlogPage]]:
    for start in range(0, len(pages), BATCH):
        yield pages[start : start + BATCH]
