"""A post's plan beside news: the time that moved, and nothing where they agree or speak of the past."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.claims.comparing import moved_times, named_times, plan_in
from storage.linking.names import normal

POST, DAY, TOLD = "量産は2026年後半を目指すとされる。", date(2026, 1, 16), date(2026, 9, 1)


@pytest.mark.parametrize(
    ("news", "moved"),
    [
        ("Volume production moves to the first quarter of 2027", ["2026年後半 → first quarter of 2027"]),
        ("量産は2027年春に", ["2026年後半 → 2027年春"]),
        ("量产推迟至2027年第三季度", ["2026年後半 → 2027年第三季度"]),
        ("양산은 2027년 3월로", ["2026年後半 → 2027년 3월"]),
        ("量産は来年前半に", ["2026年後半 → 2027年前半"]),
        *(("量産を2026年12月に開始", []), ("Production starts in 2026", []), ("量産が始まった", [])),
        ("2025年に量産を始めた旧型", []),  # over when the news came out
    ],
)
def test_the_time_that_news_gives_instead(news: str, moved: list[str]) -> None:
    assert moved_times(normal(POST), DAY, [normal(news)], TOLD) == moved


def test_any_agreeing_time_is_agreement() -> None:
    assert moved_times(normal(POST), DAY, ["2027年に増産", "量産は2026年末"], TOLD) == []


@pytest.mark.parametrize(
    ("beside", "moved"),
    [
        ("追記：量産は2027年第1四半期に延期された。", False),
        ("Volume production was put off to Q1 2027.", False),
        ("量産は2027年春とも言われる。", True),
        ("量産は2027年に本格化する。", True),
        ("量産の前に試作がある。", True),
    ],
)
def test_a_post_that_gives_the_new_time_elsewhere_was_updated(beside: str, moved: bool) -> None:
    news = [normal("Volume production moves to the first quarter of 2027")]
    assert bool(moved_times(normal(POST), DAY, news, TOLD, [normal(beside)])) is moved


def test_without_a_plan_with_a_sure_time_nothing_moves() -> None:
    news = ["量産は2028年"]
    assert moved_times("量産は2026年後半に始まった。", DAY, news, TOLD) == []
    assert moved_times("2026年以降に量産する予定です。", DAY, news, TOLD) == []
    assert moved_times("", DAY, news, TOLD) == []
    assert moved_times(normal(POST), DAY, [], None) == []


def test_times_are_named_once_as_they_stand() -> None:
    (year, half) = named_times("2027年の計画では、2026年後半に。2027年に。", DAY)
    assert (year.shown, year.first, year.last) == ("2027年", date(2027, 1, 1), date(2027, 12, 31))
    assert (half.shown, half.last) == ("2026年後半", date(2026, 12, 31))
    assert plan_in(normal(POST), DAY) is not None


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3), st.dates() | st.none())
def test_any_text_can_be_compared(planned: str, news: list[str], day: date | None) -> None:
    assert isinstance(moved_times(normal(planned), day, [normal(text) for text in news], day), list)
