"""WordPress: where a page says that its API is, and the posts that the API gives.

https://developer.wordpress.org/rest-api/reference/posts/
"""

import json
import re
from datetime import datetime
from typing import Any

from parsel import Selector

from crawler.parsing.document import BlogPage, Document
from crawler.parsing.encoding import page_text
from crawler.parsing.errors import UnreadableError
from crawler.parsing.links import web_link
from crawler.parsing.text import believable, one_line, plain
from storage.dates import parse_date
from storage.entry import MAX_TITLE

MAX_TEXT = 1_000_000  # characters of markup of one post; a book is shorter
_REL = "https://api.w.org/"
_LINK_HEADER = re.compile(rf'<([^<>]{{1,2000}})>[^,<>]{{0,200}}?;\s*rel="?{re.escape(_REL)}"?')


def api_of(document: Document, link_header: str) -> str | None:
    """The address of the API, as a page or the `Link` header that came with it names it."""
    in_header = _LINK_HEADER.search(link_header)
    if in_header is not None:
        return web_link(document.url, in_header[1])
    page = Selector(text=page_text(document.body, document.content_type), type="html")
    return web_link(document.url, page.xpath(f"string(//link[@rel='{_REL}']/@href)").get(""))


def parse_posts(document: Document) -> tuple[list[BlogPage], int]:
    """The posts of one answer of the API that have a text, and how many rows it had.

    Raises `UnreadableError` if it is no answer of that API.
    """
    try:
        rows = json.loads(document.body)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("not the answer of a WordPress API") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "link" in row for row in rows):
        raise UnreadableError("not the answer of a WordPress API")
    found = [page for row in rows if (page := _page(row, document)) is not None]
    return found, len(rows)


def _page(row: dict[str, Any], document: Document) -> BlogPage | None:
    url = web_link(document.url, _text(row.get("link")))
    texts = tuple(plain(_rendered(row, "content")[:MAX_TEXT]).split("\n"))
    if url is None or not any(texts):
        return None  # a post behind a password has no text
    local = parse_date(_text(row.get("date")))
    return BlogPage(
        url,
        one_line(_rendered(row, "title")[: MAX_TITLE * 8]),
        _moment(row, local, document),
        local.date() if local else None,
        texts,
        whole=True,
    )


def _moment(row: dict[str, Any], local: datetime | None, document: Document) -> datetime | None:
    """When a post was published; old versions have no time in UTC for some."""
    return believable(parse_date(_text(row.get("date_gmt"))), document.now) or believable(local, document.now)


def _rendered(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    return _text(value.get("rendered") if isinstance(value, dict) else value)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
