"""A post's address is where Jekyll publishes it."""

from datetime import date

import pytest

from storage.posts.permalink import permalink

DAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("date", "/ai/2026/03/04/orion.html"),
        ("pretty", "/ai/2026/03/04/orion/"),
        ("ordinal", "/ai/2026/063/orion.html"),
        ("none", "/ai/orion.html"),
        ("/blog/:title", "/blog/orion"),
        ("/:short_year/:i_month/:i_day/:slug:output_ext", "/26/3/4/orion.html"),
        ("no-slash/:title/", "/no-slash/orion/"),
    ],
)
def test_a_style_or_pattern_is_filled_in(pattern: str, path: str) -> None:
    assert permalink(pattern, day=DAY, slug="orion", categories=["ai"]) == path


def test_categories_become_folders_in_lower_case() -> None:
    path = permalink("none", day=DAY, slug="orion", categories=["AI Chips", "News"])
    assert path == "/ai-chips/news/orion.html"


def test_without_categories_or_a_date_no_slash_is_doubled() -> None:
    assert permalink("date", day=DAY, slug="orion") == "/2026/03/04/orion.html"
    assert permalink("date", day=None, slug="orion") == "/orion.html"


def test_what_is_not_ascii_is_percent_encoded() -> None:
    assert permalink("none", day=None, slug="量産 へ?#") == "/%E9%87%8F%E7%94%A3%20%E3%81%B8%3F%23.html"


def test_a_pattern_that_is_encoded_already_is_left_so() -> None:
    assert permalink("/%E9%87%8F/:title/", day=None, slug="orion") == "/%E9%87%8F/orion/"


def test_a_percent_sign_in_a_slug_is_encoded() -> None:
    assert permalink("none", day=None, slug="50%-off") == "/50%25-off.html"


def test_a_placeholder_in_a_slug_is_not_filled_in() -> None:
    assert permalink("none", day=DAY, slug=":year") == "/%3Ayear.html"


def test_an_unknown_placeholder_is_left_out() -> None:
    assert permalink("/:nothing/:title", day=DAY, slug="orion") == "/orion"
