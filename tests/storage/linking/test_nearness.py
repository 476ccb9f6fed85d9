"""Vectors of posts are kept a byte a direction, and are as near to news as they were."""

import numpy as np
import pytest

from storage.linking.encoder import Vectors
from storage.linking.nearness import BLOCK, Passages, empty_vectors
from storage.linking.passages import PLACES
from storage.linking.space import language_means, space_of
from tests.storage.linking.conftest import rows_of

SIZE = 384
COUNT = 2 * BLOCK + 7


@pytest.fixture(scope="module")
def posts() -> Vectors:
    """Vectors around the mean of their language."""
    noise = np.random.default_rng(7).normal(size=(COUNT, SIZE)) * np.geomspace(0.1, 0.005, SIZE)
    vectors = language_means().passages["ja"] + noise
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(scope="module")
def passages(posts: Vectors) -> Passages:
    """All of them but the sixth."""
    made = Passages(space_of(posts, "ja"), COUNT)
    there = np.delete(np.arange(COUNT), 5)
    for part in (there[::2], there[1::2]):
        made.put(part, posts[part])
    return made


def test_rows_have_length_1_and_0_where_there_is_none(passages: Passages) -> None:
    lengths = np.linalg.norm(rows_of(passages), axis=1)
    assert lengths[5] == passages.lengths[5] == 0
    assert np.delete(lengths, 5) == pytest.approx(1, abs=1e-5)


def test_a_byte_a_direction_is_enough_for_a_cosine(passages: Passages, posts: Vectors) -> None:
    rows = passages.space.evened(posts)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    one, other = rows[5], rows[-1]
    for found, direction in zip(passages.along(one, other), (one, other), strict=True):
        expected = rows @ direction
        expected[5] = 0
        assert found == pytest.approx(expected, abs=0.01)


def test_what_the_encoder_gave_is_still_as_near_as_it_was(passages: Passages, posts: Vectors) -> None:
    raw = posts[5]
    (along,) = passages.along(passages.as_given(raw))
    expected = posts @ raw
    expected[5] = 0
    assert passages.given(raw, along) == pytest.approx(expected, abs=0.01)


def test_a_vector_that_is_the_mean_of_all_is_near_to_nothing(posts: Vectors) -> None:
    space = space_of(posts, "ja")
    made = Passages(space, 1)
    made.put(np.array([0]), space.mean[None])
    assert np.isfinite(rows_of(made)).all()


def test_titles_openings_and_paragraphs_have_spaces_of_their_own(posts: Vectors) -> None:
    sample = posts[: 5 * PLACES].reshape(5, PLACES, SIZE)
    made = empty_vectors(sample, "ja", 9)
    title, opening, first, second = (place.space for place in made.places)
    assert first is second
    assert len({space.mean.tobytes() for space in (title, opening, first)}) == 3
    assert title.mean == pytest.approx(space_of(sample[:, 0], "ja").mean)
    assert rows_of(made.title).shape == (9, SIZE)
