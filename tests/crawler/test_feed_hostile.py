"""Feeds made to do harm, and feeds of any bytes."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.parsing.document import Contents
from crawler.parsing.errors import UnreadableError
from tests.crawler.conftest import document, item, parsed, rss

PIECES = (
    "<rss version='2.0'> <channel> <item> </item> <title> </title> <link> </link> <guid> <description> "
    "<entry> <feed <content <svg> <link/> <![CDATA[ ]]> <!-- <! &lt; &amp; &# &#x ; http://[ // 2026-11-24 "
    "\0 é 半 1e9 <author> <source> <category> <image> <textinput> <enclosure/> <a href=' '> "
    "99999999999999999999 <pubDate> <updated> D800 <base href='http://["
).split(" ")


def read(body: bytes) -> Contents | None:
    """What the feed gives, if it can be read; anything but `UnreadableError` is raised."""
    try:
        return parsed(document(body, "application/xml"))
    except UnreadableError:
        return None


@given(st.binary())
@example(b"\xff\xfe<\0r\0s\0s\0")
@example(b"<?xml version='1.0' encoding='utf-7'?><rss/>")
@example(b"<?xml version='1.0' encoding='nonsense'?><rss/>")
def test_no_bytes_upset_the_reading(body: bytes) -> None:
    read(body)


@given(st.lists(st.sampled_from(PIECES), max_size=25))
@example(["<textinput>", "<link/>"])
@example(["&#", "99999999999999999999", ";"])
@settings(max_examples=200)
def test_no_pieces_of_feeds_upset_the_reading(pieces: list[str]) -> None:
    read(rss("<title>t</title>" + "".join(pieces)).encode())


@given(st.data())
def test_a_feed_cut_anywhere_gives_entries_of_its_own_or_a_reason(data: st.DataObject) -> None:
    whole = rss(*(item(f"Chip {n}", f"/{n}", "Text.") for n in range(3))).encode()
    found = read(whole[: data.draw(st.integers(60, len(whole) - 1))])
    if found is not None:
        assert {entry.title for entry in found.entries} <= {"Chip 0", "Chip 1", "Chip 2"}


@pytest.mark.parametrize("reference", ["&#xD800;", "&#99999999999;"])
def test_one_impossible_character_does_not_cost_the_feed(reference: str) -> None:
    found = read(rss(f"<title>a {reference}</title><link>/a</link>", item("b", "/b")).encode())
    assert found is not None
    assert len(found.entries) == 2


@pytest.mark.parametrize(
    "element", ["<links>none</links>", "<links a='b'/>", "<published_parsed>now</published_parsed>"]
)
def test_an_element_with_the_name_of_what_is_made_of_others_does_no_harm(element: str) -> None:
    dated = "<pubDate>soon</pubDate>"
    found = read(rss(f"{element}<title>t</title><guid>https://news.example/a</guid>{dated}").encode())
    assert found is not None
    assert [entry.url for entry in found.entries] == ["https://news.example/a"]


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(6))
DECLARATIONS = {
    "at once": f"<!DOCTYPE rss [{LAUGHS}]>",
    "late": f"<!--{'x' * 11_000}--><!DOCTYPE rss [{LAUGHS}]>",
    "external": '<!DOCTYPE rss [<!ENTITY l5 SYSTEM "file:///proc/self/status">]>',
}
# Where something before the declarations looks like the first tag, or like the beginning of a comment.
HIDDEN = {
    "behind an instruction": f"<?x <a?><!DOCTYPE rss [{LAUGHS}]>",
    "behind a notation": f'<!DOCTYPE rss [<!NOTATION n SYSTEM "<a">{LAUGHS}]>',
    "behind an address": f'<!DOCTYPE rss SYSTEM "<a" [{LAUGHS}]>',
    "in no comment": f"<?x <!-- ?><!DOCTYPE rss [{LAUGHS}]><?y -->?>",
}


def refusal(prolog: str, encoding: str) -> None:
    """The feed behind the prolog is refused for its entities."""
    feed = prolog + rss("<title>t</title><link>/a</link><description>&l5;</description>").partition("?>")[2]
    with pytest.raises(UnreadableError, match="declares XML entities; such feeds are refused"):
        parsed(document(feed.encode(encoding), "application/xml"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("where", DECLARATIONS)
def test_a_feed_that_declares_entities_is_refused(where: str, encoding: str) -> None:
    refusal(DECLARATIONS[where], encoding)


@pytest.mark.parametrize("where", HIDDEN)
def test_a_feed_that_hides_its_entities_is_refused(where: str) -> None:
    refusal(HIDDEN[where], "utf-8")


def test_an_article_about_entities_is_no_declaration() -> None:
    text = "In a DTD, <![CDATA[<!ENTITY a 'b'>]]> declares an entity."
    found = read(rss(f"<title>t</title><link>/a</link><description>{text}</description>").encode())
    assert found is not None
    assert len(found.entries) == 1


def test_a_script_is_no_text() -> None:
    found = read(rss(item("t", "/a", "<script>steal()</script><img src=x onerror=steal()>Text")).encode())
    assert found is not None
    assert found.entries[0].text == "Text"


def test_a_text_without_end_is_cut() -> None:
    found = read(rss(item("t", "/a", "word " * 200_000)).encode())
    assert found is not None
    assert len(found.entries[0].text) <= 200_000


def test_a_reference_of_thousands_of_digits_does_not_cost_the_feed() -> None:
    long = f"&amp;#{'9' * 5000};"
    found = parsed(document(rss(item("One", "/1"), f"<title>Two {long}</title><link>/2</link>")))
    assert [entry.title[:3] for entry in found.entries] == ["One", "Two"]


def test_an_encoding_that_is_none_is_not_believed() -> None:
    body = b'<?xml version="1.0" encoding="undefined"?>' + rss(item("One \xff", "/1"))[21:].encode("latin-1")
    assert len(parsed(document(body)).entries) == 1


def test_a_tag_of_endless_attributes_takes_no_time_that_grows_with_their_square() -> None:
    tag = "<p " + " ".join(f"q{number}" for number in range(300_000)) + ">"
    for markup in (f"<!-- -->{tag}x", f"<b>{tag}x"):
        cdata = f"<![CDATA[{markup}]]>"
        text = f"<title>{cdata}</title><link>/1</link><description>{cdata}</description>"
        assert len(parsed(document(rss(text, item("Two", "/2")))).entries) >= 1
