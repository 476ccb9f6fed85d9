"""Stories: which items report one event."""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import numpy as np

from storage.linking.encoder import Vectors
from storage.linking.news import Reading
from storage.linking.space import Space, written_in

WINDOW = timedelta(days=4)  # reports of one event lie no further apart

# Chosen on judged pairs of news items. With vectors: the mean cosine of titles and of openings, a little for
# names that agree, a little off for each day between; across languages less likeness has to do.
NAMES_AGREE, A_DAY = 0.15, 0.03
LIKENESS, LIKENESS_ACROSS = 0.4, 0.4
# Without them: within a language titles share words, across languages only names.
COSINE = 0.2
COSINE_OF_NAMESAKES = 0.1  # enough where the names agree as well
NAMESAKE_OVERLAP = 0.5
ACROSS_WINDOW = timedelta(days=2)
ACROSS_NAMES = 2
ACROSS_OVERLAP = 0.3
PROBES = 8  # rarest words, and names, of an item by which its like is looked up
MET_LAST = 2_000  # items with such a mark that are looked at, the latest
COMPARED = 50  # items that share most of the marks, or are nearest, and are compared in full

K = TypeVar("K", bound=Hashable)


@dataclass
class _Nearness:
    """The vectors of items, a row each; there are more rows than items, so that few copies are made."""

    rows: Vectors | None = None
    count: int = 0

    def add(self, vector: Vectors | None) -> None:
        if vector is not None and self.rows is None:
            self.rows = np.zeros((max(256, self.count + 1), len(vector)), dtype=np.float32)
        if self.rows is not None:
            if self.count == len(self.rows):
                self.rows = np.concatenate([self.rows, np.zeros_like(self.rows)])
            if vector is not None:
                self.rows[self.count] = vector
        self.count += 1

    def to(self, vector: Vectors) -> Vectors:
        """The cosine of each item, 0 for one without a vector."""
        if self.rows is None:
            return np.zeros(self.count, dtype=np.float32)
        return np.asarray(self.rows[: self.count] @ vector)


@dataclass
class StoryShelf(Generic[K]):
    """The recent items of each story, to find the story that a new item belongs to.

    `K` is what names a story: its row's id, or an item's id where nothing is stored. `space` is where the
    vectors of items are compared: that of the posts' openings.
    """

    space: Space | None = None
    _items: list[tuple[K, Reading]] = field(default_factory=list)
    _near: _Nearness = field(default_factory=_Nearness)
    _by_mark: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _count: Counter[str] = field(default_factory=Counter)

    def add(self, story: K, news: Reading) -> None:
        """Put an item with its story on the shelf."""
        place = len(self._items)
        self._near.add(self._vector(news))
        # What it is compared by, and no more.
        self._items.append((story, replace(news, item=replace(news.item, text=""), vectors=None)))
        for mark in _marks(news):
            self._by_mark[mark].append(place)
            self._count[mark] += 1

    def find(self, news: Reading) -> K | None:
        """The story of the item most like this one, if it is like enough to report the same event."""
        vector = self._vector(news)
        cosines = self._near.to(vector) if vector is not None else None
        best: tuple[float, int] | None = None
        for place in self._alike(news, cosines):
            likeness = self._likeness(news, place, cosines)
            if likeness is not None and (best is None or likeness > best[0]):
                best = (likeness, place)
        return self._items[best[1]][0] if best else None

    def _vector(self, news: Reading) -> Vectors | None:
        """Title and opening as one vector, so that a product with another is the mean of two cosines."""
        if news.vectors is None or self.space is None:
            return None
        parts = [self.space.of_news(part) for part in (news.vectors.title, news.vectors.opening)]
        return np.concatenate(parts) / np.float32(math.sqrt(2))

    def _alike(self, news: Reading, cosines: Vectors | None) -> list[int]:
        """Places of items that share a rare word, or names, or are near by vectors."""
        words = heapq.nlargest(PROBES, self._met("word", news.words), key=lambda m: (self._rarity(m), m))
        names = heapq.nlargest(
            PROBES, self._met("name", news.title_names), key=lambda m: (self._rarity(m), m)
        )
        shared = Counter(place for mark in words + names for place in self._by_mark[mark][-MET_LAST:])
        found = {place for place, _ in shared.most_common(COMPARED)}
        if cosines is not None and len(cosines):
            found.update(np.argpartition(-cosines, min(COMPARED, len(cosines)) - 1)[:COMPARED].tolist())
        return sorted(found)

    def _met(self, kind: str, texts: Iterable[str]) -> list[str]:
        return [mark for text in texts if (mark := f"{kind} {text}") in self._by_mark]

    def _likeness(self, one: Reading, place: int, cosines: Vectors | None) -> float | None:
        """How alike two items are; none if they cannot report the same event."""
        other = self._items[place][1]
        apart = _apart(one.item.when, other.item.when)
        if apart > WINDOW:
            return None
        within = _language(one) == _language(other)
        ours, theirs = set(one.title_names), set(other.title_names)
        overlap = self._overlap(ours, theirs)
        if cosines is not None and cosines[place]:
            likeness = float(cosines[place]) + NAMES_AGREE * overlap - A_DAY * (apart / timedelta(days=1))
            return likeness if likeness >= (LIKENESS if within else LIKENESS_ACROSS) else None
        if within:
            cosine = self._cosine(one.words, other.words)
            alike = overlap >= NAMESAKE_OVERLAP
            return cosine if cosine >= (COSINE_OF_NAMESAKES if alike else COSINE) else None
        if apart > ACROSS_WINDOW:
            return None
        return overlap if len(ours & theirs) >= ACROSS_NAMES and overlap >= ACROSS_OVERLAP else None

    def _cosine(self, one: frozenset[str], other: frozenset[str]) -> float:
        norm = math.sqrt(self._sum(one, "word", 2) * self._sum(other, "word", 2))
        return self._sum(one & other, "word", 2) / norm if norm else 0.0

    def _overlap(self, ours: set[str], theirs: set[str]) -> float:
        return self._sum(ours & theirs, "name") / (self._sum(ours | theirs, "name") or 1.0)

    def _sum(self, texts: Iterable[str], kind: str, power: int = 1) -> float:
        return math.fsum(self._rarity(f"{kind} {text}") ** power for text in texts)

    def _rarity(self, mark: str) -> float:
        # The new item itself counts as one, so that the first items of an empty shelf can be compared too.
        return math.log((len(self._items) + 2) / (self._count[mark] + 0.5))


def _marks(news: Reading) -> list[str]:
    return [f"word {word}" for word in news.words] + [f"name {name}" for name in news.title_names]


def _language(news: Reading) -> str:
    return written_in(news.item.title, news.item.language)


def _apart(one: datetime | None, other: datetime | None) -> timedelta:
    return abs(one - other) if one and other else timedelta(0)
