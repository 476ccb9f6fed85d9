"""No secret of an address is told, and all else is told as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.hiding import hide_secrets


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("https://me:s3cret@news.example/feed failed", "https://***@news.example/feed failed"),
        ("https://me:s@cr@t@news.example/feed", "https://***@news.example/feed"),
        ("postgresql+psycopg://chip:pw@db/watch", "postgresql+psycopg://***@db/watch"),
        ("https://news.example/feed?token=abc&page=2", "https://news.example/feed?token=***&page=2"),
        ("https://news.example/?a=1&api_key=abc#top", "https://news.example/?a=1&api_key=***#top"),
        ("https://news.example/?accessToken=abc", "https://news.example/?accessToken=***"),
        ("https://news.example/?X-Amz-Signature=abc", "https://news.example/?X-Amz-Signature=***"),
        ("https://news.example/?monkey=1&page=2", "https://news.example/?monkey=1&page=2"),
        ("https://news.example/@editor/1", "https://news.example/@editor/1"),
        ("editor@blog.example // said = nothing", "editor@blog.example // said = nothing"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_secrets_are_starred_out(said: str, shown: str) -> None:
    assert hide_secrets(said) == shown


@given(
    st.text(st.characters(categories=["L", "N"]), min_size=6),
    st.sampled_from(["https://u:{}@a.example/x", "http://a.example/?key={}", "x://a/?b=1&auth_token={}&c=2"]),
    st.text(),
)
def test_a_secret_is_gone_whatever_stands_around_it(secret: str, address: str, around: str) -> None:
    said = f"{around} {address.format('S3' + secret)} {around}"
    assert "S3" + secret not in hide_secrets(said).replace(around, "")
