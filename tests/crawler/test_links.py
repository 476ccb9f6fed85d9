"""Links as they stand in documents, made whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsing.links import web_link
from storage.urls import canonical_url, is_web_url

BASE = "https://news.example/feeds/all"


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://other.example/a?b=1#c", "https://other.example/a?b=1#c"),
        ("/a", "https://news.example/a"),
        ("a", "https://news.example/feeds/a"),
        ("//other.example/a", "https://other.example/a"),
        (" /a b\n", "https://news.example/a%20b"),
        ("/記事", "https://news.example/%E8%A8%98%E4%BA%8B"),
        ("/%E8%A8%98", "https://news.example/%E8%A8%98"),
    ],
)
def test_a_link_is_made_absolute_and_encoded(link: str, url: str) -> None:
    assert web_link(BASE, link) == url


@pytest.mark.parametrize(
    ("base", "link", "url"),
    [
        ("https://me:s@cret@news.example/feed", "/a", "https://news.example/a"),
        ("https://news.example/feed?token=secret", "#a", "https://news.example/feed#a"),
        ("https://news.example/feed?page=2", "#a", "https://news.example/feed?page=2#a"),
        ("https://news.example/feed", "https://me@other.example/a", "https://me@other.example/a"),
    ],
)
def test_a_link_takes_over_no_secret_of_its_document(base: str, link: str, url: str) -> None:
    assert web_link(base, link) == url


def test_where_the_user_alone_sees_a_link_it_keeps_the_login() -> None:
    link = web_link("https://me:secret@news.example/", "/feed", told=False)
    assert link == "https://me:secret@news.example/feed"


@pytest.mark.parametrize(
    "link",
    ["", "  ", "mailto:a@b.example", "javascript:alert(1)", "data:,x", "http://", "http://["],
)
def test_what_leads_to_no_web_page_is_none(link: str) -> None:
    assert web_link(BASE, link) is None


PIECES = [
    "http://",
    "//",
    "[",
    "]",
    "::1",
    "a",
    ".",
    "..",
    "@",
    ":",
    "99999",
    "/",
    "?",
    "#",
    "%",
    "é",
    "\\",
    "\t",
    "\0",
]


@given(st.text() | st.lists(st.sampled_from([*PIECES, "\ud800"])).map("".join))
def test_a_link_is_none_or_can_be_kept_and_fetched(link: str) -> None:
    url = web_link(BASE, link)
    if url is not None:
        assert is_web_url(url)
        assert url.isascii()
        assert canonical_url(url)
