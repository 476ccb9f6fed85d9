"""What is learned from judgements, both of it readable: `fits` orders the posts of an item, `due` decides
whether the item makes one stale.

`due` is a forest (`trees.json`): there signals count as they are. `fits` is a weighted sum (`weights.toml`):
a signal counts by how far it lies from its mean over candidates, in standard deviations, four at most. What
is due counts too: of posts that fit alike those come first that need an update.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from storage.linking.forest import Forest, Tree, read_forest
from storage.linking.postings import Numbers

FARTHEST = 4.0  # standard deviations


@dataclass(frozen=True)
class Head:
    """A weighted sum."""

    weights: Numbers
    base: float
    by_due: float  # what one more of the log-odds of an update counts
    usual_due: float  # the mean of these log-odds over candidates

    def sums(self, standard: Numbers, due: Numbers) -> Numbers:
        """The log-odds of each row; `due` are those of an update, with what posts share."""
        by_signals = np.asarray(standard @ self.weights + np.float32(self.base), dtype=np.float32)
        return by_signals + self.of_due(due)

    def of_due(self, due: Numbers) -> Numbers:
        """What the log-odds of an update add."""
        return np.asarray(np.float32(self.by_due) * (due - np.float32(self.usual_due)), dtype=np.float32)


def logistic(sums: Numbers) -> Numbers:
    """Log-odds as probabilities."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(sums, -30, 30))), dtype=np.float32)


@dataclass(frozen=True)
class Weights:
    """What is learned of the signals that are named."""

    signals: tuple[str, ...]
    means: Numbers
    spreads: Numbers
    fits: Head
    due: Forest
    threshold: float  # of `due`: from here on it is a follow-up

    def standard(self, rows: Numbers) -> Numbers:
        """Signals as distances from their means."""
        return np.asarray(np.clip((rows - self.means) / self.spreads, -FARTHEST, FARTHEST), dtype=np.float32)


def read_weights(table: Mapping[str, object], trees: Sequence[Tree]) -> Weights:
    """Weights and trees in the form that `benchmarks.learning` writes."""
    signals: Mapping[str, list[float]] = table["signals"]  # type: ignore[assignment]
    means, spreads, orders = np.array(list(signals.values()), dtype=np.float32).T
    fits, threshold = (float(table[key]) for key in ("fits", "threshold"))  # type: ignore[arg-type]
    due: list[float] = table["due"]  # type: ignore[assignment]
    names, head = tuple(signals), Head(orders, fits, by_due=due[1], usual_due=due[0])
    return Weights(names, means, spreads, head, read_forest(trees, names), threshold)


@cache
def default_weights(vectors: bool) -> Weights:
    """Those that ship with chipwatch, for signals with vectors and without."""
    folder, name = Path(__file__).parent, "with_vectors" if vectors else "names_only"
    tables = tomllib.loads((folder / "weights.toml").read_text(encoding="utf-8"))
    trees = json.loads((folder / "trees.json").read_text(encoding="utf-8"))
    return read_weights(tables[name], trees[name])
