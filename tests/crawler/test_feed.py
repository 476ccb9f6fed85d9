"""Feeds to entries: each kind with its expected twin in data/, and what feeds leave out or get wrong."""

import tomllib
from pathlib import Path

import pytest

from crawler.parsing.errors import UnreadableError
from storage.entry import Entry
from tests.conftest import NOW
from tests.crawler.conftest import document, item, parsed, rss

DATA = Path(__file__).parent / "data"
FEEDS = sorted(DATA.glob("*.xml"))
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>'


@pytest.mark.parametrize("feed", FEEDS, ids=[feed.stem for feed in FEEDS])
def test_a_feed_gives_the_entries_of_its_twin(feed: Path) -> None:
    expected = tomllib.loads(feed.with_suffix(".toml").read_text(encoding="utf-8"))["entries"]
    found = parsed(document(feed.read_bytes(), "application/xml"))
    assert list(found.entries) == [Entry(**entry) for entry in expected]
    assert found.flaw is None


def test_every_kind_of_feed_is_there() -> None:
    assert {feed.stem for feed in FEEDS} == {"rss091", "rss10", "rss20", "atom03", "atom10"}


def test_a_feed_without_dates_and_ids_is_read() -> None:
    entry = parsed(document(rss(item("Chips", "https://news.example/a", "Text."))))
    assert list(entry.entries) == [Entry("https://news.example/a", "Chips", "Text.", "en")]


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/a", "https://news.example/a"),
        ("a", "https://news.example/feeds/a"),
        ("../a", "https://news.example/a"),
        ("//other.example/a", "https://other.example/a"),
        ("?id=1", "https://news.example/feeds/all?id=1"),
        ("  https://news.example/a\n", "https://news.example/a"),
        ("https://news.example/記事", "https://news.example/%E8%A8%98%E4%BA%8B"),
    ],
)
def test_a_link_is_relative_to_where_the_feed_was_found(link: str, url: str) -> None:
    found = parsed(document(rss(item("Chips", link)), url="https://news.example/feeds/all"))
    assert [entry.url for entry in found.entries] == [url]


@pytest.mark.parametrize(
    "link", ["", "mailto:a@b.example", "file:///etc/passwd", "http://[", "http://a:99999/"]
)
def test_an_entry_that_leads_nowhere_is_left_out(link: str) -> None:
    found = parsed(document(rss(item("Nowhere", link), item("Here", "/a")), "application/xml"))
    assert [entry.title for entry in found.entries] == ["Here"]


def test_the_longest_text_is_taken() -> None:
    entry = (
        "<entry><title>t</title><link href='/a'/><summary>Longer than the content.</summary>"
        "<content>Short.</content></entry>"
    )
    assert parsed(document(ATOM.format(entry))).entries[0].text == "Longer than the content."


def test_a_text_that_only_repeats_the_title_is_none() -> None:
    assert parsed(document(rss(item("Chips", "/a", "Chips")))).entries[0].text == ""


@pytest.mark.parametrize("before", ["\n\n  ", "\ufeff", "\r\n\t"])
def test_what_stands_before_the_feed_does_no_harm(before: str) -> None:
    assert len(parsed(document(before + rss(item("Chips", "/a")))).entries) == 1


def test_control_characters_are_cleaned_out() -> None:
    found = parsed(document(rss(item("Ch\x07ips\x0b", "/a", "So\x01me text"))))
    assert [(entry.title, entry.text) for entry in found.entries] == [("Ch ips", "So me text")]


def test_an_undeclared_entity_does_no_harm() -> None:
    found = parsed(document(rss("<title>2&nbsp;nm &mdash; now</title><link>/a</link>")))
    assert [entry.title for entry in found.entries] == ["2 nm — now"]


def test_ten_thousand_entries_are_read() -> None:
    found = parsed(document(rss(*(f"<title>Chip {n}</title><link>/{n}</link>" for n in range(10_000)))))
    assert len(found.entries) == 10_000
    assert found.entries[-1].url == "https://news.example/9999"


def test_a_feed_that_breaks_off_gives_what_is_there_and_says_so() -> None:
    whole = rss(item("One", "/1"), item("Two", "/2"), item("Three", "/3"))
    found = parsed(document(whole[: whole.index("/3")]))
    assert [entry.title for entry in found.entries] == ["One", "Two"]
    assert found.flaw is not None
    assert "breaks off" in found.flaw


def test_bad_markup_alone_is_no_flaw() -> None:
    found = parsed(document(rss("<title>R & D <b>now</title><link>/a</link>", item("Two", "/2"))))
    assert [entry.url[-2:] for entry in found.entries] == ["/a", "/2"]
    assert found.flaw is None


def test_an_empty_feed_is_a_feed() -> None:
    assert list(parsed(document(rss(), "application/rss+xml")).entries) == []


@pytest.mark.parametrize("content_type", ["", "text/plain", "text/html; charset=utf-8"])
def test_an_empty_feed_is_a_feed_whatever_it_is_sent_as(content_type: str) -> None:
    assert list(parsed(document(rss(), content_type)).entries) == []


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        ("<!doctype html><html><body>News</body></html>", "text/html", "not a feed but a web page; find"),
        ("%PDF-1.7", "application/pdf", "not a feed but application/pdf"),
        ('{"items": []}', "", "not a feed"),
        ("<!DOCTYPE rss [<!ENTITY a 'b'>]><rss/>", "", "declares XML entities; such feeds are refused"),
        ("<rss><channel><item><title>t", "application/xml", "a broken feed without readable entries"),
    ],
)
def test_what_is_no_feed_is_named(body: str, content_type: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match="^" + reason.replace("(", r"\(")) as caught:
        parsed(document(body, content_type))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("body", [b"", b" \r\n\t", b"\0\0"])
def test_an_empty_answer_is_named(body: bytes) -> None:
    with pytest.raises(UnreadableError, match="the answer is empty"):
        parsed(document(body))


def test_a_date_is_not_later_than_the_visit() -> None:
    dated = "<title>t</title><link>/a</link><pubDate>{}</pubDate>"
    days = ["Wed, 25 Nov 2026 08:00:00 GMT", "Thu, 26 Nov 2026 12:00:00 GMT"]
    found = [parsed(document(rss(dated.format(day)))).entries[0].published for day in days]
    assert found == [NOW.replace(day=25, hour=8), None]


def test_a_date_that_is_none_does_no_harm() -> None:
    dated = "<title>t</title><link>/a</link><pubDate>Sat, 99 Foo 2026</pubDate>"
    assert parsed(document(rss(dated))).entries[0].published is None


def test_an_id_stays_as_the_feed_has_it() -> None:
    given = ["12345", "/relative", "tag:news.example,2026:1"]
    found = parsed(document(rss(*(f"<title>t</title><link>/a</link><guid>{one}</guid>" for one in given))))
    assert [entry.feed_id for entry in found.entries] == given


@pytest.mark.parametrize(
    ("base", "link", "url"),
    [
        ("https://cdn.example/blog/", "a", "https://cdn.example/blog/a"),
        ("/blog/", "a", "https://news.example/blog/a"),
        ("//cdn.example/blog/", "../a", "https://cdn.example/a"),
        ("https://cdn.example/blog/", "https://news.example/a", "https://news.example/a"),
    ],
)
def test_a_link_is_relative_to_the_base_that_the_feed_names(base: str, link: str, url: str) -> None:
    entry = f"<entry xml:base='{base}'><title>t</title><link href='{link}'/></entry>"
    assert [entry.url for entry in parsed(document(ATOM.format(entry))).entries] == [url]


def test_the_language_of_rdf_may_stand_on_its_root() -> None:
    items = "<item><title>経産省、半導体支援策発表</title><link>/a</link>{}</item>"
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    root = f'xmlns="http://purl.org/rss/1.0/" xmlns:rdf="{rdf}" xml:lang="ja"'
    for extra in ("", "<title>said twice</title>"):
        found = parsed(document(f"<rdf:RDF {root}>{items.format(extra)}</rdf:RDF>"))
        assert [entry.language for entry in found.entries] == ["ja"]


def test_letters_that_were_left_in_windows_1252_are_read() -> None:
    found = parsed(document(rss(item("It\x92s \x93here\x94", "/a", "<p>2 \x96 3</p>"))))
    assert [(entry.title, entry.text) for entry in found.entries] == [("It’s “here”", "2 – 3")]


def test_the_first_date_that_can_be_read_is_taken() -> None:
    dates = "<published>soon</published><updated>2026-11-24T10:00:00Z</updated>"
    entry = f"<entry><title>t</title><link href='/a'/>{dates}</entry>"
    assert parsed(document(ATOM.format(entry))).entries[0].published == NOW.replace(hour=10)
