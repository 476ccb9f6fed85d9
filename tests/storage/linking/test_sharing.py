"""Posts that say the same share what news is worth to them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.linking.encoder import Encoder
from storage.linking.names import Vocabulary
from storage.linking.sharing import LIKE, SHARE, Likeness, shares
from tests.storage.linking.conftest import BLOG, Trigrams, index_of

ROSES = (
    *BLOG,
    *((f"Notes from the garden, part {word}", "Bees, and what they like.") for word in "abcdefgh"),
    ("Pruning old climbing roses in frosty winter weather", "When to prune climbing roses, and how."),
    ("Old climbing roses: pruning in winter frosts", "When to prune climbing roses, and how."),
    ("A teapot of the northern provinces", "Clay, glaze and a very slow fire."),
)
ONE, SAME, OTHER = (len(ROSES) - back for back in (3, 2, 1))


def test_a_post_gains_from_one_that_says_the_same_and_from_no_other() -> None:
    likeness = np.array([[1, 0.8, 0], [0.8, 1, LIKE - 0.01], [0, LIKE - 0.01, 1]], dtype=np.float32)
    worth = shares(likeness) @ np.array([-4.0, 2.0, 2.0], dtype=np.float32)
    assert -4 < worth[0] < 2
    assert worth[0] < worth[1] < 2
    assert worth[2] == pytest.approx(2)


def test_a_post_that_is_like_none_keeps_what_it_is_worth() -> None:
    sums = np.array([-3.0, 0.5, 4.0], dtype=np.float32)
    assert shares(np.eye(3, dtype=np.float32)) @ sums == pytest.approx(sums)


@given(
    st.integers(1, 12).flatmap(
        lambda n: st.lists(st.lists(st.floats(-1, 1), min_size=n, max_size=n), min_size=n, max_size=n)
    )
)
def test_shares_add_up_to_one_and_a_post_keeps_more_than_half_of_its_own(rows: list[list[float]]) -> None:
    own = shares(np.array(rows, dtype=np.float32))
    assert own.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (own >= 0).all()
    assert (np.diagonal(own) > 1 - SHARE).all()


@pytest.mark.parametrize("encoder", [None, Trigrams()])
def test_posts_that_word_one_matter_otherwise_are_alike(words: Vocabulary, encoder: Encoder | None) -> None:
    likeness = Likeness(index_of(words, ROSES, encoder)).of(np.array([ONE, SAME, OTHER], dtype=np.int32))
    assert np.diagonal(likeness) == pytest.approx(1, abs=0.02)
    assert likeness == pytest.approx(likeness.T, abs=1e-5)
    assert likeness[0, 1] >= LIKE > max(likeness[0, 2], likeness[1, 2])


def test_the_order_of_places_does_not_matter_nor_what_was_asked_before(words: Vocabulary) -> None:
    likeness = Likeness(index_of(words, ROSES))
    one = likeness.of(np.array([ONE, SAME, OTHER], dtype=np.int32))
    other = likeness.of(np.array([OTHER, SAME, ONE], dtype=np.int32))
    assert other == pytest.approx(one[::-1, ::-1], abs=1e-5)


def test_a_title_without_words_is_like_none(words: Vocabulary) -> None:
    likeness = Likeness(index_of(words, (*ROSES, ("?", "…"), ("!", "…"))))
    found = likeness.of(np.array([len(ROSES), len(ROSES) + 1, ONE], dtype=np.int32))
    assert (np.abs(found[:2]) < 1e-6).all()
