"""Weights: how a signal counts in a sum, and that those which ship with chipwatch can be sensible ones."""

import numpy as np
import pytest

from storage.linking.signals import NAMES_ONLY, WITH_VECTORS
from storage.linking.weights import FARTHEST, Head, Weights, default_weights, logistic, read_weights

TABLE = {
    "fits": -1.0,
    "threshold": 0.25,
    "due": [-4.0, 0.5],
    "signals": {"near": [0.5, 0.1, 1.0], "far": [10.0, 4.0, -1.0]},
}
TREES = [["far", 5.0, -2.0, -3.0, -1.0]]
SHIPPED = [default_weights(True), default_weights(False)]


def _rows(*rows: tuple[float, float]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def test_a_head_gives_a_sum_for_each_row_to_which_what_is_due_adds() -> None:
    head = Head(np.array([1.0, -2.0], dtype=np.float32), 0.5, by_due=0.25, usual_due=-4.0)
    due = np.array([-4, -2, -6], dtype=np.float32)
    assert head.of_due(due).tolist() == [0, 0.5, -0.5]
    given = head.sums(_rows((0, 0), (1.5, 0), (0, 1)), due)
    assert given.dtype == np.float32
    assert given.tolist() == [0.5, 2.5, -2.0]


def test_a_probability_stays_between_0_and_1_however_large_the_log_odds() -> None:
    given = logistic(np.array([-1e6, 0, 1e6], dtype=np.float32))
    assert given.dtype == np.float32
    assert 0.0 < given[0] < 1e-9
    assert given[1:].tolist() == [0.5, 1.0]


def test_a_signal_counts_by_how_many_spreads_it_is_from_its_mean() -> None:
    standard = read_weights(TABLE, TREES).standard(_rows((0.5, 10), (0.6, 2)))
    assert standard == pytest.approx(_rows((0, 0), (1, -2)), abs=1e-6)


def test_a_signal_counts_as_far_as_four_spreads_and_no_farther() -> None:
    standard = read_weights(TABLE, TREES).standard(_rows((100, -100), (0.89, 27), (0.91, 25)))
    assert standard == pytest.approx(_rows((4, -4), (3.9, 4), (4, 3.75)), abs=1e-5)
    assert FARTHEST == 4.0


def test_each_column_of_the_table_is_read_into_its_place() -> None:
    weights = read_weights(TABLE, TREES)
    assert weights.signals == ("near", "far")
    assert weights.threshold == 0.25
    assert weights.fits.base == -1.0
    assert (weights.fits.usual_due, weights.fits.by_due) == (-4.0, 0.5)
    assert weights.means.tolist() == [0.5, 10]
    assert weights.spreads == pytest.approx([0.1, 4])
    assert weights.fits.weights.tolist() == [1, -1]
    assert weights.due.sums(_rows((0, 5), (0, 6))).tolist() == [-3, -1]


@pytest.mark.parametrize(("vectors", "signals"), [(True, WITH_VECTORS), (False, NAMES_ONLY)])
def test_those_that_ship_name_exactly_the_signals_that_are_measured(
    vectors: bool, signals: dict[str, str]
) -> None:
    named = default_weights(vectors).signals
    assert len(set(named)) == len(named)
    assert set(named) == set(signals)


@pytest.mark.parametrize("weights", SHIPPED)
def test_no_weight_that_ships_outweighs_all_others(weights: Weights) -> None:
    sizes = np.abs(weights.fits.weights)
    assert np.isfinite(sizes).all()
    assert 0.1 < sizes.max() < 2.0
    assert sizes.max() < sizes.sum() / 2


@pytest.mark.parametrize("weights", SHIPPED)
def test_no_tree_that_ships_outweighs_all_others(weights: Weights) -> None:
    forest = weights.due
    assert np.isfinite(forest.answers).all()
    trees = np.split(forest.answers, forest.roots[1:])
    spreads = np.array([np.ptp(answers) for answers in trees])
    assert 0.05 < spreads.max() < spreads.sum() / 10


@pytest.mark.parametrize("weights", SHIPPED)
def test_every_spread_that_ships_can_be_divided_by(weights: Weights) -> None:
    assert (weights.spreads > 1e-3).all()
    assert np.isfinite(weights.means).all()


@pytest.mark.parametrize("weights", SHIPPED)
def test_a_usual_candidate_neither_fits_nor_is_due(weights: Weights) -> None:
    usual = weights.means[np.newaxis]
    due = weights.due.sums(usual)
    assert logistic(weights.fits.sums(weights.standard(usual), due))[0] < 0.1
    assert logistic(due)[0] < weights.threshold
    assert logistic(np.array(weights.fits.usual_due)) < weights.threshold
    assert 0.0 < weights.threshold < 1.0


@pytest.mark.parametrize("weights", SHIPPED)
def test_in_the_order_of_posts_what_they_share_speaks_for_them_and_ranks_against(weights: Weights) -> None:
    of = dict(zip(weights.signals, weights.fits.weights.tolist(), strict=True))
    assert 0 < weights.fits.by_due < 1
    assert min(of[name] for name in ("makers", "treated", "topics_in_text", "shared_words")) > 0
    assert max(of[name] for name in ("rank_about", "rank_words", "apology")) < 0
