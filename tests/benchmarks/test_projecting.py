"""Projections are learned from judged pairs: they point to what is right where plain nearness does not."""

import json
from dataclasses import replace

import numpy as np

from benchmarks.learning import projecting
from benchmarks.learning.projecting import fit_projections, pointing, with_pointing, written
from benchmarks.learning.rows import ItemsAndPosts, Rows
from storage.linking.projection import read_projection

DIMENSIONS, POSTS, ITEMS = 6, 12, 120
NEW = np.arange(ITEMS) >= 90
SIGNALS = ["own", "related", "behind_related", "stale", "behind_stale"]


def _rows() -> Rows:
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
    grades = np.zeros((ITEMS, POSTS), dtype=np.int64)
    grades[np.arange(ITEMS), right] = np.where(np.arange(ITEMS) % 3, 1, 2)
    return Rows(
        np.zeros((ITEMS * POSTS, len(SIGNALS))),
        grades.ravel(),
        np.repeat(np.arange(ITEMS), POSTS),
        np.tile(np.arange(POSTS), ITEMS),
        np.arange(ITEMS),
        [str(number) for number in range(ITEMS)],
        0,
        [np.eye(POSTS, dtype=np.float32)] * ITEMS,
        np.ones(ITEMS, dtype=bool),
        np.zeros(ITEMS, dtype=bool),
        ItemsAndPosts(items.astype(np.float32), posts, ["Acme"], named),
    )


def _found(rows: Rows, values: np.ndarray, grade: int, items: np.ndarray) -> float:
    """The share of items whose post with the highest value is of that grade at least."""
    best = values.reshape(ITEMS, POSTS).argmax(axis=1)
    of_best = rows.grades.reshape(ITEMS, POSTS)[np.arange(ITEMS), best]
    return float((of_best >= grade)[items].mean())


def test_what_is_learned_points_new_items_to_their_posts() -> None:
    rows = _rows()
    assert rows.vectors is not None
    plain = rows.vectors.items @ rows.vectors.posts.T
    assert _found(rows, plain, 1, NEW) < 0.2
    learned = dict(pointing(rows, fit_projections(rows, ~NEW), np.ones(len(rows.items), dtype=bool)))
    assert _found(rows, learned["related"], 1, NEW) > 0.7
    assert _found(rows, learned["related"], 1, NEW & (np.arange(ITEMS) % 4 == 0)) > 0.7
    behind = learned["behind_related"].reshape(ITEMS, POSTS)
    assert (behind.min(axis=1) == 0).all()


def test_stale_is_learned_from_grade_2_alone() -> None:
    rows = _rows()
    assert rows.vectors is not None
    plain = rows.vectors.items @ rows.vectors.posts.T
    stale = replace(rows, grades=np.where(rows.posts == 5, 2, np.minimum(rows.grades, 1)))
    learned = dict(pointing(stale, fit_projections(stale, ~NEW), np.ones(len(rows.items), dtype=bool)))
    assert _found(stale, learned["stale"], 2, NEW) > 0.7 > 0.2 > _found(stale, plain, 2, NEW)


def test_the_signals_of_an_item_are_by_what_was_learned_without_it() -> None:
    rows = _rows()
    halves = [np.arange(ITEMS) % 2 == half for half in (0, 1)]
    made = with_pointing(rows, SIGNALS, iter(halves))
    assert (made.signals[:, 0] == 0).all()
    for half in halves:
        own = half[rows.items]
        for name, values in pointing(rows, fit_projections(rows, ~half), own):
            assert np.array_equal(made.signals[own, SIGNALS.index(name)], values)


def test_what_is_written_is_what_is_read_to_half_a_step() -> None:
    made = fit_projections(_rows(), ~NEW)
    for name, table in json.loads(written(made)).items():
        read, half = read_projection(table), table["step"] / 2 + 1e-6
        assert np.abs(read.reads - made[name].reads).max() <= half
        assert np.abs(read.points - made[name].points).max() <= half
        assert np.abs(read.names["Acme"] - made[name].names["Acme"]).max() <= half
        assert max(map(abs, table["names"]["Acme"])) <= projecting.STEPS_OF_A_NUMBER


def test_without_vectors_there_is_nothing_to_project() -> None:
    rows = replace(_rows(), vectors=None)
    assert fit_projections(rows, ~NEW) == {}
    assert np.array_equal(with_pointing(rows, SIGNALS, iter([NEW])).signals, rows.signals)
