"""A forest: trees as they are written, what they answer, and what of it each signal did."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.linking.forest import Forest, Tree, read_forest

SIGNALS = ("near", "far")
SMALL: Tree = ["near", 0.5, -1.0, -2.0, ["far", 3.0, 0.5, 0.0, 1.5]]
FOREST = read_forest([SMALL, ["far", 1.0, 0.1, 0.0, 0.25], -0.5], SIGNALS)


def _rows(*rows: tuple[float, float]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def test_the_answers_of_all_trees_add_up() -> None:
    sums = FOREST.sums(_rows((0.5, 0), (0.6, 3), (0.6, 3.1), (0.1, 9)))
    assert sums.dtype == np.float32
    assert sums.tolist() == pytest.approx([-2 + 0 - 0.5, 0 + 0.25 - 0.5, 1.5 + 0.25 - 0.5, -2 + 0.25 - 0.5])


def test_what_signals_did_adds_up_to_the_answer() -> None:
    row = np.array([0.6, 3.1], dtype=np.float32)
    near, far = FOREST.shares(row)
    assert near == pytest.approx(0.5 - -1.0)  # from what the tree said so far to what it said then
    assert far == pytest.approx((1.5 - 0.5) + (0.25 - 0.1))
    assert FOREST.base + near + far == pytest.approx(float(FOREST.sums(row[np.newaxis])[0]))


def test_the_value_that_is_enough_is_a_near_one_that_is() -> None:
    row = np.array([0.6, 0.0], dtype=np.float32)
    assert FOREST.enough(row, 1, 1.0) == 4.0  # more than the last limit, 3
    assert FOREST.enough(row, 1, -0.3) == 2.0  # between the limits 1 and 3
    assert FOREST.enough(row, 1, 2.0) is None
    assert FOREST.enough(np.array([0.6, 9.0], dtype=np.float32), 0, -2.4) == 0.5


def test_a_signal_that_no_tree_asks_about_is_never_enough() -> None:
    forest = read_forest([["far", 3.0, 0.5, 0.0, 1.5]], SIGNALS)
    assert forest.enough(np.array([0.0, 0.0], dtype=np.float32), 0, 1.0) is None
    assert forest.shares(np.array([7.0, 0.0], dtype=np.float32)).tolist() == pytest.approx([0.0, -0.5])


@pytest.mark.parametrize("trees", [[], [1.5]])
def test_a_forest_may_ask_nothing(trees: list[Tree]) -> None:
    forest = read_forest(trees, SIGNALS)
    assert forest.sums(_rows((0, 0), (1, 1))).tolist() == [sum(trees)] * 2  # type: ignore[arg-type]
    assert forest.shares(np.zeros(2, dtype=np.float32)).tolist() == [0, 0]


def test_a_signal_that_is_unknown_is_refused() -> None:
    with pytest.raises(KeyError, match="nearer"):
        read_forest([["nearer", 0.5, 0.0, 0.0, 1.0]], SIGNALS)


_numbers = st.floats(-8, 8, width=32)
_trees = st.recursive(
    _numbers,
    lambda branch: st.tuples(st.sampled_from(SIGNALS), _numbers, _numbers, branch, branch),
    max_leaves=8,
)


def _walked(tree: Tree, row: np.ndarray) -> float:
    while not isinstance(tree, int | float):
        signal, limit, _, below, above = tree
        tree = below if row[SIGNALS.index(str(signal))] <= np.float32(limit) else above  # type: ignore
    return float(tree)


@given(st.lists(_trees, max_size=4), st.tuples(_numbers, _numbers))
def test_any_forest_answers_as_its_trees_do_when_walked(
    trees: list[Tree], values: tuple[float, float]
) -> None:
    row = np.array(values, dtype=np.float32)
    forest: Forest = read_forest(trees, SIGNALS)
    assert forest.sums(row[np.newaxis])[0] == pytest.approx(sum(_walked(t, row) for t in trees), abs=1e-4)
    assert forest.base + forest.shares(row).sum() == pytest.approx(forest.sums(row[np.newaxis])[0], abs=1e-3)
