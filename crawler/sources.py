"""What a source is: validated settings, not code."""

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, field_validator

from storage.urls import is_web_url

_DURATION = re.compile(r"(\d{1,9})\s*(s|m|h|d)")
LONGEST = 366 * 86_400  # seconds
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def parse_duration(text: str) -> timedelta:
    """`"30m"` to a timedelta; s, m, h and d for seconds, minutes, hours and days. Raises `ValueError`."""
    match = _DURATION.fullmatch(text.strip())
    seconds = int(match[1]) * _SECONDS[match[2]] if match else 0
    if not 0 < seconds <= LONGEST:
        raise ValueError('must be a duration such as "30m", "2h" or "1d", a year at most')
    return timedelta(seconds=seconds)


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        value = format_duration(value) if value > timedelta(0) else ""
    return parse_duration(value if isinstance(value, str) else "")


def format_duration(value: timedelta) -> str:
    """A timedelta as `parse_duration` reads it, in the largest unit that holds it whole."""
    seconds = int(value.total_seconds())
    unit = next(unit for unit, size in reversed(_SECONDS.items()) if seconds % size == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"


def _pause(value: object) -> timedelta:
    """A duration that may be none at all."""
    return timedelta(0) if value in ("0", "0s", timedelta(0)) else _duration(value)


Pause = Annotated[timedelta, BeforeValidator(_pause), PlainSerializer(format_duration, return_type=str)]
Duration = Annotated[timedelta, BeforeValidator(_duration), PlainSerializer(format_duration, return_type=str)]


class Source(BaseModel):
    """Where news comes from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    url: str
    kind: Literal["feed", "listing", "sitemap"] = "feed"
    interval: Duration = timedelta(minutes=30)
    language: Literal["en", "ja", "zh", "ko"] | None = None  # expected; each item's own is detected
    links: str | None = None  # listing: a CSS selector for the links to articles; none: found by themselves
    titles: str | None = None  # listing: for the title, in the block of a link; none: its heading, its text
    dates: str | None = None  # listing: for the date, in the block of a link; none: its <time>

    @property
    def selectors(self) -> str:
        """Where on a page the articles stand, as one text."""
        return "\n".join(text or "" for text in (self.links, self.titles, self.dates)).rstrip("\n")

    @field_validator("url")
    @classmethod
    def _web(cls, value: str) -> str:
        if not is_web_url(value):
            raise ValueError("must be an http:// or https:// address")
        return value.strip()

    @field_validator("links", "titles", "dates")
    @classmethod
    def _selector(cls, value: str | None) -> str | None:
        if value is not None:
            from cssselect import SelectorError
            from parsel import css2xpath

            try:
                css2xpath(value)
            except SelectorError as error:
                raise ValueError(f"is not a CSS selector: {error}") from error
        return value
