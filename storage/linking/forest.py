"""A forest of small decision trees: each asks an item and a post a few questions, and their answers add up.

Whether news makes a post stale is no sum of signals: that the two share a topic says much where they share a
product as well, and little where they do not. A tree is written as it is read: a number, its answer in
log-odds, or a question `[signal, limit, answer so far, if at most the limit, if more]`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from storage.linking.postings import Numbers

Tree = float | Sequence[object]
Places = NDArray[np.int32]
_Node = tuple[int, float, int, int, float]  # signal, limit, node below, node above, answer


@dataclass(frozen=True)
class Forest:
    """The nodes of all trees, one after the other."""

    roots: Places  # the first node of each tree
    signals: Places  # which column a node asks about
    limits: Numbers
    below: Places  # the node for a value of the limit at most; an answer goes on to itself
    above: Places
    answers: Numbers  # of a question, the mean of what may come of it
    depth: int

    def sums(self, rows: Numbers) -> Numbers:
        """The log-odds of each row; rows are of signals as measured, a column a signal."""
        *_, last = self._nodes(rows)
        return np.asarray(self.answers[last].sum(axis=1), dtype=np.float32)

    @property
    def base(self) -> float:
        """The log-odds before any question."""
        return float(self.answers[self.roots].sum())

    def shares(self, row: Numbers) -> Numbers:
        """What each signal adds to the log-odds of a row: by how much its questions moved the answers."""
        shares = np.zeros(len(row))
        for (asked,), (then,) in pairwise(self._nodes(row[np.newaxis])):
            np.add.at(shares, self.signals[asked], self.answers[then] - self.answers[asked])
        return shares.astype(np.float32)

    def enough(self, row: Numbers, column: int, needed: float) -> float | None:
        """A value of a signal, near to its own, that alone brings a row to `needed` log-odds.

        Between two limits all values are one to the trees: the middle stands for them.
        """
        asking = (self.signals == column) & (self.below != np.arange(len(self.below)))
        limits = np.unique(self.limits[asking])
        values = np.concatenate([limits, (limits[:-1] + limits[1:]) / 2, limits[-1:] + 1])
        rows = np.repeat(row[np.newaxis], len(values), axis=0)
        rows[:, column] = values
        passing = values[self.sums(rows) >= needed]
        return float(passing[np.abs(passing - row[column]).argmin()]) if len(passing) else None

    def _nodes(self, rows: Numbers) -> Iterator[Places]:
        """The node that each row is at in each tree, of shape (rows, trees), from the first to the answer."""
        values = np.ascontiguousarray(rows, dtype=np.float32).ravel()
        starts = np.arange(len(rows), dtype=np.int32)[:, np.newaxis] * rows.shape[1]
        at = np.repeat(self.roots[np.newaxis], len(rows), axis=0)
        yield at
        for _ in range(self.depth):
            more = values.take(starts + self.signals.take(at)) > self.limits.take(at)
            at = np.where(more, self.above.take(at), self.below.take(at))
            yield at


def read_forest(trees: Sequence[Tree], signals: Sequence[str]) -> Forest:
    """A forest from its written form; `signals` are the names of the columns."""
    columns = {name: column for column, name in enumerate(signals)}
    nodes: list[_Node] = []
    roots = [_put(tree, nodes, columns) for tree in trees]
    asked, limits, below, above, answers = zip(*nodes, strict=True) if nodes else [()] * 5
    return Forest(
        np.array(roots, dtype=np.int32),
        np.array(asked, dtype=np.int32),
        np.array(limits, dtype=np.float32),
        np.array(below, dtype=np.int32),
        np.array(above, dtype=np.int32),
        np.array(answers, dtype=np.float32),
        max(map(_depth, trees), default=0),
    )


def _put(tree: Tree, nodes: list[_Node], columns: Mapping[str, int]) -> int:
    """Append the nodes of a tree; returns the place of its first."""
    place = len(nodes)
    if isinstance(tree, int | float):
        nodes.append((0, 0.0, place, place, float(tree)))
        return place
    signal, limit, answer, below, above = tree
    nodes.append((0, 0.0, 0, 0, 0.0))  # its place, until what comes of it has its own
    rest = _put(below, nodes, columns), _put(above, nodes, columns)  # type: ignore[arg-type]
    nodes[place] = (columns[str(signal)], float(limit), *rest, float(answer))  # type: ignore[arg-type]
    return place


def _depth(tree: Tree) -> int:
    return 0 if isinstance(tree, int | float) else 1 + max(map(_depth, tree[3:]))  # type: ignore[arg-type]
