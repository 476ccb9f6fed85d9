"""Judged news as rows: a candidate post of an item, its signals, and the grade that judges gave it.

Besides the judgements that are scored there are more, in `judgements.jsonl`, to learn from alone: on items of
the same stream, drawn at random and then by how near they were to the decision. They were made by the same
instructions, with scored items as examples, from the posts that a linker found first. They name posts by a
hash, and only those that are related.
"""

import hashlib
import json
import lzma
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from storage.linking.candidates import likely
from storage.linking.encoder import Encoder
from storage.linking.from_file import read_item, read_items
from storage.linking.index import PostIndex
from storage.linking.names import Vocabulary
from storage.linking.nearness import PostVectors
from storage.linking.news import NewsItem, Reading, encode, read_news, with_vectors
from storage.linking.postings import Numbers
from storage.linking.projection import known, whole_news, whole_posts
from storage.linking.sharing import Likeness, shares
from storage.linking.signals import NAMES_ONLY, WITH_VECTORS, measure, rare_names

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MORE = Path(__file__).with_name("judgements.jsonl")
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
    vectors: ItemsAndPosts | None = None  # where there is an encoder


def hashed(file: str) -> str:
    """How a post's file is named in `judgements.jsonl`."""
    return hashlib.blake2b(file.encode(), digest_size=4).hexdigest()


def read_grades(path: Path) -> dict[str, dict[str, int]]:
    """Grades by item and post's file."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["post"] is not None:
            grades[row["item"]][row["post"]] = row["grade"]
    return grades


def read_more(stream: Path, files: Sequence[str]) -> tuple[list[NewsItem], dict[str, dict[str, int]]]:
    """The items to learn from alone, out of a stream of JSON lines, and their grades by post's file."""
    names = {hashed(file): file for file in files}
    grades: dict[str, dict[str, int]] = {}
    for line in MORE.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        grades[row["item"]] = {names[post]: grade for post, grade in row["grades"].items() if post in names}
    with lzma.open(stream, "rt", encoding="utf-8") as lines:
        items = [
            item
            for number, line in enumerate(lines, 1)
            if (item := read_item(stream, number, line)).id in grades
        ]
    return items, grades


def read_judged(
    evaluation: Path, files: Sequence[str]
) -> tuple[list[NewsItem], list[NewsItem], Mapping[str, Mapping[str, int]]]:
    """The items that are scored, those to learn from alone, and the grades of both."""
    grades = read_grades(evaluation / "qrels.jsonl")
    scored = [item for item in read_items(evaluation / "items.jsonl") if item.id in grades]
    more, others = read_more(evaluation / "stream.jsonl.xz", files)
    return scored, [item for item in more if item.id not in grades], {**others, **grades}


def read_rows(evaluation: Path, index: PostIndex, vocabulary: Vocabulary, encoder: Encoder | None) -> Rows:
    """The candidates of the judged items; without an encoder their signals are those of names alone."""
    scored, more, grades = read_judged(evaluation, [post.file for post in index.posts])
    items = [*scored, *more]
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
        if number < len(scored):
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
        np.arange(len(items)) < len(scored),
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
