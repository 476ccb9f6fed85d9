"""Fitting what orders an item's posts, a weighted sum, and what says which of them are stale, a forest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

from benchmarks.learning.rows import Floats, Ints
from storage.linking.forest import Tree
from storage.linking.weights import FARTHEST

Bounds = Sequence[tuple[float | None, float | None]]

GAINS = np.array([0.0, 1.0, 3.0])  # of a grade, as nDCG counts it
PENALTY = 0.05
TREES = 200
# Small, shrunk trees, each of some of the signals and rows; found by cross-validation.
PARAMETERS = {
    "objective": "binary",
    "learning_rate": 0.06,
    "num_leaves": 15,
    "min_data_in_leaf": 60,
    "lambda_l2": 20.0,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "seed": 0,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}
DIGITS = 4  # of a limit or an answer as it is written


@dataclass(frozen=True)
class Order:
    """Weights of standardized signals, and of the log-odds of an update."""

    means: Floats
    spreads: Floats
    weights: Floats
    base: float  # the logistic of the sum and it is the share of candidates that judges found related
    by_due: float
    usual_due: float

    def scores(self, signals: Floats, due: Floats) -> Floats:
        """How well each row fits, as log-odds."""
        by_signals = _standard(signals, self.means, self.spreads) @ self.weights
        return np.asarray(by_signals + self.by_due * (due - self.usual_due) + self.base)


def fit_order(signals: Floats, due: Floats, grades: Ints, items: Ints) -> Order:
    """Fit the order to rows; `items` says which rows compete with each other. There is one best answer.

    `due` are the log-odds of an update, by trees that have not seen the row's matter.
    """
    means, spreads = signals.mean(axis=0), signals.std(axis=0) + 1e-9
    usual, spread = float(due.mean()), float(due.std()) + 1e-9
    rows = np.column_stack([_standard(signals, means, spreads), (due - usual) / spread])
    order = _order(rows, GAINS[grades], items)
    (scale,), base = logistic((rows @ order)[:, None], grades >= 1, 0.0, [(0.0, None)])
    *weights, by_due = order * scale
    return Order(means, spreads, np.array(weights), base, by_due / spread, usual)


def fit_forest(signals: Floats, stale: np.ndarray, names: Sequence[str]) -> list[Tree]:
    """The trees that tell the stale rows; `names` are those of the signals. Needs the system's libgomp."""
    import lightgbm

    data = lightgbm.Dataset(signals.astype(np.float32), stale.astype(int))
    grown = lightgbm.train(PARAMETERS, data, TREES).dump_model()
    return [_tree(tree["tree_structure"], names)[0] for tree in grown["tree_info"]]


def _tree(node: dict[str, Any], names: Sequence[str]) -> tuple[Tree, float, int]:
    """A tree as it is written, its mean answer, and of how many rows that is."""
    if "leaf_value" in node:
        return _short(node["leaf_value"]), node["leaf_value"], node.get("leaf_count", 1)
    (below, low, few), (above, high, many) = (
        _tree(node[side], names) for side in ("left_child", "right_child")
    )
    mean = (low * few + high * many) / max(1, few + many)
    return (
        [names[node["split_feature"]], _short(node["threshold"]), _short(mean), below, above],
        mean,
        few + many,
    )


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _standard(signals: Floats, means: Floats, spreads: Floats) -> Floats:
    return np.asarray(np.clip((signals - means) / spreads, -FARTHEST, FARTHEST))


def _order(rows: Floats, gains: Floats, items: Ints) -> Floats:
    """Weights whose softmax over each item's posts comes nearest to the shares of their gains (ListNet)."""
    totals = np.bincount(items, gains)
    kept = totals[items] > 0
    rows, gains, items = rows[kept], gains[kept], items[kept]
    _, starts, items = np.unique(items, return_index=True, return_inverse=True)
    wanted = gains / np.bincount(items, gains)[items]
    count = len(starts)

    def loss(weights: Floats) -> tuple[float, Floats]:
        sums = rows @ weights
        sums -= np.maximum.reduceat(sums, starts)[items]
        powers = np.exp(sums)
        shares = powers / np.add.reduceat(powers, starts)[items]
        value = -(wanted * np.log(np.maximum(shares, 1e-30))).sum() / count
        slope = rows.T @ (shares - wanted) / count
        return value + PENALTY * weights @ weights, slope + 2 * PENALTY * weights

    return np.asarray(minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x)


def logistic(rows: Floats, true: np.ndarray, penalty: float, bounds: Bounds) -> tuple[Floats, float]:
    """Weights and base of a logistic regression; the penalty is on the weights' squares."""
    wanted = true.astype(float)

    def loss(weights: Floats) -> tuple[float, Floats]:
        sums = rows @ weights[1:] + weights[0]
        value = (np.logaddexp(0, sums) - wanted * sums).sum() + penalty / 2 * weights[1:] @ weights[1:]
        off = 1 / (1 + np.exp(-sums)) - wanted
        return value, np.concatenate([[off.sum()], rows.T @ off + penalty * weights[1:]])

    start = np.zeros(rows.shape[1] + 1)
    start[0] = np.log((wanted.mean() + 1e-9) / (1 - wanted.mean() + 1e-9))
    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=[(None, None), *bounds], options={"maxiter": 500}
    ).x
    return found[1:], float(found[0])
