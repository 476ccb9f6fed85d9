"""Reads a page of a blog that is known by its address, and perhaps a teaser."""

from dataclasses import replace

from crawler.failures import Failed, Stopped
from crawler.fetching.errors import failure_of_error
from crawler.looking import fetch
from crawler.parsing.article import read_article
from crawler.parsing.document import BlogPage
from crawler.parsing.errors import UnreadableError
from crawler.reading import Reader
from storage.urls import canonical_url


async def read_page(page: BlogPage, reader: Reader) -> BlogPage | None:
    """The page with its whole article; none if it has none. Raises `Failed` and `Stopped`.

    What a feed said of title and time stands; a page without an article leaves it at the feed's teaser. One
    that redirects to another is none: that other one is listed itself.
    """
    fetched = await fetch(page.url, reader)
    if not page.texts and canonical_url(fetched.url) != canonical_url(page.url):
        return None
    kind = fetched.headers.get("content-type", "text/html")
    article = None
    if "html" in kind.lower():
        try:
            article = await reader.slowly(read_article, fetched.body, fetched.url)
        except (Failed, Stopped):
            raise
        except Exception as error:  # one page must not end the reading of a blog
            raise UnreadableError(f"could not be read ({failure_of_error(error).reason})") from error
    if article is None:
        return replace(page, whole=True) if page.texts else None
    return replace(
        page,
        title=page.title or article.title,
        published=page.published or article.published,
        day=page.day or article.day,
        texts=tuple(article.text.split("\n")),
        whole=True,
    )
