"""Where news points among the posts: learned from judgements, on top of what vectors say by themselves.

To an encoder any two texts on one company are near each other, and custom memory is far from HBM. A
projection moves an item's vector to where the posts lie that judges found right for such news: to the vector
itself is added what is learned for each of its directions, and for each name and topic of the item. It is
learned by `python -m benchmarks.learning`, is the same for every post, and knows none of them. There are two:
towards posts that are related, and towards posts that need an update.
"""

import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from storage.linking.encoder import Vectors
from storage.linking.nearness import PostVectors
from storage.linking.news import NewsVectors
from storage.linking.postings import Numbers, Places

OPENING = 0.7  # of an item, next to its title
PASSAGES = (0.8, 0.8, 0.7, 0.7)  # of a post's title, opening and paragraphs, each


@dataclass(frozen=True)
class Projection:
    """A map of low rank: read what an item says, and point to posts."""

    reads: Vectors  # of an item's vector; shape (dimensions, rank)
    names: Mapping[str, Vectors]  # what a name or topic says, of the same rank
    points: Vectors  # of shape (rank, dimensions)

    def direction(self, vectors: NewsVectors, named: Mapping[str, float]) -> Vectors:
        """Where an item points; `named` are its names and topics with what each counts."""
        own = whole_news(vectors)
        read = own @ self.reads
        for name, weight in known(self.names, named).items():
            read = read + np.float32(weight) * self.names[name]
        return np.asarray(own + read @ self.points, dtype=np.float32)


def whole_news(vectors: NewsVectors) -> Vectors:
    """An item's title and opening as one vector."""
    title, opening = (
        vector / np.maximum(np.linalg.norm(vector), 1e-9) for vector in (vectors.title, vectors.opening)
    )
    return np.asarray(title + OPENING * opening, dtype=np.float32)


def whole_posts(posts: PostVectors) -> Vectors:
    """Posts as vectors whose product with a direction is how far it points to each; a row a post."""
    places = np.arange(posts.title.count)
    whole = sum(
        weight * (passages.rows(places) @ passages.space.even.T)
        for weight, passages in zip(PASSAGES, posts.places, strict=True)
    )
    return np.asarray(whole, dtype=np.float32)


def pointed(posts: PostVectors, places: Places, directions: Iterable[Vectors]) -> list[Numbers]:
    """For each direction how far it points to the posts at some places; the product with `whole_posts`."""
    columns = np.column_stack(list(directions))
    sums = np.zeros((len(places), columns.shape[1]), dtype=np.float32)
    for weight, passages in zip(PASSAGES, posts.places, strict=True):
        sums += np.float32(weight) * (passages.rows(places) @ (passages.space.even.T @ columns))
    return list(sums.T)


def known(names: Container[str], named: Mapping[str, float]) -> dict[str, float]:
    """What an item's names count among those of a projection, as a vector of length 1."""
    found = {name: named[name] for name in named if name in names}
    length = sum(weight**2 for weight in found.values()) ** 0.5
    return {name: weight / length for name, weight in found.items()}


def read_projection(table: Mapping[str, object]) -> Projection:
    """A projection in the form that `benchmarks.learning` writes: whole numbers, and what one of them is."""
    step = np.float32(table["step"])  # type: ignore[arg-type]
    reads, points = (np.array(table[part], dtype=np.float32) * step for part in ("reads", "points"))
    rows: Mapping[str, list[int]] = table["names"]  # type: ignore[assignment]
    return Projection(
        reads, {name: np.array(row, dtype=np.float32) * step for name, row in rows.items()}, points
    )


@cache
def default_projections() -> Mapping[str, Projection]:
    """Those that ship with chipwatch: `related` and `stale`."""
    tables = json.loads((Path(__file__).parent / "projections.json").read_text(encoding="utf-8"))
    return {name: read_projection(table) for name, table in tables.items()}
