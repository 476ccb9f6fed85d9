"""Fitting the two heads: one that orders an item's posts, one that says which of them are stale.

Both are convex: there is one best answer, found from any start.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from benchmarks.learning.judged import Floats, Ints
from storage.linking.weights import FARTHEST

Bounds = Sequence[tuple[float | None, float | None]]

GAINS = np.array([0.0, 1.0, 3.0])  # of a grade, as nDCG counts it
ORDER_PENALTY, DECISION_PENALTY = 0.05, 2.0


@dataclass(frozen=True)
class Fitted:
    """Weights of standardized signals."""

    means: Floats
    spreads: Floats
    order: Floats
    order_base: float  # the logistic of order + base is the share of candidates that judges found related
    decision: Floats
    decision_base: float

    def standard(self, signals: Floats) -> Floats:
        """Signals as distances from their means."""
        return np.asarray(np.clip((signals - self.means) / self.spreads, -FARTHEST, FARTHEST))

    def scores(self, signals: Floats) -> tuple[Floats, Floats]:
        """How well each row fits, and how likely it is stale; both as log-odds."""
        rows = self.standard(signals)
        return rows @ self.order + self.order_base, rows @ self.decision + self.decision_base


def fit(signals: Floats, grades: Ints, items: Ints, against: np.ndarray) -> Fitted:
    """Fit both heads to rows; `items` says which rows compete with each other.

    `against` says of each signal whether in the decision it may only speak against a post; the others may
    only speak for one. There are few stale posts to learn from: a free fit sets signals that go together one
    against the other, and misses those posts that have all of them.
    """
    means, spreads = signals.mean(axis=0), signals.std(axis=0) + 1e-9
    rows = np.clip((signals - means) / spreads, -FARTHEST, FARTHEST)
    order = _order(rows, GAINS[grades], items)
    fits = (rows @ order)[:, None]
    scale, base = _logistic(fits, grades >= 1, 0.0, [(0.0, None)])
    bounds = [(None, 0.0) if down else (0.0, None) for down in against]
    decision, decision_base = _logistic(rows, grades == 2, DECISION_PENALTY, bounds)
    return Fitted(means, spreads, order * scale[0], base, decision, decision_base)


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
        return value + ORDER_PENALTY * weights @ weights, slope + 2 * ORDER_PENALTY * weights

    return np.asarray(minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x)


def _logistic(rows: Floats, true: np.ndarray, penalty: float, bounds: Bounds) -> tuple[Floats, float]:
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
