"""Dates as Japanese, Chinese and Korean sites write them, with a unit after each number."""

from datetime import UTC, datetime

import pytest

from storage.dates import as_utc, parse_date


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026年11月24日", datetime(2026, 11, 24, tzinfo=UTC)),
        ("2026年1月2日", datetime(2026, 1, 2, tzinfo=UTC)),
        ("2026 年 1 月 2 日", datetime(2026, 1, 2, tzinfo=UTC)),
        ("2026年11月24日 14時05分", datetime(2026, 11, 24, 14, 5, tzinfo=UTC)),
        ("2026年11月24日(火) 14時", datetime(2026, 11, 24, 14, tzinfo=UTC)),
        ("2026年11月24日（火）14:05", datetime(2026, 11, 24, 14, 5, tzinfo=UTC)),
        ("2026年11月24号 9点5分", datetime(2026, 11, 24, 9, 5, tzinfo=UTC)),
        ("2026年11月24號 9點", datetime(2026, 11, 24, 9, tzinfo=UTC)),
        ("2026년 11월 24일 9시 5분", datetime(2026, 11, 24, 9, 5, tzinfo=UTC)),
        ("更新：2026年11月24日 14:05", datetime(2026, 11, 24, 14, 5, tzinfo=UTC)),
    ],
)
def test_a_date_with_units(written: str, moment: datetime) -> None:
    assert parse_date(written) == moment


@pytest.mark.parametrize(
    "written",
    [
        "2026年11月",
        "11月24日",
        "2026年13月1日",
        "2026年2月30日",
        "2026年11月24日 25時",
        "26年11月24日",
        "年月日",
    ],
)
def test_what_only_looks_like_a_date_is_none(written: str) -> None:
    assert parse_date(written) is None


@pytest.mark.parametrize(
    ("year", "counts"), [(1, False), (1969, False), (1970, True), (2199, True), (2200, False)]
)
def test_a_year_that_no_news_is_of_is_no_date(year: int, counts: bool) -> None:
    moment = datetime(year, 6, 1, tzinfo=UTC)
    assert as_utc(moment) == (moment if counts else None)
