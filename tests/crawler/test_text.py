"""HTML to text, dates to UTC, languages by script."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsing.language import language_of
from crawler.parsing.text import believable, one_line, plain
from storage.dates import parse_date
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain  text\n stays", "plain text\nstays"),
        ("a < b and c > d", "a < b and c > d"),
        ("R&D at AT&T", "R&D at AT&T"),
        ("<p>One</p><p>Two<br>Three</p>", "One\nTwo\nThree"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("<b>bold</b>ly", "boldly"),
        ("a<script>alert(1)</script>b<style>p{}</style>c", "abc"),
        ("a<!-- not this -->b", "ab"),
        ("2&nbsp;nm &mdash; now", "2 nm — now"),
        ("<p>半導体<br>新工場</p>", "半導体\n新工場"),
        ("zero\u200bwidth\ufeff and \x00\x07control", "zero width and control"),
        ("<p>un<b>closed", "unclosed"),
        ("", ""),
        ("<p></p>", ""),
    ],
)
def test_plain_gives_what_a_reader_sees(markup: str, text: str) -> None:
    assert plain(markup) == text


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("Chips\n  and <em>fabs</em>", "Chips and fabs"),
        ("AT&amp;amp;T", "AT&T"),
        ("&lt;b&gt;New&lt;/b&gt; chip", "New chip"),
        ("a &amp;lt; b", "a < b"),
    ],
)
def test_a_title_is_one_line_even_when_escaped_twice(markup: str, title: str) -> None:
    assert one_line(markup) == title


@given(st.text(st.characters(codec=None)) | st.text("<>&;/!-a#x1 \n\0"))
def test_any_text_becomes_one_that_can_be_stored(markup: str) -> None:
    for text in (plain(markup), one_line(markup)):
        assert "\0" not in text
        assert text == text.strip()
        text.encode()
    assert "\n" not in one_line(markup)


def test_a_date_comes_back_in_utc() -> None:
    tokyo = datetime(2026, 11, 24, 9, 0, tzinfo=timezone(timedelta(hours=9)))
    moment = believable(tokyo, NOW)
    assert moment == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    assert moment is not None
    assert moment.tzinfo is UTC
    assert believable(datetime(2026, 11, 24, 9, 0), NOW) == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # noqa: DTZ001


@pytest.mark.parametrize(
    "moment",
    [
        None,
        NOW + timedelta(days=1, seconds=1),
        datetime(1989, 12, 31, tzinfo=UTC),
        datetime.max.replace(tzinfo=timezone(-timedelta(hours=5))),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=5))),
    ],
)
def test_a_date_that_cannot_be_is_none(moment: datetime | None) -> None:
    assert believable(moment, NOW) is None


def test_a_clock_that_is_a_little_off_is_believed() -> None:
    assert believable(NOW + timedelta(hours=20), NOW) == NOW + timedelta(hours=20)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T10:00:00Z",
        "2026-11-24T19:00:00+09:00",
        "Tue, 24 Nov 2026 10:00:00 GMT",
        " 2026-11-24 10:00 ",
        "November 24, 2026 10:00 AM",
    ],
)
def test_usual_dates_are_read(text: str) -> None:
    assert believable(parse_date(text), NOW) == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", [None, "", "soon", "2026-13-45", "9" * 101, "1e400", "24 Nov 99999999999"])
def test_anything_else_is_no_date(text: str | None) -> None:
    assert parse_date(text) is None


@given(st.text(max_size=100) | st.text("0123456789:-T+ZAPMapm/., ", max_size=40))
def test_no_text_upsets_the_reading_of_dates(text: str) -> None:
    moment = parse_date(text)
    assert moment is None or isinstance(moment, datetime)


@pytest.mark.parametrize("text", ["14:05", "Monday", "5"])
def test_a_time_without_a_day_is_no_date(text: str) -> None:
    assert parse_date(text) is None


def test_a_zone_is_known_by_its_name() -> None:
    moment = believable(parse_date("24 Nov 2026 10:00 JST"), NOW)
    assert moment == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        ("TSMC、2ナノの量産を開始", "", "ja"),
        ("TSMC 2nm量産へ", "en", "ja"),
        ("半导体芯片扩产计划公布", "", "zh"),
        ("台積電擴產", "zh-TW", "zh"),
        ("英伟达发布 Blackwell Ultra GPU 新路线图", "en", "zh"),
        ("삼성전자, HBM4 양산 시작", "", "ko"),
        ("삼성전자 三星電子 HBM4 양산", "ja", "ko"),
        ("SK hynix to build a plant", "", "en"),
        ("Neue Chipfabrik in Dresden", "de-DE", "de"),
        ("Une usine de puces", "fr", "fr"),
        ("Nueva fábrica", "es_MX", "es"),
        ("Новый завод", "ru", "ru"),
        ("Новый завод", "", ""),
        ("English on a Japanese site", "ja", "en"),
        ("2026", "", ""),
        ("", "", ""),
        ("Chip news", "not a language", "en"),
    ],
)
def test_the_script_tells_the_language_and_else_the_source(text: str, declared: str, language: str) -> None:
    assert language_of(text, declared) == language


@pytest.mark.parametrize("text", ["経済産業省、半導体支援策発表", "東京電力新工場建設"])
def test_kanji_alone_are_japanese_in_a_japanese_source(text: str) -> None:
    assert language_of(text, "ja") == "ja"


@pytest.mark.parametrize(
    "text",
    [
        "2026年11月24日 10時00分",
        "2026年11月24日（火）10:00",
        "2026年 11月 24日 10点",
        "2026년 11월 24일 10시",
    ],
)
def test_dates_in_east_asian_notation_are_read(text: str) -> None:
    assert believable(parse_date(text), NOW) == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
