"""Projections are learned from judged pairs: they point to what is right where plain nearness does not."""

import json
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.learning import projecting
from benchmarks.learning.projecting import (
    ItemsAndPosts,
    fit_of_others,
    fit_projections,
    items_and_posts,
    written,
)
from benchmarks.learning.rows import JudgedNews
from storage.linking.names import Vocabulary
from storage.linking.projection import Projection, read_projection, whole_news, whole_posts
from tests.storage.linking.conftest import BLOG, Trigrams, index_of, reading_of
from tests.storage.linking.conftest import words as words

DIMENSIONS, POSTS, ITEMS = 6, 12, 120
NEW = np.arange(ITEMS) >= 90


def _judged() -> ItemsAndPosts:
    """The right post is where an item's vector is turned round, or, for items that name Acme, post 0.

    The right post of every third item needs an update.
    """
    rng = np.random.default_rng(3)
    posts = rng.normal(size=(POSTS, DIMENSIONS)).astype(np.float32)
    posts /= np.linalg.norm(posts, axis=1, keepdims=True)
    right = rng.integers(1, POSTS, ITEMS)
    right[::4] = 0
    items = -posts[right] + rng.normal(scale=0.1, size=(ITEMS, DIMENSIONS)).astype(np.float32)
    items[::4] = rng.normal(scale=0.3, size=(len(items[::4]), DIMENSIONS))
    named = (np.arange(ITEMS) % 4 == 0).astype(np.float32)[:, None]
    grades = np.zeros((ITEMS, POSTS), dtype=np.int8)
    grades[np.arange(ITEMS), right] = np.where(np.arange(ITEMS) % 3, 1, 2)
    return ItemsAndPosts(items.astype(np.float32), posts, ["Acme"], named, grades, np.ones(ITEMS, dtype=bool))


def _found(judged: ItemsAndPosts, projection: Projection | None, grade: int, items: np.ndarray) -> float:
    """The share of items whose post that is pointed to farthest is of that grade at least."""
    directions: np.ndarray = judged.items
    if projection is not None:
        read = judged.items @ projection.reads + judged.named * projection.names["Acme"]
        directions = directions + read @ projection.points
    best = (directions @ judged.posts.T).argmax(axis=1)
    return float((judged.grades[np.arange(ITEMS), best] >= grade)[items].mean())


def test_what_is_learned_points_new_items_to_their_posts() -> None:
    judged = _judged()
    assert _found(judged, None, 1, NEW) < 0.2
    related = fit_projections(judged, ~NEW)["related"]
    assert _found(judged, related, 1, NEW) > 0.7
    assert _found(judged, related, 1, NEW & (np.arange(ITEMS) % 4 == 0)) > 0.7


def test_stale_is_learned_from_grade_2_alone() -> None:
    judged = _judged()
    grades = np.minimum(judged.grades, 1)
    grades[:, 5] = 2
    judged = replace(judged, grades=grades)
    stale = fit_projections(judged, ~NEW)["stale"]
    assert _found(judged, stale, 2, NEW) > 0.7 > 0.2 > _found(judged, None, 2, NEW)


def test_what_scored_items_say_weighs_more_than_what_more_others_say() -> None:
    judged = _judged()
    scored = np.arange(ITEMS) % 4 == 1
    grades = np.zeros_like(judged.grades)
    grades[scored, 3], grades[~scored, 7] = 1, 1
    alike = np.tile(judged.items[:1], (ITEMS, 1))
    judged = replace(judged, items=alike, named=0 * judged.named, grades=grades, scored=scored)
    related = fit_projections(judged, ~NEW)["related"]
    assert _found(judged, related, 1, NEW & scored) == 1 > 0 == _found(judged, related, 1, NEW & ~scored)


def test_news_that_makes_nothing_stale_points_less_far_by_stale() -> None:
    judged = _judged()
    quiet = np.arange(ITEMS) % 4 == 0  # those that name Acme, and say else what the next one says
    items = np.where(quiet[:, None], np.roll(judged.items, -1, axis=0), judged.items)
    grades = np.where(quiet[:, None], 0, 2 * (judged.grades > 0)).astype(np.int8)
    judged = replace(judged, items=items, grades=grades)
    stale = fit_projections(judged, ~NEW)["stale"]
    read = judged.items @ stale.reads + judged.named * stale.names["Acme"]
    farthest = ((judged.items + read @ stale.points) @ judged.posts.T).max(axis=1)
    assert np.median(farthest[NEW & quiet]) < np.median(farthest[NEW & ~quiet]) - 0.6


def test_an_items_own_projections_were_learned_without_it() -> None:
    judged = _judged()
    halves = [np.arange(ITEMS) % 2 == half for half in (0, 1)]
    made = fit_of_others(judged, halves)
    for item, own in enumerate(made):
        expected = fit_projections(judged, ~halves[item % 2]) if item < 2 else made[item % 2]
        assert written(own) == written(expected)


def test_what_is_written_is_what_is_read_to_half_a_step() -> None:
    made = fit_projections(_judged(), ~NEW)
    for name, table in json.loads(written(made)).items():
        read, half = read_projection(table), table["step"] / 2 + 1e-6
        assert np.abs(read.reads - made[name].reads).max() <= half
        assert np.abs(read.points - made[name].points).max() <= half
        assert np.abs(read.names["Acme"] - made[name].names["Acme"]).max() <= half
        assert max(map(abs, table["names"]["Acme"])) <= projecting.STEPS_OF_A_NUMBER


def test_judged_news_is_read_for_learning_as_projections_read_it(words: Vocabulary) -> None:
    encoder = Trigrams()
    index = index_of(words, BLOG, encoder)
    assert index.vectors is not None
    titles = ["Acme's Orion"] * 3 + ["Borealis"] * 2
    readings = [reading_of(words, title, encoder=encoder) for title in titles]
    grades, yes = np.zeros((5, len(BLOG)), dtype=np.int8), np.ones(5, dtype=bool)
    grades[0, 1] = 2
    judged = items_and_posts(JudgedNews(readings, grades, np.arange(5), yes, ~yes), index, index.vectors)
    assert {"Acme", "Orion"} <= set(judged.names)
    assert "Borealis" not in judged.names  # too few items have it
    assert np.linalg.norm(judged.named, axis=1).tolist() == pytest.approx([1, 1, 1, 0, 0])
    first = readings[0].vectors
    assert first is not None
    assert np.array_equal(judged.items[0], whole_news(first))
    assert np.array_equal(judged.posts, whole_posts(index.vectors))
    assert judged.grades[0, 1] == 2
