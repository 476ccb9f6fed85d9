"""Reads a blog by its sitemaps: they name all pages, and often when each has changed."""

import re
from collections import deque
from collections.abc import Sequence
from urllib.parse import urlsplit

from crawler.blog.way import Way, at_once, distinct
from crawler.failures import Failed
from crawler.looking import fetch
from crawler.parsing.document import BlogPage, Document
from crawler.parsing.errors import UnreadableError
from crawler.parsing.sitemap import parse_page_list
from crawler.reading import Reader

MAX_SITEMAPS = 200  # of a blog
MAX_PAGES = 50_000
# Sitemaps of what lists posts, and of what stands beside them, by the names that blog engines give them.
_OF_LISTS = re.compile(
    r"(?:^|[-_.])(?:category|categories|tags?|taxonom(?:y|ies)|authors?|users?|images?|videos?)\d*[-_.]", re.I
)
_OF_POSTS = re.compile(r"(?:^|[-_.])posts?\d*[-_.]", re.I)
_OF_PAGES = re.compile(r"(?:^|[-_.])pages?\d*[-_.]", re.I)
# Folders that hold lists of posts, and lists by themselves.
_LISTS = frozenset("category categories tag tags author authors".split())
_ALONE = _LISTS | {"archive", "archives", "search"}


async def by_sitemap(urls: Sequence[str], reader: Reader, within: str | None = None) -> Way:
    """The pages that sitemaps name and that may be posts, with what they say of their last change.

    `within` is an address that a page must lie on the site and below the folder of. Raises `Failed` if there
    are none, and `Stopped`.
    """
    todo, known = deque(urls), set(urls)
    seen: set[str] = set()
    pages: list[BlogPage] = []
    failures: list[str] = []
    while todo:
        url = todo.popleft()
        try:
            fetched = await fetch(url, reader)
            document = Document(fetched.url, fetched.body, fetched.headers.get("content-type", ""))
            listed = await reader.slowly(parse_page_list, document)
        except Failed as error:
            failures.append(f"{url}: {error}")
            continue
        failures += [f"{url}: {listed.flaw}"] if listed.flaw else []
        pages += distinct((page for page in listed.pages if _may_be_post(page.url, within)), seen)
        children = [child for child in _of_posts(listed.children) if child not in known]
        todo.extend(children[: MAX_SITEMAPS - len(known)])
        if len(known) + len(children) > MAX_SITEMAPS or len(pages) > MAX_PAGES:
            failures.append(f"{url}: more than {MAX_SITEMAPS} sitemaps or {MAX_PAGES} pages")
        known.update(children)
        if len(pages) > MAX_PAGES:
            break
    if not pages:
        raise UnreadableError(failures[0] if failures else "the sitemap names no pages")
    notes = [f"not all of its sitemaps could be read ({failures[0]})"] if failures else []
    return Way(
        "sitemap", urls[0], at_once(pages[:MAX_PAGES]), len(pages[:MAX_PAGES]), not failures, tuple(notes)
    )


def _of_posts(urls: Sequence[str]) -> list[str]:
    """The sitemaps of an index that may name posts."""
    names = {url: urlsplit(url).path.rpartition("/")[2] for url in urls}
    kept = [url for url in urls if not _OF_LISTS.search(names[url])]
    alone = [url for url in kept if not _OF_PAGES.search(names[url])]
    return alone if any(_OF_POSTS.search(names[url]) for url in alone) else kept


def _may_be_post(url: str, within: str | None) -> bool:
    """Whether a page is of the blog, and neither its home nor, by its address, a list of posts."""
    parts = urlsplit(url)
    if within is not None:
        home = urlsplit(within)
        folder = home.path.rpartition("/")[0] + "/"
        if _host(parts.hostname) != _host(home.hostname) or not parts.path.startswith(folder):
            return False
        if parts.path.rstrip("/") == home.path.rstrip("/") and not parts.query:
            return False
    folders = [folder.lower() for folder in parts.path.split("/") if folder]
    if not folders:
        return bool(parts.query)
    if any(folder in _LISTS for folder in folders[:-1]) or folders[-1] in _ALONE:
        return False
    return not (folders[-1].isdigit() and folders[-2:-1] == ["page"])


def _host(name: str | None) -> str:
    return (name or "").removeprefix("www.")
