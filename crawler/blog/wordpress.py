"""Reads a blog by the REST API of WordPress, a hundred posts at a time."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin

from crawler.blog.way import Way, distinct
from crawler.failures import FetchFailed
from crawler.fetching.fetcher import Fetched
from crawler.looking import answer, successful
from crawler.parsing.document import BlogPage, Document
from crawler.parsing.wordpress import api_of, parse_posts
from crawler.reading import Reader

PER_PAGE = 100  # posts; the API's own limit
FEWER = 10  # posts, where a hundred are too much for its server or for us
MAX_PAGES = 500  # of a hundred posts


class _Refused(FetchFailed):
    """The API answered that it will not."""


@dataclass(frozen=True)
class _Page:
    posts: Sequence[BlogPage]
    rows: int
    total: int | None  # posts of the blog


async def announced_api(fetched: Fetched, reader: Reader) -> str | None:
    """The address of the API that a page names, if it does."""
    document = Document(fetched.url, fetched.body, fetched.headers.get("content-type", ""))
    return await reader.slowly(api_of, document, fetched.headers.get("link", ""))


def usual_api(home: str) -> str:
    """Where the API is if no page says so."""
    return urljoin(home, "wp-json/")


async def by_wordpress(api: str, reader: Reader) -> Way:
    """All posts, by the API at this address. Raises `Failed` if it gives none, and `Stopped`."""
    address = f"{api}wp/v2/posts"
    first = await _page(address, 1, reader)
    if not first.rows:
        raise FetchFailed("it has no posts")
    return Way("WordPress", address, _batches(address, first, reader), first.total)


async def _batches(address: str, page: _Page, reader: Reader) -> AsyncIterator[Sequence[BlogPage]]:
    seen: set[str] = set()
    for number in range(1, MAX_PAGES + 1):
        yield distinct(page.posts, seen)
        whole = page.rows < PER_PAGE if page.total is None else number * PER_PAGE >= page.total
        if whole:
            return
        page = await _page(address, number + 1, reader)
    raise FetchFailed(f"more than {MAX_PAGES * PER_PAGE} posts; the newest were read")


async def _page(address: str, number: int, reader: Reader) -> _Page:
    """A hundred posts, if need be in tens."""
    try:
        return await _ask(address, number, PER_PAGE, reader)
    except _Refused:
        raise
    except FetchFailed:
        parts = PER_PAGE // FEWER
        posts: list[BlogPage] = []
        rows = 0
        for part in range((number - 1) * parts + 1, number * parts + 1):
            page = await _ask(address, part, FEWER, reader)
            posts += page.posts
            rows += page.rows
            if page.rows < FEWER:
                break
        return _Page(posts, rows, page.total)


async def _ask(address: str, number: int, size: int, reader: Reader) -> _Page:
    url = f"{address}{'&' if '?' in address else '?'}per_page={size}&page={number}"
    fetched = await answer(url, reader)
    if fetched.status == HTTPStatus.BAD_REQUEST and number > 1:
        return _Page((), 0, None)  # there is no such page any more
    try:
        successful(fetched, reader)
    except FetchFailed as error:
        if fetched.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _Refused(str(error), error.failure.kind) from error
        raise
    document = Document(fetched.url, fetched.body, now=reader.fetcher.now())
    posts, rows = await reader.slowly(parse_posts, document)
    total = fetched.headers.get("x-wp-total", "")
    return _Page(posts, rows, int(total[:9]) if total.isascii() and total.isdigit() else None)
