"""Pages that list articles, with a selector and without."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsing.document import Document
from crawler.parsing.errors import UnreadableError
from crawler.parsing.listing import MAX_ENTRIES, Selectors
from crawler.parsing.listing import parse_listing as parse
from storage.entry import Entry
from tests.crawler.conftest import document


def parse_listing(page: Document, links: str | None = None) -> list[Entry]:
    """The entries of a listing."""
    return list(parse(page, Selectors(links)).entries)


PAGE = """<!doctype html><html lang="en-US"><head><title>Chip wire</title></head><body>
<header><a href="/2026/11/about-us-and-our-people.html">About us and all of our people</a></header>
<nav><a href="/news/a-topic-of-the-season/">Everything on export controls so far</a></nav>
<main>
<article><h2><a href="/2026/11/foundry-starts-line.html">Foundry starts its 2 nm line in spring</a></h2>
<time datetime="2026-11-24T08:00:00Z">today</time><p>Text <a href="/tags/foundry">Foundry</a></p></article>
<article><a href="/news/hbm-prices-rise"><h3>HBM prices rise for the third time</h3><p>And a teaser.</p></a>
<time datetime="2026-11-23T08:00:00+09:00">yesterday</time></article>
<article><a href="/2026/11/foundry-starts-line.html?utm_source=x">Foundry starts its 2 nm line in spring</a>
</article>
<a href="https://other.example/2026/11/a-story-from-elsewhere.html">A long story from another site</a>
<a href="#2026-11-24-top">Back to the very top of the page</a>
<a href="/news/short-title-here">Short</a>
<a href="/contact">Where you can find us if you wish to</a>
</main>
<footer><a href="/2026/terms-of-use.html">Terms of use and other such matters</a></footer>
</body></html>"""
URL = "https://news.example/"


def test_articles_are_found_by_themselves() -> None:
    assert parse_listing(document(PAGE, url=URL)) == [
        Entry(
            "https://news.example/2026/11/foundry-starts-line.html",
            "Foundry starts its 2 nm line in spring",
            language="en",
            published=datetime(2026, 11, 24, 8, tzinfo=UTC),
        ),
        Entry(
            "https://news.example/news/hbm-prices-rise",
            "HBM prices rise for the third time",
            language="en",
            published=datetime(2026, 11, 22, 23, tzinfo=UTC),
        ),
    ]


@pytest.mark.parametrize(
    "selector", ["article", "article a", "article a[href]:first-of-type", "main > article"]
)
def test_a_selector_names_links_or_what_holds_them(selector: str) -> None:
    found = parse_listing(document(PAGE, url=URL), selector)
    titles = [entry.title for entry in found if "Foundry starts" in entry.title or "HBM" in entry.title]
    assert titles == ["Foundry starts its 2 nm line in spring", "HBM prices rise for the third time"]


def test_a_selector_takes_what_would_not_look_like_an_article() -> None:
    found = parse_listing(
        document(PAGE, url=URL), "a[href*=contact], a[href*=elsewhere], main > a[href*=short]"
    )
    assert [entry.title for entry in found] == [
        "A long story from another site",
        "Short",
        "Where you can find us if you wish to",
    ]


@pytest.mark.parametrize(
    ("selector", "words"),
    [
        (None, "give a CSS selector as links"),
        (".no-such-class a", "links = '.no-such-class a' finds nothing; mend the selector"),
    ],
)
def test_a_page_without_articles_is_a_failure_that_says_what_to_do(selector: str | None, words: str) -> None:
    with pytest.raises(UnreadableError, match="no articles on the page") as caught:
        parse_listing(document("<html><body><a href='/'>Home</a></body></html>", url=URL), selector)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("", "https://news.example/front/a-new-fab-here"),
        ("<base href='/archive/'>", "https://news.example/archive/a-new-fab-here"),
        ("<base href='https://cdn.example/'>", "https://cdn.example/a-new-fab-here"),
        ("<base href='http://['>", "https://news.example/front/a-new-fab-here"),
    ],
)
def test_links_are_relative_to_the_base(base: str, url: str) -> None:
    page = f"<html><head>{base}</head><a class=x href='a-new-fab-here'>Fab</a>"
    assert [entry.url for entry in parse_listing(document(page, url=URL + "front/"), "a.x")] == [url]


def test_titles_in_wide_letters_may_be_short() -> None:
    page = "<html lang=ja><a href='/news/12345'>ラピダス、量産を開始</a><a href='/news/1'>続き</a></html>"
    found = parse_listing(document(page, url=URL))
    assert [(entry.title, entry.language) for entry in found] == [("ラピダス、量産を開始", "ja")]


def test_a_page_is_read_in_the_encoding_it_came_in() -> None:
    page = "<html><a href='/news/12345'>반도체 새 공장 가동 시작</a></html>".encode("euc_kr")
    read = parse_listing(document(page, "text/html; charset=euc-kr", URL))
    assert read[0].title == "반도체 새 공장 가동 시작"


def test_an_image_says_the_title_where_no_text_does() -> None:
    page = "<a href='/news/1'><img alt='A new fab'></a>"
    assert parse_listing(document(page, url=URL), "a")[0].title == "A new fab"


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "mailto:a@b.example", "#top", "", "http://[", "data:,x"]
)
def test_a_link_that_leads_nowhere_is_left_out(link: str) -> None:
    page = f"<a href='{link}'>Nowhere</a><a href='/here'>Here</a>"
    assert [entry.title for entry in parse_listing(document(page, url=URL), "a")] == ["Here"]


def test_a_page_has_so_many_articles_at_most() -> None:
    page = "".join(f"<a href='/news/{n}'>Article {n}</a>" for n in range(MAX_ENTRIES + 5))
    assert len(parse_listing(document(page, url=URL), "a")) == MAX_ENTRIES


@given(st.binary() | st.text("<>a href='/'=\"&#\0[]:/ \n").map(str.encode), st.sampled_from([None, "a", "*"]))
def test_no_bytes_upset_the_reading(body: bytes, selector: str | None) -> None:
    try:
        found = parse_listing(document(b"<html>" + body, url=URL), selector)
    except UnreadableError:
        return
    assert all(entry.title and entry.url.startswith("http") for entry in found)


@pytest.mark.parametrize("body", ["[]", '{"articles": []}'])
def test_json_is_no_page_with_articles(body: str) -> None:
    with pytest.raises(UnreadableError, match="no articles on the page"):
        parse_listing(document(body, url=URL))


def test_titles_and_dates_are_taken_from_where_the_selectors_say() -> None:
    page = """<ul><li><span class="day">2026年11月24日（火）</span><b class="t">量産を開始</b>
    <a href="/1">続きを読む</a></li><li><span class="day">2026.11.23</span><b class="t">新工場</b>
    <a href="/2">続きを読む</a></li><li><a href="/3">日付のない記事</a></li></ul>"""
    selectors = Selectors("li a", ".t", ".day")
    found = parse(document(page, url=URL), selectors).entries
    assert [(entry.title, entry.published and f"{entry.published:%m-%d}") for entry in found] == [
        ("量産を開始", "11-24"),
        ("新工場", "11-23"),
        ("日付のない記事", None),
    ]


def test_a_date_that_is_written_beside_a_link_is_read() -> None:
    page = """<ul><li><span>2026.11.20</span> <a href="/news/1">量産開始</a></li>
    <li><a href="/news/2">新工場</a> 2026年11月19日</li><li><a href="/news/3">型番 2026.1</a></li></ul>"""
    found = parse(document(page, url=URL), Selectors("li a")).entries
    assert [entry.published and f"{entry.published:%m-%d}" for entry in found] == ["11-20", "11-19", None]


def test_what_a_site_says_of_itself_is_no_article() -> None:
    page = """<a href="/docs/privacy.html">個人情報保護方針について詳しくはこちら</a>
    <a href="/docs/20261120.html">次世代チップの量産を来年に開始</a>"""
    assert [entry.url for entry in parse_listing(document(page, url=URL))] == [f"{URL}docs/20261120.html"]
