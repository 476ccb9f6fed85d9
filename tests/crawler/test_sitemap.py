"""News sitemaps, plain and gzipped, and what is sent in their place."""

import contextlib
import gzip
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsing.document import Document
from crawler.parsing.errors import UnreadableError
from crawler.parsing.sitemap import MAX_UNPACKED, Child, worth_reading
from crawler.parsing.sitemap import parse_sitemap as parse
from storage.entry import Entry
from tests.crawler.conftest import document


def parse_sitemap(body: Document) -> list[Entry]:
    """The entries of a sitemap."""
    return list(parse(body).contents.entries)


SPACES = (
    "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
    "xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
)


def sitemap(*urls: str, before: str = "") -> bytes:
    """A news sitemap around the insides of its urls."""
    inside = "".join(f"<url>{url}</url>" for url in urls)
    return f"<?xml version='1.0' encoding='UTF-8'?>{before}<urlset {SPACES}>{inside}</urlset>".encode()


def news(loc: str, title: str, when: str = "2026-11-24T09:00:00+09:00", language: str = "ja") -> str:
    """The inside of one url."""
    return (
        f"<loc>{loc}</loc><news:news><news:publication><news:name>News</news:name>"
        f"<news:language>{language}</news:language></news:publication>"
        f"<news:publication_date>{when}</news:publication_date><news:title>{title}</news:title></news:news>"
    )


ONE = sitemap(news("https://news.example/1", "ラピダス、量産を&#x3000;開始"))
ENTRY = Entry(
    "https://news.example/1",
    "ラピダス、量産を 開始",
    language="ja",
    published=datetime(2026, 11, 24, 0, tzinfo=UTC),
)


@pytest.mark.parametrize(
    "body", [ONE, gzip.compress(ONE), b"\n\n" + ONE], ids=["plain", "gzip", "blank lines"]
)
def test_a_news_sitemap_gives_its_articles(body: bytes) -> None:
    assert parse_sitemap(document(body)) == [ENTRY]


def test_an_article_without_title_or_address_is_left_out() -> None:
    body = sitemap(
        "<loc>https://news.example/0</loc>",
        news("ftp://news.example/2", "Not of the web"),
        news("https://news.example/3", "<![CDATA[R&D <b>now</b>]]>", "soon", "en"),
    )
    assert parse_sitemap(document(body)) == [Entry("https://news.example/3", "R&D now", language="en")]


def test_the_last_change_stands_in_for_a_date() -> None:
    url = (
        "<loc>https://news.example/1</loc><lastmod>2026-11-20</lastmod>"
        "<news:news><news:title>Chips</news:title></news:news>"
    )
    assert parse_sitemap(document(sitemap(url)))[0].published == datetime(2026, 11, 20, tzinfo=UTC)


def test_a_sitemap_without_urls_is_one() -> None:
    assert parse_sitemap(document(sitemap())) == []


INDEX = """<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>
<sitemap><loc> /news.xml </loc><lastmod>2026-11-24T09:00:00+09:00</lastmod></sitemap>
<sitemap><loc>ftp://news.example/no.xml</loc></sitemap><sitemap/>
<sitemap><loc>https://news.example/old.xml.gz</loc></sitemap></sitemapindex>"""
MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)


def test_an_index_names_its_sitemaps() -> None:
    found = parse(document(INDEX, url="https://news.example/index.xml"))
    assert list(found.contents.entries) == []
    assert found.children == (
        Child("https://news.example/news.xml", MIDNIGHT),
        Child("https://news.example/old.xml.gz", None),
    )


def test_of_an_index_what_may_hold_news_is_read_the_latest_first() -> None:
    hour = timedelta(hours=1)
    children = [
        Child("https://a.example/news-1.xml", MIDNIGHT - hour),
        Child("https://a.example/news-2.xml", MIDNIGHT),
        Child("https://a.example/pages.xml", MIDNIGHT),
        Child("https://a.example/news-3.xml", None),
    ]
    names = [url.rpartition("/")[2] for url in worth_reading(children, None)]
    assert names == ["news-3.xml", "news-2.xml", "news-1.xml"]
    assert worth_reading(children, MIDNIGHT - hour / 2) == [children[3].url, children[1].url]
    assert worth_reading(children[2:3], MIDNIGHT + hour) == []
    many = [Child(f"https://a.example/{n}.xml", MIDNIGHT + n * hour) for n in range(20)]
    assert worth_reading(many, None) == [many[n].url for n in (19, 18, 17, 16, 15)]


def test_a_sitemap_that_breaks_off_says_so() -> None:
    whole = sitemap(news("https://news.example/1", "One"), news("https://news.example/2", "Two"))
    assert parse(document(whole)).contents.flaw is None
    cut = parse(document(whole[: whole.index(b"<news:title>Two")])).contents
    assert [entry.title for entry in cut.entries] == ["One"]
    assert (cut.flaw or "").startswith("the sitemap is broken (")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<sitemapindex/>", "an index that names no sitemaps"),
        ("<rss version='2.0'><channel/></rss>", 'not a sitemap but a feed; give kind = "feed"'),
        ("<html><body>News</body></html>", "not a sitemap but <html>"),
        ("", "not XML"),
        ("{}", "not XML"),
        (sitemap("<loc>https://news.example/1</loc>"), "a sitemap without news titles; give the address of"),
        (gzip.compress(ONE)[:-20], "damaged gzip"),
        (b"\x1f\x8b\x08nonsense", "damaged gzip"),
    ],
)
def test_what_is_no_news_sitemap_is_named(body: bytes | str, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        parse_sitemap(document(body))
    assert str(caught.value).startswith(reason)
    assert "\n" not in str(caught.value)


def test_a_gzip_bomb_is_not_unpacked() -> None:
    with pytest.raises(UnreadableError, match="larger than 50 MB unpacked"):
        parse_sitemap(document(gzip.compress(b" " * (MAX_UNPACKED + 1), compresslevel=1)))


def test_entities_are_not_expanded() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    body = sitemap(news("https://news.example/1", "Ha &l9;"), before=f"<!DOCTYPE urlset [{levels}]>")
    assert [entry.title for entry in parse_sitemap(document(body))] == ["Ha"]


def test_an_external_entity_is_not_read() -> None:
    before = '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///proc/self/status">]>'
    body = sitemap(news("https://news.example/1", "Pid: &x;"), before=before)
    assert [entry.title for entry in parse_sitemap(document(body))] == ["Pid:"]


def test_a_broken_sitemap_gives_what_can_be_read() -> None:
    body = sitemap(news("https://news.example/1", "One"), news("https://news.example/2", "R & D"))
    titles = [entry.title for entry in parse_sitemap(document(body[: body.index(b"</urlset>")]))]
    assert titles == ["One", "R D"]


def test_a_root_with_an_undeclared_prefix_is_named() -> None:
    with pytest.raises(UnreadableError):
        parse_sitemap(document("<dc:date/>"))


@given(
    st.binary()
    | st.lists(st.sampled_from("<urlset> <url> <loc> </loc> <a/> <!-- ]]> & \0 é".split(" "))).map(
        lambda pieces: "".join(pieces).encode()
    )
)
def test_no_bytes_upset_the_reading(body: bytes) -> None:
    with contextlib.suppress(UnreadableError):
        parse_sitemap(document(body))
