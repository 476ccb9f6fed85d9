"""Weights are learned from judged pairs, and the decision weighs no signal against its meaning."""

import tomllib

import numpy as np
import pytest

from benchmarks.learning.__main__ import best_threshold, folds, table
from benchmarks.learning.fitting import fit
from benchmarks.learning.judged import Rows
from storage.linking.weights import read_weights

SIGNALS = ("good", "bad", "copy", "noise")
AGAINST = np.array([False, True, False, False])


def _rows(items: int = 60, posts: int = 20) -> Rows:
    """Grades follow from `good` less `bad`; `copy` is nearly `good`."""
    rng = np.random.default_rng(1)
    good, bad, noise = rng.normal(size=(3, items * posts))
    copy = good + rng.normal(scale=0.1, size=items * posts)
    matters = good - bad
    grades = (matters > 1.5).astype(int) + (matters > 3)
    return Rows(
        np.column_stack([good, bad, copy, noise]),
        grades,
        np.repeat(np.arange(items), posts),
        np.tile(np.arange(posts), items),
        np.arange(items) // 2,
        [str(n) for n in range(items)],
        0,
        [np.eye(posts, dtype=np.float32)] * items,
    )


def test_what_is_learned_orders_posts_and_tells_the_stale_ones() -> None:
    rows = _rows()
    fitted = fit(rows.signals, rows.grades, rows.items, AGAINST)
    order, due = fitted.scores(rows.signals)
    for scores in (order, due):
        assert scores[rows.grades == 2].min() > np.quantile(scores[rows.grades == 0], 0.95)
    assert abs(fitted.order[3]) < 0.2 * abs(fitted.order[1])


def test_in_the_decision_each_signal_keeps_its_sign() -> None:
    rows = _rows()
    turned = 2 - rows.grades  # all the other way round: no signal may follow
    for grades in (rows.grades, turned):
        decision = fit(rows.signals, grades, rows.items, AGAINST).decision
        assert (decision[[0, 2, 3]] >= 0).all()
        assert decision[1] <= 0
    assert fit(rows.signals, turned, rows.items, AGAINST).decision[:3] == pytest.approx([0, 0, 0])


def test_items_of_one_matter_are_on_one_side_of_every_split() -> None:
    rows = _rows()
    scored = np.zeros(len(rows.groups), dtype=int)
    for held_out in folds(rows, seed=0):
        assert all(len(set(held_out[rows.groups == group])) == 1 for group in np.unique(rows.groups))
        scored += held_out
    assert (scored == 1).all()


def test_the_threshold_is_the_best_of_those_that_leave_enough_quiet() -> None:
    due, grades = np.linspace(-1, 1, 101), np.array([0] * 90 + [2] * 11)

    def score(threshold: float) -> dict[str, float]:
        return {"quiet": 1.0 if threshold > 0.7 else 0.5, "f1": 1.0 - threshold}

    found = best_threshold(score, due, grades)
    assert 0.7 < found < 0.75


def test_the_table_that_is_written_is_the_one_that_is_read() -> None:
    rows = _rows()
    fitted = fit(rows.signals, rows.grades, rows.items, AGAINST)
    weights = read_weights(tomllib.loads(table("of_a_test", SIGNALS, fitted, 0.0))["of_a_test"])
    assert weights.signals == SIGNALS
    assert weights.threshold == 0.5
    order, due = fitted.scores(rows.signals)
    standard = weights.standard(rows.signals.astype(np.float32))
    for head, sums in ((weights.fits, order), (weights.due, due)):
        assert head(standard) == pytest.approx(1 / (1 + np.exp(-sums)), abs=0.02)
