"""The weights of verdicts are those that the pairs show."""

import numpy as np

from benchmarks.verdicts import fitted


def test_what_goes_with_updates_is_weighed_for_them_and_what_does_not_against() -> None:
    random = np.random.default_rng(1)
    likeness = random.uniform(0, 1, size=(400, 3))
    rows = np.column_stack([np.zeros(400), likeness])
    stale = (likeness[:, 2] > likeness[:, 0]).astype(float)
    weights, loss = fitted(rows, stale)
    assert weights[4] > 1 > abs(weights[3])
    assert weights[2] < -1
    without = rows.copy()
    without[:, 1:] = 0
    assert loss < fitted(without, stale)[1] / 2
