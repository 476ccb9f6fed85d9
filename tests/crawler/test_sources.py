"""What the settings may say of a source: durations, addresses, selectors."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crawler.sources import Source, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("45s", timedelta(seconds=45)),
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        (" 5 m ", timedelta(minutes=5)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text", ["", "30", "m", "0m", "-5m", "1.5h", "1h30m", "5 weeks", "400d", "9" * 30 + "d"]
)
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be"):
        parse_duration(text)


@pytest.mark.parametrize("value", [30, None, 1.5, ["30m"], timedelta(0)])
def test_a_value_of_another_type_is_no_interval(value: object) -> None:
    with pytest.raises(ValueError, match="must be a duration"):
        Source.model_validate({"name": "News", "url": "https://news.example/feed", "interval": value})


@pytest.mark.parametrize(
    ("seconds", "text"), [(90, "90s"), (60, "1m"), (5400, "90m"), (7200, "2h"), (86400, "1d"), (90000, "25h")]
)
def test_a_duration_is_shown_in_the_largest_unit_that_holds_it(seconds: int, text: str) -> None:
    assert format_duration(timedelta(seconds=seconds)) == text


@given(st.integers(1, 366 * 86400))
def test_a_shown_duration_reads_as_itself(seconds: int) -> None:
    assert parse_duration(format_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


def test_a_source_needs_a_name_and_an_address() -> None:
    source = Source(name="News", url=" https://news.example/feed ")
    assert (source.url, source.kind, source.interval) == (
        "https://news.example/feed",
        "feed",
        timedelta(minutes=30),
    )
    with pytest.raises(ValidationError, match="at least 1 character"):
        Source(name="", url="https://news.example/feed")


@pytest.mark.parametrize(
    "url",
    ["", "news.example/feed", "ftp://news.example/", "file:///etc/passwd", "https://", "http://[", "data:,x"],
)
def test_an_address_must_be_of_the_web(url: str) -> None:
    with pytest.raises(ValidationError, match=r"must be an http:// or https:// address"):
        Source(name="News", url=url)


def test_an_interval_is_read_and_written_as_people_write_it() -> None:
    source = Source.model_validate({"name": "News", "url": "https://news.example/", "interval": "2h"})
    assert source.interval == timedelta(hours=2)
    assert source.model_dump()["interval"] == "2h"


def test_a_selector_must_be_one() -> None:
    assert Source(name="N", url="https://n.example/", links="h2 > a[href]").links == "h2 > a[href]"
    with pytest.raises(ValidationError, match="is not a CSS selector"):
        Source(name="N", url="https://n.example/", links="h2 >> a[")


@pytest.mark.parametrize("extra", [{"kind": "podcast"}, {"selector": "a"}])
def test_what_is_not_known_is_refused(extra: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Source.model_validate({"name": "News", "url": "https://news.example/"} | extra)
