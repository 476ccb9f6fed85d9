"""Fitting projections: where news points among the posts (`storage.linking.projection`).

Each is a map D of an item's features x, its vector and its names, to a direction. The score of a post p is
(v + x D) p, where v is the item's vector; their softmax over all posts is to come near to what judges said.
With a penalty on the squares of D there is one best answer; of it the directions that matter most are kept.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from scipy.optimize import minimize

from benchmarks.learning.fitting import GAINS
from benchmarks.learning.rows import Floats, Ints, ItemsAndPosts, Rows
from storage.linking.postings import Numbers
from storage.linking.projection import Projection

# By cross-validation; half the rank costs 0.02 of p@1 and r@10.
PENALTY, STEPS, RANK = 0.003, 40, 96
# Weight of a scored item: what was judged of it came from several rankings. From 8 to 20 it is the same; at 2
# nDCG@5 is 0.007 less.
SCORED = 12.0
STEPS_OF_A_NUMBER = 127


def fit_projections(rows: Rows, learned: np.ndarray) -> dict[str, Projection]:
    """The projections of the items of which `learned` says that they count."""
    if rows.vectors is None:
        return {}
    grades = np.zeros((len(rows.item_ids), len(rows.vectors.posts)), dtype=np.int64)
    grades[rows.items, rows.posts] = rows.grades
    related, stale = GAINS[grades], (grades == 2).astype(float)
    weights = np.where(rows.scored, SCORED, 1.0)
    some = learned & related.any(axis=1)
    of_some = _fit(_of(rows.vectors, some), related[some], weights[some], nothing=False)
    of_all = _fit(_of(rows.vectors, learned), stale[learned], np.ones(int(learned.sum())), nothing=True)
    return {"related": of_some, "stale": of_all}


def pointing(
    rows: Rows, projections: Mapping[str, Projection], tested: np.ndarray
) -> Iterator[tuple[str, Floats]]:
    """The signals that projections make, for the rows of the items that are tested."""
    if rows.vectors is None:
        return
    of, posts, items = rows.items[tested], rows.posts[tested], np.unique(rows.items[tested])
    for name, projection in projections.items():
        directions = _directions(_of(rows.vectors, items), projection)
        sums = np.einsum("rd,rd->r", directions[np.searchsorted(items, of)], rows.vectors.posts[posts])
        highest = np.full(len(rows.item_ids), -np.inf)
        np.maximum.at(highest, of, sums)
        yield name, sums
        yield f"behind_{name}", highest[of] - sums


def with_pointing(rows: Rows, names: list[str], folds: Iterator[np.ndarray]) -> Rows:
    """Rows whose signals by projections are by such as were learned without the item's matter."""
    signals = rows.signals.copy()
    for held_out in folds:
        projections, tested = fit_projections(rows, ~held_out), held_out[rows.items]
        for name, values in pointing(rows, projections, tested):
            signals[tested, names.index(name)] = values
    return replace(rows, signals=signals)


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


def _of(vectors: ItemsAndPosts, some: np.ndarray | Ints) -> ItemsAndPosts:
    return replace(vectors, items=vectors.items[some], named=vectors.named[some])


def _directions(vectors: ItemsAndPosts, projection: Projection) -> Numbers:
    names = np.stack([projection.names[name] for name in vectors.names])
    return np.asarray(
        vectors.items + (vectors.items @ projection.reads + vectors.named @ names) @ projection.points
    )


def _fit(vectors: ItemsAndPosts, gains: Floats, weights: Floats, *, nothing: bool) -> Projection:
    """`gains` says what each post is to each item; with `nothing` an item may point to no post at all."""
    features = np.hstack([vectors.items, vectors.named])
    start = vectors.items @ vectors.posts.T
    wanted = gains / np.maximum(gains.sum(axis=1, keepdims=True), 1e-9)
    if nothing:
        wanted = np.column_stack([wanted, ~gains.any(axis=1)])
    wanted, shares = wanted.astype(np.float32), (weights / weights.sum()).astype(np.float32)
    shape = features.shape[1], vectors.posts.shape[1]

    def loss(flat: Floats) -> tuple[float, Floats]:
        added = flat[1:].reshape(shape).astype(np.float32)
        sums = start + (features @ added) @ vectors.posts.T
        if nothing:
            sums = np.column_stack([sums, np.full(len(sums), flat[0], dtype=np.float32)])
        sums -= sums.max(axis=1, keepdims=True)
        powers = np.exp(sums)
        totals = powers.sum(axis=1, keepdims=True)
        value = -((wanted * (sums - np.log(totals))).sum(axis=1) * shares).sum()
        off = (powers / totals - wanted) * shares[:, None]
        of_posts = off[:, : len(vectors.posts)]
        slope = features.T @ (of_posts @ vectors.posts) + 2 * PENALTY * added
        of_nothing = off[:, -1].sum() if nothing else 0.0
        return float(value + PENALTY * (added**2).sum()), np.concatenate(
            [[of_nothing], slope.ravel()]
        ).astype(float)

    first = np.zeros(1 + shape[0] * shape[1])
    first[0] = np.log(len(vectors.posts))
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options={"maxiter": STEPS, "maxcor": 6}).x
    left, sizes, right = np.linalg.svd(found[1:].reshape(shape), full_matrices=False)
    halves = np.sqrt(sizes[:RANK])
    reads, points = (
        (left[:, :RANK] * halves).astype(np.float32),
        (halves[:, None] * right[:RANK]).astype(np.float32),
    )
    dimensions = vectors.items.shape[1]
    return Projection(reads[:dimensions], dict(zip(vectors.names, reads[dimensions:], strict=True)), points)
