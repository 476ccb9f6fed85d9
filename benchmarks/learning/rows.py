"""Judged news as rows: a candidate post of an item, its signals, and the grade that judges gave it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.learning.judged import read_judged
from storage.linking.candidates import likely
from storage.linking.encoder import Encoder
from storage.linking.index import PostIndex
from storage.linking.names import Vocabulary
from storage.linking.news import NewsItem, Reading, encode, read_news, with_vectors
from storage.linking.postings import Numbers
from storage.linking.projection import Projection
from storage.linking.sharing import Likeness, shares
from storage.linking.signals import measure

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Items whose titles have this cosine, so many days apart at most, stay on one side of a split.
ALIKE, DAYS = 0.6, 10


@dataclass(frozen=True)
class JudgedNews:
    """Judged items as the linker reads them, and what was said of each post."""

    readings: Sequence[Reading]
    grades: NDArray[np.int8]  # 0, 1, 2: a row an item, a column a post; 0 too where nobody judged
    groups: Ints  # of each item: items of one matter share a group
    scored: np.ndarray  # of each item: whether it is among those that are scored
    invented: np.ndarray  # of each item: whether it is, so that it says nothing of how rare an update is


@dataclass(frozen=True)
class Rows:
    """Candidates of judged items, one a row."""

    signals: Floats
    grades: Ints
    items: Ints  # which item a row belongs to
    posts: Ints  # place in the index
    groups: Ints  # of each item, as in JudgedNews
    item_ids: Sequence[str]
    missed: int  # pairs of a scored item and a post of grade 2 that is no candidate
    shares: Sequence[Numbers]  # of each item: what its posts contribute to each other's worth
    scored: np.ndarray  # of each item, as in JudgedNews
    invented: np.ndarray  # of each item, as in JudgedNews


def read_judged_news(
    evaluation: Path, index: PostIndex, vocabulary: Vocabulary, encoder: Encoder | None
) -> JudgedNews:
    """All judged items, with vectors where there is an encoder."""
    files = [post.file for post in index.posts]
    judged = read_judged(evaluation, files)
    items = [*judged.scored, *judged.more, *judged.invented]
    readings = [read_news(item, vocabulary) for item in items]
    if encoder is not None:
        encoded = encode(items, encoder, vocabulary.names, index.written)
        readings = [with_vectors(*pair) for pair in zip(readings, encoded, strict=True)]
    place = {file: number for number, file in enumerate(files)}
    grades = np.zeros((len(items), len(files)), dtype=np.int8)
    for number, item in enumerate(items):
        for file, grade in judged.grades[item.id].items():
            if file in place:
                grades[number, place[file]] = grade
    titles = [reading.vectors.title for reading in readings if reading.vectors]
    return JudgedNews(
        readings,
        grades,
        groups_of(items, np.stack(titles) if titles else None),
        np.arange(len(items)) < len(judged.scored),
        np.arange(len(items)) >= len(items) - len(judged.invented),
    )


def read_rows(
    news: JudgedNews,
    index: PostIndex,
    names: Iterable[str],
    projections: Sequence[Mapping[str, Projection]],
) -> Rows:
    """The candidates of judged items with the signals of these names, each item's by its own projections.

    Where there are no vectors none are needed.
    """
    signals, places, share = [], [], []
    likeness, names = Likeness(index), tuple(names)
    for reading, own in zip(news.readings, projections, strict=True):
        measured = measure(reading, index, own)
        places.append(likely(measured, index))
        signals.append(measured.at(places[-1], names))
        share.append(shares(likeness.of(places[-1])))
    items = np.repeat(np.arange(len(places)), [len(found) for found in places])
    posts = np.concatenate(places).astype(np.int64)
    grades = news.grades[items, posts].astype(np.int64)
    needed = int((news.grades[news.scored] == 2).sum())
    return Rows(
        np.vstack(signals).astype(np.float64),
        grades,
        items,
        posts,
        news.groups,
        [reading.item.id for reading in news.readings],
        needed - int((grades[news.scored[items]] == 2).sum()),
        share,
        news.scored,
        news.invented,
    )


def groups_of(items: Sequence[NewsItem], titles: NDArray[np.float32] | None) -> Ints:
    """A number for each item, which items of one matter share; all differ where titles have no vectors."""
    groups = np.arange(len(items))
    if titles is None:
        return groups
    days = [item.when.toordinal() if item.when else 0 for item in items]
    unit = titles / np.linalg.norm(titles, axis=1, keepdims=True)
    for one, other in np.argwhere(np.triu(unit @ unit.T >= ALIKE, 1)):
        if abs(days[one] - days[other]) <= DAYS:
            groups[groups == groups[other]] = groups[one]
    return groups
