"""A blog's page, an answer of WordPress and a sitemap are read, however hostile they are."""

import asyncio
import gzip
import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.blog.pages import read_page
from crawler.failures import Failed
from crawler.looking import looking
from crawler.parsing.article import read_article
from crawler.parsing.document import BlogPage
from crawler.parsing.errors import UnreadableError
from crawler.parsing.sitemap import parse_page_list
from crawler.parsing.wordpress import parse_posts
from storage.engine import Database
from tests.conftest import NOW
from tests.crawler.conftest import OPTIONS, TEXT, document, shared
from tests.web import WebServer

ARTICLE = (
    "<!doctype html><html><head><title>Orion | My blog</title>{}</head><body><nav><a href='/'>Home</a></nav>"
    f"<article><h1>Orion</h1><p>{TEXT}</p><p>In 2027-05-06 it ships, says Acme, and in volume.</p>"
    "<ul><li>A point of the list</li></ul></article></body></html>"
)


@pytest.mark.parametrize(
    ("head", "published", "day"),
    [
        (
            '<meta property="article:published_time" content="2026-03-05T08:00:00+09:00">',
            datetime(2026, 3, 4, 23, tzinfo=UTC),
            date(2026, 3, 5),
        ),
        (
            '<meta property="article:published_time" content="2026-03-05">',
            datetime(2026, 3, 5, tzinfo=UTC),
            date(2026, 3, 5),
        ),
        ("", None, None),
    ],
)
def test_a_page_gives_title_text_and_the_date_that_it_states(
    head: str, published: datetime | None, day: date | None
) -> None:
    article = read_article(ARTICLE.format(head).encode(), "https://blog.example/orion/")
    assert article is not None
    assert article.title == "Orion"
    assert article.text.split("\n")[0] == TEXT.strip()
    assert article.text.split("\n")[-1] == "A point of the list"
    assert (article.published, article.day) == (published, day)


def test_a_page_is_fetched_for_what_its_listing_lacks(sqlite: Database, web: WebServer) -> None:
    article = web.add("/p/1/", ARTICLE.format(""))
    empty = web.add("/p/2/", "<!doctype html><html><body>My blog</body></html>")
    image = web.add("/p/3.png", ARTICLE.format(""), content_type="image/png")

    async def run(page: BlogPage) -> BlogPage | None:
        async with looking(sqlite, OPTIONS, now=lambda: NOW, apart=shared()) as reader:
            return await read_page(page, reader)

    read = asyncio.run(run(BlogPage(article, "As listed", NOW, revision="x")))
    assert read is not None
    assert (read.title, read.published, read.revision, read.whole) == ("As listed", NOW, "x", True)
    assert read.texts[0] == TEXT.strip()
    moved = web.redirect("/old/", article)
    slash = web.redirect("/p/1", article)
    assert asyncio.run(run(BlogPage(slash))) is not None
    for url in (empty, image, moved):
        assert asyncio.run(run(BlogPage(url))) is None
    teaser = BlogPage(empty, "Two", texts=("A teaser.",))
    assert asyncio.run(run(teaser)) == replace(teaser, whole=True)
    with pytest.raises(Failed, match="HTTP 404"):
        asyncio.run(run(BlogPage(web.url("/gone"))))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["link", "title", "content", "rendered", "date", "date_gmt", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(
    (_JSON | st.lists(_JSON)).map(lambda value: json.dumps(value).encode())
    | st.binary()
    | st.just(b"[" * 100_000)
)
def test_no_answer_upsets_the_reader_of_wordpress(body: bytes) -> None:
    try:
        pages, rows = parse_posts(document(body))
    except UnreadableError:
        return
    assert len(pages) <= rows
    assert all(page.url.startswith("http") and page.texts and page.whole for page in pages)


_TAGS = "urlset sitemapindex sitemap url loc lastmod".split()
_PIECES = [f"<{slash}{tag}>" for tag in _TAGS for slash in ("", "/")]
_PIECES += [
    "https://a.example/x",
    "/y",
    "2026-03-05",
    "&amp;",
    "&x;",
    "<!DOCTYPE u [<!ENTITY x 'y'>]>",
    "<!--",
]
_PIECES += ["<![CDATA[", "]]>", "\0", "文", " \n"]
_XML = st.lists(
    st.sampled_from(_PIECES),
    max_size=20,
).map(lambda parts: "".join(parts).encode())


@given(_XML | _XML.map(lambda body: b"<urlset>" + body + b"</urlset>") | st.binary().map(gzip.compress))
def test_no_sitemap_upsets_its_reader(body: bytes) -> None:
    try:
        listed = parse_page_list(document(body))
    except UnreadableError:
        return
    assert all(url.startswith("http") for url in (*(page.url for page in listed.pages), *listed.children))
    assert not (listed.pages and listed.children)
