"""Each signal of vectors measures what its comment says, by an encoder that compares runs of characters."""

import numpy as np
import pytest

from storage.linking.index import PostIndex
from storage.linking.names import Vocabulary
from storage.linking.news import Reading
from storage.linking.postings import Numbers
from storage.linking.signals import LEARNED_ON, measure
from tests.storage.linking.conftest import Trigrams, index_of, reading_of

Posts = list[tuple[str, str]]

RICE = "The harvest of rice was poor in the southern valleys this autumn, as the farmers said on Monday."
SNOW = "Walking through deep snow in the winter forest is a joy for everyone who owns a pair of boots."


def _near(signal: str, words: Vocabulary, posts: Posts, title: str, text: str = "") -> Numbers:
    return _measured(
        signal, reading_of(words, title, text, encoder=Trigrams()), index_of(words, posts, Trigrams())
    )


def _measured(signal: str, news: Reading, index: PostIndex) -> Numbers:
    return measure(news, index).at(np.arange(len(index.posts), dtype=np.int32), [signal])[:, 0]


def test_posts_that_have_nothing_of_an_item_are_ranked_by_nearness(words: Vocabulary) -> None:
    posts = [("Snow", SNOW), ("Rice", RICE), ("Acme", "")]
    plain = _measured("rank_about", reading_of(words, "Acme", RICE), index_of(words, posts))
    assert plain[2] < plain[1] == plain[0]
    ranks = _near("rank_about", words, posts, "Acme", RICE)
    assert ranks[2] < ranks[1] < ranks[0]


def test_the_nearest_title_is_the_one_most_alike(words: Vocabulary) -> None:
    posts = [("The poor harvest of rice", SNOW), ("Deep snow", RICE), ("Sonata", "")]
    for signal, best in (("title_title", 0), ("title_paragraphs", 1), ("title_paragraph", 1)):
        assert _near(signal, words, posts, "Harvest of rice was poor").argmax() == best


def test_openings_are_near_that_say_the_like(words: Vocabulary) -> None:
    posts = [("x", SNOW), ("x", RICE)]
    for signal in ("opening_opening", "opening_paragraphs"):
        assert np.diff(_near(signal, words, posts, "Sonata", RICE))[0] > 0.3
    assert np.diff(_near("title_opening", words, posts, RICE[:60], SNOW))[0] > 0.3
    for signal in ("rank_opening", "rank_raw"):
        ranks = _near(signal, words, posts, RICE[:60], RICE)
        assert ranks == pytest.approx([np.log1p(LEARNED_ON / 2), 0])


def test_paragraphs_are_near_by_their_mean_and_by_the_nearer(words: Vocabulary) -> None:
    posts = [("x", f"{RICE}\n\n{SNOW}"), ("x", f"{RICE}\n\n{RICE}"), ("x", f"{SNOW}\n\n{SNOW}")]
    mean, nearer = (_near(s, words, posts, RICE[:80]) for s in ("title_paragraphs", "title_paragraph"))
    assert nearer[0] == pytest.approx(nearer[1], abs=1e-5)
    assert mean[1] > mean[0] > mean[2]
    assert mean == pytest.approx([(nearer[1] + nearer[2]) / 2, nearer[1], nearer[2]], abs=1e-5)


def test_the_same_matter_is_near_and_named_in_both_titles(words: Vocabulary) -> None:
    posts = [("Acme", RICE), ("Acme", SNOW), ("x", f"Acme. {RICE}"), *[("x", "")] * 9]
    same = _near("same_matter", words, posts, f"Acme {RICE[:60]}")
    assert same[0] > 0.1
    assert same[0] > same[1]
    assert same[2] == 0


def test_the_nearest_post_is_behind_by_nothing(words: Vocabulary) -> None:
    index = index_of(words, [("Snow", SNOW), ("Rice", RICE)], Trigrams())
    signals = measure(reading_of(words, "Rice", RICE, encoder=Trigrams()), index)
    assert signals.of["behind"] == pytest.approx([signals.nearness[1] - signals.nearness[0], 0])
    assert signals.of["behind"][0] > 0.3
    halves = (signals.of["title_opening"] + signals.of["opening_opening"]) / 2
    assert signals.nearness == pytest.approx(halves)
