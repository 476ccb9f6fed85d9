"""Fitting projections: where news points among the posts (`storage.linking.projection`).

Each is a map D of an item's features x, its vector and its names, to a direction. The score of a post p is
(v + x D) p, where v is the item's vector; their softmax over all posts is to come near to what judges said.
There is a penalty on the squares of D, and the search stops after some steps, both of which keep it from
learning single items; of what it finds the directions that matter most are kept.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.learning.fitting import GAINS
from benchmarks.learning.rows import Floats, JudgedNews
from storage.linking.index import PostIndex
from storage.linking.nearness import PostVectors
from storage.linking.postings import Numbers
from storage.linking.projection import Projection, known, whole_news, whole_posts
from storage.linking.signals import rare_names

# By cross-validation; half the rank costs 0.02 of p@1 and r@10.
PENALTY, STEPS, RANK = 0.003, 40, 96
# Weight of a scored item: what was judged of it came from several rankings. From 8 to 20 it is the same; at 2
# nDCG@5 is 0.007 less.
SCORED = 12.0
ITEMS_WITH_NAME = 3  # from which on a name is learned
STEPS_OF_A_NUMBER = 127


@dataclass(frozen=True)
class ItemsAndPosts:
    """What projections are learned from."""

    items: Numbers  # their vectors, a row an item
    posts: Numbers  # a row a post of the index
    names: Sequence[str]  # those that enough items have
    named: Numbers  # what each name counts for each item, a row an item
    grades: NDArray[np.int8]  # 0, 1, 2: a row an item, a column a post
    scored: np.ndarray  # of each item: whether it is among those that are scored


def items_and_posts(news: JudgedNews, index: PostIndex, posts: PostVectors) -> ItemsAndPosts:
    """What judged items with vectors teach of an index's posts, whose vectors are given."""
    named = [rare_names(reading, index) for reading in news.readings]
    counts = Counter(name for weights in named for name in weights)
    names = sorted(name for name, count in counts.items() if count >= ITEMS_WITH_NAME)
    among = frozenset(names)
    rows = [known(among, weights) for weights in named]
    return ItemsAndPosts(
        np.stack([whole_news(reading.vectors) for reading in news.readings if reading.vectors]),
        whole_posts(posts),
        names,
        np.array([[row.get(name, 0.0) for name in names] for row in rows], dtype=np.float32),
        news.grades,
        news.scored,
    )


def fit_projections(judged: ItemsAndPosts, learned: np.ndarray) -> dict[str, Projection]:
    """The projections of the items of which `learned` says that they count."""
    some = _of(judged, learned & judged.grades.any(axis=1))
    of_all = _of(judged, learned)
    return {
        "related": _fit(some, GAINS[some.grades], np.where(some.scored, SCORED, 1.0), nothing=False),
        "stale": _fit(of_all, of_all.grades == 2, np.ones(len(of_all.items)), nothing=True),
    }


def fit_of_others(judged: ItemsAndPosts, folds: Iterable[np.ndarray]) -> list[Mapping[str, Projection]]:
    """For each item the projections that were learned without the fold that holds its matter out."""
    found: list[Mapping[str, Projection]] = [{}] * len(judged.items)
    for held_out in folds:
        projections = fit_projections(judged, ~held_out)
        for item in np.flatnonzero(held_out).tolist():
            found[item] = projections
    return found


def written(projections: Mapping[str, Projection]) -> str:
    """Projections as JSON of whole numbers, a line a row."""
    tables = []
    for name, projection in projections.items():
        parts = (projection.reads, projection.points, *projection.names.values())
        step = max(float(np.abs(part).max()) for part in parts) / STEPS_OF_A_NUMBER

        def line(row: Numbers, step: float = step) -> str:
            return json.dumps(np.rint(row / step).astype(int).tolist(), separators=(",", ":"))

        rows = [
            f"{json.dumps(own, ensure_ascii=False)}: {line(row)}" for own, row in projection.names.items()
        ]
        tables.append(
            f'"{name}": {{\n"step": {step:.6g},\n"names": {{\n'
            + ",\n".join(rows)
            + '\n},\n"reads": [\n'
            + ",\n".join(map(line, projection.reads))
            + '\n],\n"points": [\n'
            + ",\n".join(map(line, projection.points))
            + "\n]\n}"
        )
    return "{\n" + ",\n".join(tables) + "\n}\n"


def _of(judged: ItemsAndPosts, some: np.ndarray) -> ItemsAndPosts:
    return replace(
        judged,
        items=judged.items[some],
        named=judged.named[some],
        grades=judged.grades[some],
        scored=judged.scored[some],
    )


def _fit(judged: ItemsAndPosts, gains: np.ndarray, weights: Floats, *, nothing: bool) -> Projection:
    """`gains` says what each post is to each item; with `nothing` an item may point to no post at all."""
    features = np.hstack([judged.items, judged.named])
    start = judged.items @ judged.posts.T
    wanted = gains / np.maximum(gains.sum(axis=1, keepdims=True), 1e-9)
    if nothing:
        wanted = np.column_stack([wanted, ~gains.any(axis=1)])
    wanted, shares = wanted.astype(np.float32), (weights / weights.sum()).astype(np.float32)
    shape = features.shape[1], judged.posts.shape[1]

    def loss(flat: Floats) -> tuple[float, Floats]:
        added = flat[1:].reshape(shape).astype(np.float32)
        sums = start + (features @ added) @ judged.posts.T
        if nothing:
            sums = np.column_stack([sums, np.full(len(sums), flat[0], dtype=np.float32)])
        sums -= sums.max(axis=1, keepdims=True)
        powers = np.exp(sums)
        totals = powers.sum(axis=1, keepdims=True)
        value = -((wanted * (sums - np.log(totals))).sum(axis=1) * shares).sum()
        off = (powers / totals - wanted) * shares[:, None]
        of_posts = off[:, : len(judged.posts)]
        slope = features.T @ (of_posts @ judged.posts) + 2 * PENALTY * added
        of_nothing = off[:, -1].sum() if nothing else 0.0
        return float(value + PENALTY * (added**2).sum()), np.concatenate(
            [[of_nothing], slope.ravel()]
        ).astype(float)

    first = np.zeros(1 + shape[0] * shape[1])
    first[0] = np.log(len(judged.posts))
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options={"maxiter": STEPS, "maxcor": 6}).x
    left, sizes, right = np.linalg.svd(found[1:].reshape(shape), full_matrices=False)
    halves = np.sqrt(sizes[:RANK])
    reads, points = (
        (left[:, :RANK] * halves).astype(np.float32),
        (halves[:, None] * right[:RANK]).astype(np.float32),
    )
    dimensions = judged.items.shape[1]
    return Projection(reads[:dimensions], dict(zip(judged.names, reads[dimensions:], strict=True)), points)
