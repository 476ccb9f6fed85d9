"""What the fast parser gives of a feed is what feedparser gives of it; and it takes most feeds."""

import random
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.parsing.document import Contents, Document
from crawler.parsing.errors import UnreadableError
from crawler.parsing.feed import read_patiently, read_quickly
from tests.crawler import feed_builder
from tests.crawler.conftest import document, item, rss
from tests.crawler.feed_builder import DAMAGES, NAMESPACES, ODDITIES, Builder, damaged

R = TypeVar("R")
BATCH = 250
# How often something unusual is met at each turn, and the least share that the fast parser then takes.
SHARES = {0.0: 0.9, 0.02: 0.75, 0.1: 0.4, 0.3: 0.1}
BOUND = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())


def outcome(read: Callable[[Document], R], of: Document) -> R | str:
    """What a parser gives, or why it gives nothing."""
    try:
        return read(of)
    except UnreadableError as error:
        return str(error)


def agree(body: bytes | str) -> bool:
    """Whether the fast parser takes this; what it then gives is what the other one does."""
    given = document(body)
    quick = outcome(read_quickly, given)
    if quick is None:
        return False
    patient = outcome(read_patiently, given)
    if isinstance(quick, Contents) and isinstance(patient, Contents):
        assert list(quick.entries) == list(patient.entries)
        assert quick.wishes == patient.wishes
    assert quick == patient
    return True


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("odd", SHARES)
def test_both_parsers_give_the_same(odd: float, seed: int) -> None:
    chance = random.Random(f"{odd} {seed}")  # noqa: S311 - the same feeds in every run
    taken = sum(agree(Builder(chance, odd).feed()) for _ in range(BATCH))
    assert taken / BATCH > SHARES[odd]


@pytest.mark.parametrize("damage", DAMAGES)
def test_both_parsers_give_the_same_of_a_damaged_feed(damage: str) -> None:
    chance = random.Random(damage)  # noqa: S311
    for _ in range(12):
        agree(damaged(Builder(chance, 0.0).feed(), damage, chance))


@pytest.mark.parametrize("oddity", ODDITIES)
@pytest.mark.parametrize("where", ["first", "last", "alone"])
def test_both_parsers_give_the_same_of_an_unusual_element(oddity: str, where: str) -> None:
    usual = item("Chips", "https://news.example/a", "Text.") if where != "alone" else "<title>Chips</title>"
    inside = oddity + usual if where == "first" else usual + oddity
    agree(f'<rss version="2.0"{BOUND}><channel><item>{inside}</item></channel></rss>')
    for namespace in (feed_builder.ATOM_03, feed_builder.ATOM_10):
        entry = f"<title>Chips</title><id>urn:1</id>{oddity}<link href='/a'/>"
        agree(f'<feed xmlns="{namespace}"{BOUND}><entry>{entry}</entry></feed>')


TEXTS = st.lists(
    st.sampled_from(
        (
            *feed_builder.WORDS, *feed_builder.ODD_WORDS, *feed_builder.MARKUP,
            "<", ">", "&", ";", "&#", "x", "]]>", "<![CDATA[", "é", "Ã", "\x85", "\xa0", "半", "\r", "\n",
        )
    ),
    max_size=6,
).map("".join) | st.text(max_size=30)  # fmt: skip
NAMES = st.sampled_from(
    "title link guid description pubDate content:encoded dc:date dc:title atom:link atom:updated media:title "
    "media:content itunes:summary author category content summary id published updated source image".split()
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(
        "type mode rel href url isPermaLink src lang lastmod rdf:about xml:lang xml:base".split()
    ),
    st.sampled_from(
        ["html", "text", "xhtml", "escaped", "base64", "alternate", "self", "false", "true", "/a", "ja", ""]
    ),
    max_size=2,
)


@st.composite
def elements(draw: st.DrawFn, depth: int = 2) -> str:
    """A well-formed element as feeds have them, with others in it or a text."""
    name, said = draw(NAMES), draw(TEXTS)
    attributes = "".join(f' {key}="{value}"' for key, value in draw(ATTRIBUTES).items())
    inside = "".join(
        draw(st.sampled_from(("&amp;", "&lt;", "&gt;", "&#233;", "&#x92;")))
        if letter in "<>&"
        else letter
        if letter.isprintable() or letter in "\r\n"
        else " "
        for letter in said
    )
    if depth and draw(st.integers(0, 9)) == 0:
        inside += "".join(draw(st.lists(elements(depth=depth - 1), max_size=3)))
    return f"<{name}{attributes}>{inside}</{name}>"


@given(
    st.lists(st.lists(elements(), max_size=7), min_size=1, max_size=3),
    st.sampled_from(("rss", "feed", "rdf")),
)
@settings(max_examples=400)
@example([["<title>t</title>", "<guid>/relative</guid>"]], "rss")
def test_both_parsers_give_the_same_of_any_pieces(items: list[list[str]], kind: str) -> None:
    inside = ["<title>t</title>" + "".join(parts) for parts in items]
    bodies = {
        "rss": f'<rss version="2.0"{BOUND}><channel>{{}}</channel></rss>',
        "feed": f'<feed xmlns="{feed_builder.ATOM_10}"{BOUND}>{{}}</feed>',
        "rdf": f'<rdf:RDF xmlns="http://purl.org/rss/1.0/"{BOUND}>{{}}</rdf:RDF>',
    }
    name = "entry" if kind == "feed" else "item"
    agree(bodies[kind].format("".join(f"<{name}>{parts}</{name}>" for parts in inside)))


@given(
    st.lists(
        st.sampled_from("<rss> <channel> <item> </item> <title> </title> text <link/> & { <feed>".split())
    )
)
def test_both_parsers_give_the_same_of_broken_ones(pieces: list[str]) -> None:
    agree("<rss version='2.0'><channel>" + "".join(pieces) + "</channel></rss>")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<rss/>",
        "<!doctype html><html><body><item>News</item></body></html>",
        "<html xmlns='http://www.w3.org/1999/xhtml'><body><p>News</p></body></html>",
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>/a</loc></url></urlset>",
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>",
        "<rss><item><title>a</title><link>/a</link></item></rss>",
        "<rss><item><title>a</title><link>/a</link></item><channel><item><title>b</title><link>/b</link></item>"
        "</channel><item><title>c</title><link>/c</link></item></rss>",
        rss(*(item(str(n), f"/{n}") for n in range(20_001))),
    ],
    ids=[
        "nothing",
        "no channel",
        "page",
        "XHTML",
        "sitemap",
        "RDF",
        "no channel around",
        "mixed",
        "too many",
    ],
)
def test_both_parsers_give_the_same_of_what_is_hardly_a_feed(body: str) -> None:
    agree(body)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "shift_jis", "euc_jp"])
def test_both_parsers_give_the_same_in_any_encoding(encoding: str) -> None:
    feed = rss(item("半導体ニュース：新工場が稼働", "/a", "短い要約")).replace(
        '"1.0"', f'"1.0" encoding="{encoding}"', 1
    )
    assert agree(feed.encode(encoding))


BARE = "<title>a</title><link>/a</link>"
DATED = f"{BARE}<guid>12</guid><pubDate>Tue, 24 Nov 2026 10:00:00 GMT</pubDate>"


@pytest.mark.parametrize(
    "feed",
    [
        rss(DATED, item("b", "/b")),
        f"<feed xmlns='{feed_builder.ATOM_10}'><entry><title>a</title><link href='/a'/></entry></feed>",
        f"<rdf:RDF xmlns='http://purl.org/rss/1.0/'{BOUND}><item rdf:about='/a'>{BARE}</item></rdf:RDF>",
    ],
)
def test_the_fast_parser_takes_what_is_plain(feed: str) -> None:
    assert agree(feed)
    assert read_quickly(document(feed)) is not None


def test_a_feed_is_never_taken_for_the_name_of_a_file() -> None:
    with pytest.raises(UnreadableError, match="not a feed"):
        read_patiently(document(feed_builder.__file__))
