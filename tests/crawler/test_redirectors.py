"""Links by way of counting servers: the article's own address, where the link holds it."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsing.links import web_link
from crawler.parsing.redirectors import behind

SHORT = "https://news.example/2026/chip"
LONG = f"https://news.example/2026/{'chips-and-more-' * 10}"


def google_news(url: str) -> str:
    """A link of Google News as it was made until 2024."""
    size = len(url)
    length = bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])
    message = b"\x08\x13\x22" + length + url.encode() + b"\xd2\x01\x3ehttps://news.example/amp/not-this"
    token = base64.urlsafe_b64encode(message).decode().rstrip("=")
    return f"https://news.google.com/rss/articles/{token}?oc=5"


@pytest.mark.parametrize(
    ("link", "url"),
    [
        (google_news(SHORT), SHORT),
        (google_news(LONG), LONG),
        ("https://www.google.com/url?rct=j&url=https://news.example/a%3Fb%3D1&ct=ga", "https://news.example/a?b=1"),
        ("https://www.google.com/url?q=https://news.example/a", "https://news.example/a"),
        ("http://www.bing.com/news/apiclick.aspx?ref=FexRss&url=https%3a%2f%2fnews.example%2fa&c=1",
         "https://news.example/a"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fnews.example%2Fa&h=x", "https://news.example/a"),
        ("https://r.search.yahoo.com/_ylt=A/RV=2/RU=https%3a%2f%2fnews.example%2fa/RK=2/RS=x-",
         "https://news.example/a"),
        ("https://rd.yahoo.co.jp/rss/l/it/*https%3A//news.yahoo.co.jp/pickup/1", "https://news.yahoo.co.jp/pickup/1"),
    ],
)  # fmt: skip
def test_the_address_behind_is_found(link: str, url: str) -> None:
    assert behind(link) == url
    assert web_link("https://feed.example/", link) == url


@pytest.mark.parametrize(
    "link",
    [
        SHORT,
        "https://news.google.com/rss/articles/CBMiSkFVX3lxTE1hYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5eg?oc=5",
        "https://news.google.com/rss/articles/!!!",
        "https://www.google.com/search?q=https://news.example/a",
        "https://www.google.com/url?url=javascript:alert(1)",
        "https://www.google.com/url?url=",
        "https://news.example/url?url=https://evil.example/",
        "https://www.youtube.com/watch?v=1",
    ],
)
def test_any_other_link_stays_as_it_is(link: str) -> None:
    assert behind(link) == link


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: base64.urlsafe_b64encode(b).decode()))
def test_no_link_upsets_it(text: str) -> None:
    for link in (text, f"https://news.google.com/articles/{text}", f"https://www.google.com/url?url={text}"):
        assert isinstance(behind(link), str)
