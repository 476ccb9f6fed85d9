"""Verdicts weigh later news: like that of a verdict more than other, and for its post alone."""

import pytest

from storage.linking.index import PostIndex
from storage.linking.lessons import WORTH, Lesson, Lessons, shifted
from storage.linking.names import Vocabulary
from storage.linking.news import Reading
from tests.storage.linking.conftest import BLOG, index_of, reading_of

NEWS = "アクメ、オリオンの量産を2027年に延期"


@pytest.fixture
def index(words: Vocabulary) -> PostIndex:
    return index_of(words, BLOG)


def shift(index: PostIndex, verdict: str, taught: Reading, news: Reading, post: int = 1) -> float:
    return Lessons(index, [Lesson(1, verdict, taught)]).shift(post, news)


@pytest.mark.parametrize("verdict", WORTH)
def test_the_same_news_counts_most_and_other_news_less(
    index: PostIndex, words: Vocabulary, verdict: str
) -> None:
    taught = reading_of(words, NEWS)
    same, like, other = (
        abs(shift(index, verdict, taught, reading_of(words, title)))
        for title in (NEWS, "アクメのオリオン、出荷を開始", "社員食堂のカレー")
    )
    assert abs(WORTH[verdict]) > same > like > other == 0


def test_a_verdict_speaks_of_its_own_post_and_in_its_own_direction(
    index: PostIndex, words: Vocabulary
) -> None:
    news = reading_of(words, NEWS)
    assert shift(index, "done", news, news) > 0 > shift(index, "not-about", news, news)
    assert shift(index, "not-about", news, news) < shift(index, "nothing-new", news, news)
    assert shift(index, "done", news, news, post=2) == 0


def test_saying_the_same_twice_counts_once(index: PostIndex, words: Vocabulary) -> None:
    news = reading_of(words, NEWS)
    once = Lessons(index, [Lesson(1, "done", news)])
    twice = Lessons(index, [Lesson(1, "done", news)] * 2)
    assert once.shift(1, news) == twice.shift(1, news)


def test_a_probability_moves_by_log_odds() -> None:
    assert shifted(0.5, 0.0) == 0.5
    assert shifted(0.2, 1.3862944) == pytest.approx(0.5)
    assert shifted(0.0, 3.0) == 0.0
