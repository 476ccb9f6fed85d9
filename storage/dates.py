"""Dates as people and programs write them."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

from dateutil import parser

# Zones by name that news and blogs use. Where a name has several meanings, the one of news feeds: CST is
# the American one, as RFC 822 says.
_HOURS = {
    "UT": 0, "GMT": 0, "Z": 0, "WET": 0, "BST": 1, "CET": 1, "WEST": 1, "CEST": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "PKT": 5, "IST": 5.5, "ICT": 7, "WIB": 7, "HKT": 8, "SGT": 8, "PHT": 8, "AWST": 8, "JST": 9,
    "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9,
    "HST": -10,
}  # fmt: skip
_ZONES = {name: timezone(timedelta(hours=hours), name) for name, hours in _HOURS.items()}
_LONGEST = 100  # characters; a date is shorter
# 2026年11月24日 14時05分, and the same in Chinese and Korean.
_WITH_UNITS = re.compile(
    r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日号號일]"
    r"(?:\s*[（(][^)）]{1,5}[)）])?"
    r"(?:\s*(午前|午後|上午|下午|오전|오후)?\s*(\d{1,2})\s*[時时點点시:]\s*(\d{1,2})?)?"
    r"[分분]?(\s*(?:[A-Z]{2,4}|[+-]\d\d:?\d\d)\s*$)?"
)
_AFTER_NOON = ("午後", "下午", "오후")
_YEARS = range(1970, 2200)  # others are no date of news or of a post, and some overflow in some time zone
# What a text leaves out is filled from these; where the results differ, it was no whole date.
_FILLS = (datetime(2001, 1, 1), datetime(2002, 2, 2))  # noqa: DTZ001 - only their day counts


def parse_date(value: object) -> datetime | None:
    """A date and time in any usual notation, with its zone if it has one; none if it is no whole date."""
    if isinstance(value, date):
        value = value.isoformat()
    if isinstance(value, int) and 19000101 <= value <= 99991231:
        value = str(value)  # 20261124, which YAML takes for a number
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST:
        return None
    units = _WITH_UNITS.search(value)
    if units is not None:
        year, month, day, half, hour, minute, zone = units.groups()
        hours = int(hour or 0) % 12 + 12 * (half in _AFTER_NOON) if half else int(hour or 0)
        value = f"{year}-{month}-{day} {hours}:{minute or 0}{zone or ''}"
    try:
        one, other = (parser.parse(value.strip(), default=fill, tzinfos=_zone) for fill in _FILLS)
    except (ValueError, OverflowError, TypeError):
        return None
    return one if one.date() == other.date() else None


def as_utc(moment: datetime | None) -> datetime | None:
    """The moment in UTC, a naive one taken as UTC; none for one before 1970 or after 2199."""
    if moment is None:
        return None
    try:
        utc = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return utc if utc.year in _YEARS else None


def _zone(name: str | None, offset: int | None) -> timezone | None:
    if offset is not None:
        return timezone(timedelta(seconds=offset)) if abs(offset) < 86400 else None
    # An unknown name must not end in a warning: such a time is taken as UTC.
    return _ZONES.get((name or "").upper(), UTC)
