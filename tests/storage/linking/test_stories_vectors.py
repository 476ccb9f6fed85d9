"""Where items have vectors, those that are near share a story, whatever words and languages they have."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from storage.linking.names import Vocabulary
from storage.linking.news import NewsVectors, Reading
from storage.linking.same_event import PairMap, SameEvent, Worths
from storage.linking.space import Space, space_of
from storage.linking.stories import COMPARED, WINDOW, StoryShelf
from tests.conftest import NOW
from tests.storage.linking.conftest import Trigrams, reading_of

EVENT = "Acme tapes out Orion chip at Borealis"


# What a pair needs is 0; a cosine of 0.5 is enough by itself.
NAMES, FIGURES, NUMBERS, A_DAY = 0.2, 0.2, 0.2, 0.05
ENOUGH = 0.5
PLAIN_ENOUGH = 0.3  # of words, without vectors


@pytest.fixture
def same_event() -> SameEvent:
    """Simple worths, and a map that reads nothing."""
    worths = {
        "nearness": 1.0,
        "learned": 1.0,
        "names": NAMES,
        "figures": FIGURES,
        "numbers_differ": -NUMBERS,
        "days": -A_DAY,
    }
    nothing = PairMap(np.zeros((384, 1), dtype=np.float32), np.ones(1, dtype=np.float32))
    return SameEvent(Worths(worths, -0.2, ENOUGH - 0.2), Worths({"words": 1.0}, 0.0, PLAIN_ENOUGH), nothing)


@pytest.fixture
def space() -> Space:
    """Where cosines are those of the vectors as given."""
    return space_of(np.zeros((0, 384), dtype=np.float32), "en")


def _with(news: Reading, cosine: float) -> Reading:
    """The item with vectors whose product with those of cosine 1 is this cosine."""
    vector = np.zeros(384, dtype=np.float32)
    vector[0], vector[1] = cosine, math.sqrt(1 - cosine * cosine)
    return replace(news, vectors=NewsVectors(vector, vector, vector))


@pytest.fixture
def near(words: Vocabulary, space: Space, same_event: SameEvent) -> Callable[..., bool]:
    """Whether an item joins the only one on the shelf, given the cosine of their vectors."""

    def near(cosine: float, one: str, other: str, *, apart: timedelta = timedelta(0)) -> bool:
        shelf: StoryShelf[int] = StoryShelf(space, same_event)
        shelf.add(7, _with(reading_of(words, one), 1))
        return shelf.find(_with(reading_of(words, other, when=NOW + apart), cosine)) == 7

    return near


@pytest.mark.parametrize("title", ["Roses in winter", "冬のバラ"])
def test_items_whose_vectors_are_near_join_without_a_word_in_common(
    near: Callable[..., bool], title: str
) -> None:
    assert near(ENOUGH + 0.01, "Florists await frost", title)
    assert not near(ENOUGH - 0.01, "Florists await frost", title)


def test_items_of_the_same_words_whose_vectors_are_far_apart_do_not_join(
    words: Vocabulary, near: Callable[..., bool], same_event: SameEvent
) -> None:
    assert not near(0.1, EVENT, EVENT)
    plain: StoryShelf[int] = StoryShelf(same_event=same_event)
    plain.add(7, reading_of(words, EVENT))
    assert plain.find(reading_of(words, EVENT)) == 7


def test_names_that_agree_make_items_more_alike_and_days_between_less(near: Callable[..., bool]) -> None:
    named = ENOUGH - NAMES + 0.01
    assert near(named, "Acme waits", "Acme hopes")
    assert not near(named, "Acme waits", "Borealis hopes")
    late = ENOUGH + 2 * A_DAY + 0.01
    assert near(late, "Roses", "Frost", apart=timedelta(days=2))
    assert not near(late, "Roses", "Frost", apart=timedelta(days=-3))


@pytest.mark.parametrize(
    ("one", "other", "agrees"),
    [
        ("Frost costs growers $22.5 billion", "霜の被害は225億ドル", True),
        ("Frost costs growers $22.5 billion", "霜の被害は226億ドル", False),
        ("Frost by Q1 2027 costs 30%", "서리 피해 30%", True),  # one of two figures
        ("Frost in 2027", "2027年の霜", False),  # of a year there is much news
    ],
)
def test_figures_that_agree_make_items_more_alike_in_any_language(
    near: Callable[..., bool], one: str, other: str, *, agrees: bool
) -> None:
    assert near(ENOUGH - FIGURES + 0.01, one, other) is agrees


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("Rose-5.4 blooms", "Rose-5.5 blooms", True),
        ("Leak CVE-2026-31431", "Leak cve-2026-32201", True),
        ("Rose-5.4 blooms", "バラのROSE-5.4", False),
        ("Rose-5.4 and Rose-5.5", "Rose-5.5 blooms", False),  # one is the same
        ("Rose-5.4 blooms", "Lily-2 blooms", False),  # two of several
        ("Roses in Q1", "Roses in Q2", False),  # a quarter counts nothing
        ("Rose H100 blooms", "Rose H200 blooms", True),  # a half would be H1 or H2
        ("Rose-5.4 blooms", "Roses bloom", False),
    ],
)
def test_other_numbers_of_one_series_make_items_less_alike(
    near: Callable[..., bool], one: str, other: str, *, differ: bool
) -> None:
    assert near(ENOUGH + NUMBERS - 0.01, one, other) is not differ
    assert near(ENOUGH + NUMBERS + 0.01, one, other)


def test_an_item_like_the_last_of_a_chain_must_be_like_the_others_too(
    words: Vocabulary, space: Space, same_event: SameEvent
) -> None:
    def joined(*cosines: float) -> str | None:
        shelf: StoryShelf[str] = StoryShelf(space, same_event)
        for cosine in cosines:
            shelf.add("chain", _with(reading_of(words, "Roses"), cosine))
        return shelf.find(_with(reading_of(words, "Frost"), 1))

    near = ENOUGH + 0.1
    assert joined(near) == "chain"
    assert joined(near, 0.25) == "chain"
    assert joined(near, 0.25, 0.25, 0.25) is None
    assert joined(ENOUGH - 0.01) is None


def test_items_beyond_the_window_do_not_join_however_near(near: Callable[..., bool]) -> None:
    assert near(1, EVENT, EVENT, apart=WINDOW)
    assert not near(1, EVENT, EVENT, apart=WINDOW + timedelta(seconds=1))


def test_of_two_stories_the_nearer_is_joined(words: Vocabulary, space: Space, same_event: SameEvent) -> None:
    shelf: StoryShelf[str] = StoryShelf(space, same_event)
    for story, cosine in (("far", 0.7), ("near", 0.95), ("farther", 0.5)):
        shelf.add(story, _with(reading_of(words, "Roses"), cosine))
    assert shelf.find(_with(reading_of(words, "Frost"), 1)) == "near"


def test_an_item_without_a_vector_is_compared_by_words(
    words: Vocabulary, space: Space, same_event: SameEvent
) -> None:
    plain, other = reading_of(words, EVENT), reading_of(words, "Roses in winter")
    shelf: StoryShelf[str] = StoryShelf(space, same_event)
    shelf.add("none", plain)
    shelf.add("one", _with(other, 1))
    assert shelf.find(_with(plain, 0.1)) == "none"
    assert shelf.find(plain) == "none"
    assert shelf.find(other) == "one"
    assert shelf.find(reading_of(words, "Curry on Monday")) is None


def test_vectors_are_left_aside_where_no_space_is_given(words: Vocabulary, same_event: SameEvent) -> None:
    shelf: StoryShelf[int] = StoryShelf(same_event=same_event)
    shelf.add(7, _with(reading_of(words, EVENT), 1))
    assert shelf.find(_with(reading_of(words, "Roses in winter"), 1)) is None
    assert shelf.find(_with(reading_of(words, EVENT), 0)) == 7


@pytest.mark.parametrize("plain", [3, 300])
def test_among_many_items_the_near_one_is_found(
    words: Vocabulary, space: Space, same_event: SameEvent, plain: int
) -> None:
    shelf: StoryShelf[str] = StoryShelf(space, same_event)
    news = reading_of(words, "Roses")
    for _ in range(plain):
        shelf.add("without a vector", news)
    cosines = {100: 0.95, 290: 0.99}
    for number in range(300):  # more than there is room for at first
        shelf.add(str(number), _with(news, cosines.get(number, -0.5)))
    assert shelf.find(_with(reading_of(words, "Frost"), 1)) == "290"
    assert shelf.find(_with(reading_of(words, "Frost"), 0.94)) == "100"


def test_reports_in_other_words_join_by_the_encoder(
    words: Vocabulary, space: Space, same_event: SameEvent
) -> None:
    titles = ["Semiconductors: exporters fear tariffs", "Tariff fears of semiconductor exporting firms"]
    one, other = (reading_of(words, title, encoder=Trigrams()) for title in titles)
    for shelf, story in ((StoryShelf[int](space), 7), (StoryShelf[int](), None)):
        shelf.add(7, one)
        assert shelf.find(other) == story
        assert shelf.find(reading_of(words, "Museum shows old looms", encoder=Trigrams())) is None


def test_the_opening_of_the_text_tells_apart_what_the_titles_do_not(
    words: Vocabulary, space: Space, same_event: SameEvent
) -> None:
    fire = "A fire in the harbour burnt three old mills to the ground on Monday night, firemen say."
    cup = "Our goalkeeper lifted the golden trophy after penalties before a joyful home crowd."
    shelf: StoryShelf[str] = StoryShelf(space, same_event)
    for text in (fire, cup):
        shelf.add(text, reading_of(words, "News of the day", text, encoder=Trigrams()))
    for text in (fire, cup):
        assert shelf.find(reading_of(words, "News of the day", text + " More.", encoder=Trigrams())) == text


def test_many_older_items_that_are_nearer_do_not_hide_todays(
    words: Vocabulary, space: Space, same_event: SameEvent
) -> None:
    shelf: StoryShelf[str] = StoryShelf(space, same_event)
    for number in range(2 * COMPARED):
        old = reading_of(words, "Roses", when=NOW - timedelta(days=30))
        shelf.add(str(number), _with(old, 0.99))
    shelf.add("today", _with(reading_of(words, "Roses"), 0.9))
    assert shelf.find(_with(reading_of(words, "Frost"), 1)) == "today"
