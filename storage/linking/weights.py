"""What is learned from judgements, both of it readable: `fits` orders the posts of an item, `due` decides
whether the item makes one stale.

`fits` is a sum of weights (`weights.toml`): a signal counts by how far it lies from its mean over candidates,
in standard deviations, four at most. `due` is a forest (`trees.json`): there signals count as they are.
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
    """A weighted sum, and what it must exceed."""

    weights: Numbers
    base: float

    def __call__(self, standard: Numbers) -> Numbers:
        """The probability of each row."""
        return logistic(self.sums(standard))

    def sums(self, standard: Numbers) -> Numbers:
        """The same in log-odds: the weighted sum of each row."""
        return np.asarray(standard @ self.weights + np.float32(self.base), dtype=np.float32)


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
    names = tuple(signals)
    return Weights(names, means, spreads, Head(orders, fits), read_forest(trees, names), threshold)


@cache
def default_weights(vectors: bool) -> Weights:
    """Those that ship with chipwatch, for signals with vectors and without."""
    folder, name = Path(__file__).parent, "with_vectors" if vectors else "names_only"
    tables = tomllib.loads((folder / "weights.toml").read_text(encoding="utf-8"))
    trees = json.loads((folder / "trees.json").read_text(encoding="utf-8"))
    return read_weights(tables[name], trees[name])
