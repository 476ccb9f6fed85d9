"""Items that report one event share a story, within a language and across languages."""

from datetime import timedelta

import pytest

from storage.linking.names import Vocabulary
from storage.linking.stories import COMPARED, WINDOW, StoryShelf
from tests.conftest import NOW
from tests.storage.linking.conftest import reading_of

OTHERS = [
    "Gardening weekly: roses in winter",
    "Cafeteria opens with curry on Monday",
    "Team wins the harbour regatta again",
    "Museum shows old looms and wheels",
]
EVENT = "Acme tapes out Orion chip at Borealis"


@pytest.fixture
def shelf(words: Vocabulary) -> StoryShelf[str]:
    """One event among other news."""
    shelf: StoryShelf[str] = StoryShelf()
    for title in [*OTHERS, EVENT]:
        shelf.add(title, reading_of(words, title))
    return shelf


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("Acme's Orion chip taped out, says Borealis", "en"),
        ("Report: Borealis tapes out a chip for Acme", "en"),
        ("アクメ、オリオンをボレアリスでテープアウト", "ja"),
        ("阿克梅猎户芯片在北极光流片", "zh"),
        ("아크메, 보레알리스서 오리온 시제품 생산", "ko"),
    ],
)
def test_reports_of_one_event_join_in_any_language(
    words: Vocabulary, shelf: StoryShelf[str], title: str, language: str
) -> None:
    assert shelf.find(reading_of(words, title, language=language)) == EVENT


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("Acme sues a former manager over files that he took home", "en"),
        ("Bakers fear a wet summer", "en"),
        ("アクメ、本社を移転", "ja"),
        ("バラの育て方", "ja"),
        ("", "en"),
    ],
)
def test_other_events_do_not_join(
    words: Vocabulary, shelf: StoryShelf[str], title: str, language: str
) -> None:
    assert shelf.find(reading_of(words, title, language=language)) is None


@pytest.mark.parametrize("side", [-1, 1])
def test_reports_join_within_the_window_and_not_beyond(
    words: Vocabulary, shelf: StoryShelf[str], side: int
) -> None:
    def found(apart: timedelta) -> str | None:
        return shelf.find(reading_of(words, EVENT, when=NOW + side * apart))

    assert found(WINDOW) == EVENT
    assert found(WINDOW + timedelta(seconds=1)) is None


def test_fewer_words_are_enough_where_the_names_agree(words: Vocabulary, shelf: StoryShelf[str]) -> None:
    # Names in another script are words of their own, so that the two titles have one word alike.
    assert shelf.find(reading_of(words, "アクメ and オリオン: a chip at ボレアリス")) == EVENT
    assert shelf.find(reading_of(words, "バラック and ミシガン: a chip at コロラド")) is None


def test_an_item_without_a_time_may_join_any(words: Vocabulary, shelf: StoryShelf[str]) -> None:
    assert shelf.find(reading_of(words, EVENT, when=None)) == EVENT


def test_of_two_stories_that_fit_the_more_alike_is_joined(words: Vocabulary, shelf: StoryShelf[str]) -> None:
    shelf.add("cost", reading_of(words, "Acme puts a price on Orion chip at Borealis"))
    assert shelf.find(reading_of(words, "Acme's price for Orion chip at Borealis")) == "cost"
    assert shelf.find(reading_of(words, "Acme tapes out Orion at Borealis")) == EVENT


def test_an_empty_shelf_has_no_story_and_the_second_item_can_join_the_first(words: Vocabulary) -> None:
    shelf: StoryShelf[int] = StoryShelf()
    assert shelf.find(reading_of(words, EVENT)) is None
    shelf.add(7, reading_of(words, EVENT))
    assert shelf.find(reading_of(words, EVENT)) == 7


def test_the_order_on_the_shelf_decides_nothing(words: Vocabulary) -> None:
    titles = [*OTHERS, EVENT, "Acme prices Orion chip", "Borealis builds a chip line for Acme"]
    news = [reading_of(words, title) for title in (*titles, "Orion chip by Acme", "Roses in winter")]
    forward: StoryShelf[str] = StoryShelf()
    backward: StoryShelf[str] = StoryShelf()
    for title in titles:
        forward.add(title, reading_of(words, title))
    for title in reversed(titles):
        backward.add(title, reading_of(words, title))
    assert [forward.find(item) for item in news] == [backward.find(item) for item in news]


def test_many_older_items_of_the_same_words_do_not_hide_todays(words: Vocabulary) -> None:
    shelf: StoryShelf[str] = StoryShelf()
    for number in range(2 * COMPARED):
        shelf.add(str(number), reading_of(words, EVENT, when=NOW - timedelta(days=30 + number)))
    assert shelf.find(reading_of(words, EVENT)) is None
    shelf.add("today", reading_of(words, EVENT, when=NOW - timedelta(hours=1)))
    assert shelf.find(reading_of(words, EVENT)) == "today"
