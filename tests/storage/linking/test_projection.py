"""Projections point from news to posts: by an item's vector, and by its names and topics."""

import numpy as np
import pytest

from storage.linking.encoder import Vectors
from storage.linking.names import Vocabulary
from storage.linking.news import NewsVectors
from storage.linking.projection import (
    OPENING,
    Projection,
    default_projections,
    known,
    pointed,
    read_projection,
    whole_news,
    whole_posts,
)
from storage.linking.signals import measure, rare_names
from tests.storage.linking.conftest import Trigrams, index_of, reading_of

RICE = "The harvest of rice was poor in the southern valleys this autumn, as the farmers said on Monday."
SNOW = "Walking through deep snow in the winter forest is a joy for everyone who owns a pair of boots."


def _vector(*values: float) -> Vectors:
    return np.array(values, dtype=np.float32)


NEWS = NewsVectors(_vector(3, 0, 0), _vector(0, 4, 0), _vector(0, 0, 0))
# Reads the first dimension as one thing and the name Acme as another; points to the third and the second.
PROJECTION = Projection(
    reads=np.array([[1, 0], [0, 0], [0, 0]], dtype=np.float32),
    names={"Acme": _vector(0, 2)},
    points=np.array([[0, 0, 5], [0, 1, 0]], dtype=np.float32),
)


def test_an_item_points_where_its_own_vector_does_and_where_what_it_says_is_learned_to() -> None:
    own = [1, OPENING, 0]
    assert whole_news(NEWS) == pytest.approx(own)
    assert PROJECTION.direction(NEWS, {}) == pytest.approx([1, OPENING, 5])
    assert PROJECTION.direction(NEWS, {"Acme": 0.3}) == pytest.approx([1, OPENING + 2, 5])


def test_names_that_nothing_was_learned_of_change_nothing() -> None:
    alone, beside = ({"Acme": 0.3}, {"Zeta": 9.0, "Acme": 0.3})
    assert PROJECTION.direction(NEWS, beside) == pytest.approx(PROJECTION.direction(NEWS, alone))
    assert PROJECTION.direction(NEWS, {"Zeta": 9.0}) == pytest.approx(PROJECTION.direction(NEWS, {}))


def test_what_names_count_is_of_length_1_however_many_there_are() -> None:
    assert known(("a", "b"), {"a": 3.0, "b": 4.0, "c": 5.0}) == pytest.approx({"a": 0.6, "b": 0.8})
    assert known((), {"a": 3.0}) == {}


def test_an_item_without_a_vector_of_any_length_points_nowhere_else_than_its_names_do() -> None:
    nothing = NewsVectors(*(_vector(0, 0, 0) for _ in range(3)))
    assert PROJECTION.direction(nothing, {"Acme": 1.0}) == pytest.approx([0, 2, 0])


def test_how_far_an_item_points_to_posts_is_the_product_with_their_whole_vectors(words: Vocabulary) -> None:
    posts = [("Snow", SNOW), ("Rice", f"{RICE}\n\n{SNOW}"), ("Sonata", ""), ("Boots", RICE)]
    index, news = index_of(words, posts, Trigrams()), reading_of(words, "Rice", RICE, encoder=Trigrams())
    assert index.vectors is not None
    assert news.vectors is not None
    some = np.array([3, 0, 2], dtype=np.int32)
    directions = [news.vectors.title, whole_news(news.vectors)]
    expected = whole_posts(index.vectors)[some] @ np.column_stack(directions)
    assert np.column_stack(pointed(index.vectors, some, directions)) == pytest.approx(expected, abs=1e-4)


def test_signals_say_how_far_an_item_points_to_each_candidate_and_how_far_behind_that_is(
    words: Vocabulary,
) -> None:
    posts = [("Snow", SNOW), ("Rice", RICE), ("Acme", SNOW)]
    index, news = index_of(words, posts, Trigrams()), reading_of(words, "Rice", RICE, encoder=Trigrams())
    assert index.vectors is not None
    assert news.vectors is not None
    places = np.array([0, 2], dtype=np.int32)
    for name, projection in default_projections().items():
        values, behind = measure(news, index).at(places, [name, f"behind_{name}"]).T
        direction = projection.direction(news.vectors, rare_names(news, index))
        assert values == pytest.approx(whole_posts(index.vectors)[places] @ direction, abs=1e-4)
        assert behind == pytest.approx(values.max() - values)


def test_rare_names_count_more_and_none_counts_nothing(words: Vocabulary) -> None:
    index = index_of(words, [("Acme", ""), ("Acme makes more", ""), ("Borealis and Acme", "")])
    counted = rare_names(reading_of(words, "Borealis and Acme"), index)
    assert counted["Borealis"] > counted["Acme"] > 0


def test_those_that_ship_read_the_encoders_dimensions_and_know_names_in_any_language(
    words: Vocabulary,
) -> None:
    assert set(default_projections()) == {"related", "stale"}
    for projection in default_projections().values():
        dimensions, rank = projection.reads.shape
        assert dimensions == 384
        assert projection.points.shape == (rank, dimensions)
        assert all(row.shape == (rank,) for row in projection.names.values())
        assert {"NVIDIA", "HBM", "China"} <= set(projection.names)


def test_a_projection_is_written_as_whole_numbers_of_a_step() -> None:
    read = read_projection({"step": 0.5, "names": {"Acme": [4]}, "reads": [[2], [0]], "points": [[1, -1]]})
    assert read.reads.tolist() == [[1.0], [0.0]]
    assert read.names["Acme"].tolist() == [2.0]
    assert read.points.tolist() == [[0.5, -0.5]]
