"""The posts that may be meant are all among the candidates, and few others."""

import numpy as np
import pytest

from storage.linking.candidates import (
    BY_ALL,
    BY_ALL_WITHOUT,
    BY_NAMES,
    BY_NAMES_WITHOUT,
    BY_POINTING,
    BY_VECTORS,
    likely,
)
from storage.linking.encoder import Encoder
from storage.linking.index import PostIndex
from storage.linking.names import Vocabulary
from storage.linking.projection import Projection, whole_news
from storage.linking.signals import Signals, measure
from tests.storage.linking.conftest import BLOG, Trigrams, index_of, reading_of

MANY = tuple((f"アクメの話{n}", f"アクメの{n}番目の話。") for n in range(200))


def _likely(
    words: Vocabulary,
    title: str,
    text: str = "",
    posts: tuple[tuple[str, str], ...] = BLOG,
    encoder: Encoder | None = None,
) -> list[int]:
    index = index_of(words, posts, encoder)
    places = likely(measure(reading_of(words, title, text, encoder=encoder), index), index)
    return [int(place) for place in places]


@pytest.mark.parametrize(
    "title",
    [
        "Acme tapes out its Orion chip",
        "アクメ、オリオンの量産を前倒し",
        "阿克梅猎户芯片提前量产",
        "아크메, 오리온 양산 앞당겨",
    ],
)
def test_posts_that_have_a_name_of_the_news_are_candidates_in_every_language(
    words: Vocabulary, title: str
) -> None:
    assert _likely(words, title) == [0, 1]


def test_posts_that_have_a_name_of_the_items_text_alone_are_candidates(words: Vocabulary) -> None:
    assert _likely(words, "Sonata", "Borealis and the export rule") == [0, 1, 2]


def test_words_alone_can_make_a_candidate(words: Vocabulary) -> None:
    assert _likely(words, "カレー特集") == [3]


def test_news_of_nothing_known_has_no_candidates(words: Vocabulary) -> None:
    assert _likely(words, "Gardening weekly") == []
    assert _likely(words, "") == []


@pytest.mark.parametrize("encoder", [None, Trigrams()])
def test_an_empty_index_has_no_candidates(words: Vocabulary, encoder: Encoder | None) -> None:
    index = PostIndex([], words, [])
    assert likely(measure(reading_of(words, "Acme Orion", encoder=encoder), index), index).tolist() == []


@pytest.mark.parametrize("place", [0, 99, 200])
@pytest.mark.parametrize("encoder", [None, Trigrams()])
def test_the_best_of_many_posts_is_a_candidate_wherever_it_stands(
    words: Vocabulary, place: int, encoder: Encoder | None
) -> None:
    posts = (*MANY[:place], BLOG[0], *MANY[place:])
    found = _likely(words, "Acme's Orion", "By Borealis.", posts, encoder)
    assert place in found
    assert found == sorted(set(found))


@pytest.mark.parametrize(
    ("encoder", "least", "others"),
    [
        (None, BY_ALL_WITHOUT, BY_NAMES_WITHOUT),
        (Trigrams(), BY_ALL, BY_NAMES + BY_VECTORS + BY_POINTING),
    ],
)
def test_there_are_few_candidates_on_a_blog_of_many_posts_that_have_the_name(
    words: Vocabulary, encoder: Encoder | None, least: int, others: int
) -> None:
    found = _likely(words, "アクメの話", "", MANY, encoder)
    assert least <= len(found) <= least + others < len(MANY)


@pytest.mark.parametrize(
    ("about", "nearness", "pointing", "count"),
    [(0.6, 0.0, 0.0, BY_NAMES), (0.0, 0.5, 0.0, BY_VECTORS), (0.0, 0.001, 0.9, BY_POINTING)],
)
def test_the_best_by_names_the_nearest_and_those_pointed_to_have_a_place_whatever_is_better_by_all(
    words: Vocabulary, about: float, nearness: float, pointing: float, count: int
) -> None:
    of = {name: np.zeros(200, dtype=np.float32) for name in ("about", "words", "title_share", "shared_words")}
    near, far = np.zeros((2, 200), dtype=np.float32)
    of["words"][:100], near[:100] = 1.0, 0.4
    of["about"][-count:], near[-count:], far[-count:] = about, nearness, pointing
    found = set(likely(Signals(of, {}, near, far), index_of(words, MANY)).tolist())
    assert found >= set(range(200 - count, 200))
    assert len(found & set(range(100))) >= BY_ALL
    assert not found & set(range(100, 200 - count))


def test_a_post_that_only_says_the_like_is_a_candidate_through_its_vectors(words: Vocabulary) -> None:
    posts = (*MANY, ("Semiconductory lithographer", "x"))
    assert len(MANY) in _likely(words, "Acme semiconductors lithographed", "", posts, Trigrams())
    assert len(MANY) not in _likely(words, "Acme semiconductors lithographed", "", posts)


def test_a_post_that_news_was_taught_to_point_to_is_a_candidate(words: Vocabulary) -> None:
    posts = (*MANY, ("Walking through deep snow", "Boots in the winter forest.\n\nAcme does not ski."))
    index, news = index_of(words, posts, Trigrams()), reading_of(words, "アクメの話", encoder=Trigrams())
    assert index.vectors is not None
    assert news.vectors is not None
    assert len(MANY) not in likely(measure(news, index), index)
    own, opening = whole_news(news.vectors), index.vectors.opening
    there = (opening.rows(np.array([len(MANY)])) @ opening.space.even.T).astype(np.float32)
    taught = Projection((own / (own @ own))[:, None], {}, 100 * there)
    signals = measure(news, index, {"related": taught, "stale": taught})
    assert signals.pointing is not None
    assert signals.pointing.argmax() == len(MANY)
    assert len(MANY) in likely(signals, index)


def test_a_post_that_shares_nothing_and_is_not_near_is_no_candidate(words: Vocabulary) -> None:
    posts = (("Orion", "Orion by Acme"), ("Sonata for two pianos", "Played at noon."))
    index, news = index_of(words, posts, Trigrams()), reading_of(words, "Orion", encoder=Trigrams())
    signals = measure(news, index)
    assert signals.nearness[1] < 0 < signals.nearness[0]
    assert likely(signals, index).tolist() == [0]
