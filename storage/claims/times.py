"""The times that a sentence names: the days they cover, seen from the day it was written."""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from storage.claims.wording import FISCAL, MONTH, Wording
from storage.linking.figures import points_in_time

APRIL = 4  # a Japanese fiscal year's first month
REACH = 24  # characters around a year that may name a part of it

Span = tuple[date, date]  # the first and the last day

_ENGLISH = "January February March April May June July August September October November December".split()
_KEY = re.compile(r"(?P<fiscal>FY)?(?P<year>\d{4})-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<month>\d\d))")
_DAY = re.compile(
    r"(?<!\d)(?:(?P<east>\d{1,2})\s?[日일]\Z|(?P<west>\d{1,2})(?:st|nd|rd|th)?,?\s\d{4}\Z|\A(?P<first>\d{1,2})\s)"
)
_EASTERN_YEAR = re.compile(r"(?<![\d.,])(?P<year>20\d\d)\s?[年년](?P<fiscal>度)?도?(?:の|\s)?")
_WESTERN_YEAR = re.compile(r"(?<![\w.,$])(?<!\d-)(?P<year>20\d\d)(?![\d,]\d|\.\d|\w)")


@dataclass(frozen=True)
class Time:
    """A time in a sentence: where it stands there, its first and last day."""

    start: int
    end: int
    first: date
    last: date
    sure: bool  # it is one by which something happens; "from 2027 on" and "as of 2027" are none


def absolute(sentence: str, day: date, wording: Wording) -> str:
    """A sentence with the years and months that are named by their distance from `day` written out."""

    def written(match: re.Match[str]) -> str:
        group = match.lastgroup or ""
        unit, distance = group[:-1], int(group[-1])
        year, month = day.year, day.month
        if unit == MONTH:
            year, month = year + (month - 1 + distance) // 12, (month - 1 + distance) % 12 + 1
            return f"{_ENGLISH[month - 1]} {year}" if wording.part_first else f"{year}年{month}月"
        if unit == FISCAL:
            return f"{year - (month < APRIL) + distance}年度"
        return f"{year + distance}" if wording.part_first else f"{year + distance}年"

    return wording.relative.sub(written, sentence)


def times(sentence: str, wording: Wording) -> list[Time]:
    """The times of a sentence whose times are absolute, in order."""
    found = []
    for start, end, figure in points_in_time(sentence):
        if span := _span(figure.key, figure.shown):
            found.append(_time(start, end, span, sentence, wording))
    form = _WESTERN_YEAR if wording.part_first else _EASTERN_YEAR
    for match in form.finditer(sentence):
        if all(match.start() >= time.end or match.end() <= time.start for time in found):
            found += _year(match, sentence, wording)
    return sorted(found, key=lambda time: time.start)


def _time(start: int, end: int, span: Span, sentence: str, wording: Wording) -> Time:
    return Time(start, end, *span, sure=wording.vague.match(sentence, end) is None)


def _year(match: re.Match[str], sentence: str, wording: Wording) -> Sequence[Time]:
    """A year, or the part of it that is named beside it; nothing where a number may be something else."""
    year, start, end = int(match["year"]), match.start(), match.end()
    if match.groupdict().get("fiscal"):
        return [_time(start, end, _months(year, APRIL, APRIL + 11), sentence, wording)]
    if wording.part_first:
        before = sentence[max(0, start - REACH) : start]
        for part in wording.parts:
            if found := part.words.search(before):
                start -= len(before) - found.start()
                return [_time(start, end, _months(year, part.first, part.last), sentence, wording)]
        return []
    for part in wording.parts:
        if found := part.words.match(sentence, end):
            return [_time(start, found.end(), _months(year, part.first, part.last), sentence, wording)]
    return [_time(start, end, _months(year, 1, 12), sentence, wording)]


def _span(key: str, shown: str) -> Span | None:
    """The first and last day of what a figure's key names; a day where it is shown with one."""
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    year = int(match["year"])
    offset = APRIL - 1 if match["fiscal"] or "年度" in shown else 0
    if match["quarter"]:
        start = 3 * int(match["quarter"]) - 2 + offset
        return _months(year, start, start + 2)
    if match["half"]:
        start = 6 * int(match["half"]) - 5 + offset
        return _months(year, start, start + 5)
    month = int(match["month"])
    if not 1 <= month <= 12:
        return None
    day = _DAY.search(shown)
    if day is not None:
        number = int(day["east"] or day["west"] or day["first"])
        if 1 <= number <= monthrange(year, month)[1]:
            return date(year, month, number), date(year, month, number)
    return _months(year, month, month)


def _months(year: int, first: int, last: int) -> Span:
    """From the first day of one month to the last day of another; months after 12 are of the next year."""
    (year_1, month_1), (year_2, month_2) = ((year + (m - 1) // 12, (m - 1) % 12 + 1) for m in (first, last))
    return date(year_1, month_1, 1), date(year_2, month_2, monthrange(year_2, month_2)[1])
