"""Judged news as rows: a candidate post of an item, its signals, and the grade that judges gave it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.learning.judged import read_judged
from storage.linking.candidates import likely
from storage.linking.encoder import Encoder
from storage.linking.index import PostIndex
from storage.linking.names import Vocabulary
from storage.linking.nearness import PostVectors
from storage.linking.news import Reading, encode, read_news, with_vectors
from storage.linking.postings import Numbers
from storage.linking.projection import known, whole_news, whole_posts
from storage.linking.sharing import Likeness, shares
from storage.linking.signals import NAMES_ONLY, WITH_VECTORS, measure, rare_names

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Items whose titles have this cosine, so many days apart at most, stay on one side of a split.
ALIKE, DAYS = 0.6, 10
ITEMS_WITH_NAME = 3  # from which on a name is learned


@dataclass(frozen=True)
class ItemsAndPosts:
    """What projections are learned from."""

    items: Numbers  # their vectors, a row an item
    posts: Numbers  # a row a post of the index
    names: Sequence[str]  # those that enough items have
    named: Numbers  # what each name counts for each item, a row an item


@dataclass(frozen=True)
class Rows:
    """Candidates of all judged items, one a row."""

    signals: Floats
    grades: Ints  # 0, 1, 2; a post that nobody judged counts as 0
    items: Ints  # which item a row belongs to
    posts: Ints  # place in the index
    groups: Ints  # of each item: items of one matter share a group
    item_ids: Sequence[str]
    missed: int  # pairs of grade 2 that are no candidates
    shares: Sequence[Numbers]  # of each item: what its posts contribute to each other's worth
    scored: np.ndarray  # of each item: whether it is among those that are scored
    invented: np.ndarray  # of each item: whether it is, so that it says nothing of how rare an update is
    vectors: ItemsAndPosts | None = None  # where there is an encoder


def read_rows(evaluation: Path, index: PostIndex, vocabulary: Vocabulary, encoder: Encoder | None) -> Rows:
    """The candidates of the judged items; without an encoder their signals are those of names alone."""
    judgements = read_judged(evaluation, [post.file for post in index.posts])
    scored, grades = len(judgements.scored), judgements.grades
    items = [*judgements.scored, *judgements.more, *judgements.invented]
    readings = [read_news(item, vocabulary) for item in items]
    if encoder is not None:
        encoded = encode(items, encoder, vocabulary.names, index.written)
        readings = [with_vectors(*pair) for pair in zip(readings, encoded, strict=True)]
    names = tuple(NAMES_ONLY if encoder is None else WITH_VECTORS)
    signals, given, of, posts, missed, share = [], [], [], [], 0, []
    likeness = Likeness(index)
    for number, reading in enumerate(readings):
        measured = measure(reading, index)
        places = likely(measured, index)
        judged = grades[reading.item.id]
        row = [judged.get(index.posts[place].file, 0) for place in places]
        signals.append(measured.at(places, names))
        given.append(row)
        of.append(np.full(len(places), number))
        posts.append(places)
        share.append(shares(likeness.of(places)))
        if number < scored:
            missed += sum(grade == 2 for grade in judged.values()) - row.count(2)
    titles = vectors = None
    if index.vectors is not None:
        titles = np.stack([reading.vectors.title for reading in readings if reading.vectors])
        vectors = _vectors(readings, index, index.vectors)
    return Rows(
        np.vstack(signals).astype(np.float64),
        np.concatenate([np.array(row, dtype=np.int64) for row in given]),
        np.concatenate(of),
        np.concatenate(posts),
        _groups(titles, [item.when.toordinal() if item.when else 0 for item in items]),
        [item.id for item in items],
        missed,
        share,
        np.arange(len(items)) < scored,
        np.arange(len(items)) >= len(items) - len(judgements.invented),
        vectors,
    )


def _vectors(readings: Sequence[Reading], index: PostIndex, posts: PostVectors) -> ItemsAndPosts:
    named = [rare_names(reading, index) for reading in readings]
    counts = Counter(name for weights in named for name, weight in weights.items() if weight > 0)
    names = sorted(name for name, count in counts.items() if count >= ITEMS_WITH_NAME)
    among = frozenset(names)
    rows = [known(among, weights) for weights in named]
    return ItemsAndPosts(
        np.stack([whole_news(reading.vectors) for reading in readings if reading.vectors]),
        whole_posts(posts),
        names,
        np.array([[row.get(name, 0.0) for name in names] for row in rows], dtype=np.float32),
    )


def _groups(titles: NDArray[np.float32] | None, days: Sequence[int]) -> Ints:
    groups = np.arange(len(days))
    if titles is None:
        return groups
    unit = titles / np.linalg.norm(titles, axis=1, keepdims=True)
    for one, other in np.argwhere(np.triu(unit @ unit.T >= ALIKE, 1)):
        if abs(days[one] - days[other]) <= DAYS:
            groups[groups == groups[other]] = groups[one]
    return groups
