"""Stories: which items report one event."""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from storage.linking.news import Reading

WINDOW = timedelta(days=4)  # reports of one event lie no further apart

# Chosen on judged pairs of news items. Within a language titles share words; across languages only names.
COSINE = 0.2
COSINE_OF_NAMESAKES = 0.1  # enough where the names agree as well
NAMESAKE_OVERLAP = 0.5
ACROSS_WINDOW = timedelta(days=2)
ACROSS_NAMES = 2
ACROSS_OVERLAP = 0.3
PROBES = 8  # rarest words, and names, of an item by which its like is looked up
MET_LAST = 2_000  # items with such a mark that are looked at, the latest
COMPARED = 50  # items that share most of the marks, and are compared in full

K = TypeVar("K", bound=Hashable)


@dataclass
class StoryShelf(Generic[K]):
    """The recent items of each story, to find the story that a new item belongs to.

    `K` is what names a story: its row's id, or an item's id where nothing is stored.
    """

    _items: list[tuple[K, Reading]] = field(default_factory=list)
    _by_mark: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _count: Counter[str] = field(default_factory=Counter)

    def add(self, story: K, news: Reading) -> None:
        """Put an item with its story on the shelf."""
        place = len(self._items)
        self._items.append((story, news))
        for mark in _marks(news):
            self._by_mark[mark].append(place)
            self._count[mark] += 1

    def find(self, news: Reading) -> K | None:
        """The story of the item most like this one, if it is like enough to report the same event."""
        best: tuple[float, int] | None = None
        for place in self._alike(news):
            likeness = self._likeness(news, self._items[place][1])
            if likeness is not None and (best is None or likeness > best[0]):
                best = (likeness, place)
        return self._items[best[1]][0] if best else None

    def _alike(self, news: Reading) -> list[int]:
        """Places of items that share a rare word, or names: across languages there is nothing else."""
        words = heapq.nlargest(PROBES, self._met("word", news.words), key=lambda m: (self._rarity(m), m))
        names = heapq.nlargest(
            PROBES, self._met("name", news.title_names), key=lambda m: (self._rarity(m), m)
        )
        shared = Counter(place for mark in words + names for place in self._by_mark[mark][-MET_LAST:])
        return sorted(place for place, _ in shared.most_common(COMPARED))

    def _met(self, kind: str, texts: Iterable[str]) -> list[str]:
        return [mark for text in texts if (mark := f"{kind} {text}") in self._by_mark]

    def _likeness(self, one: Reading, other: Reading) -> float | None:
        """How alike two items are, 0 to 1; none if they cannot report the same event."""
        apart = _apart(one.item.when, other.item.when)
        ours, theirs = set(one.title_names), set(other.title_names)
        if one.item.language == other.item.language:
            if apart > WINDOW:
                return None
            cosine = self._cosine(one.words, other.words)
            alike = self._overlap(ours, theirs) >= NAMESAKE_OVERLAP
            return cosine if cosine >= (COSINE_OF_NAMESAKES if alike else COSINE) else None
        if apart > ACROSS_WINDOW:
            return None
        both, overlap = ours & theirs, self._overlap(ours, theirs)
        return overlap if len(both) >= ACROSS_NAMES and overlap >= ACROSS_OVERLAP else None

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


def _apart(one: datetime | None, other: datetime | None) -> timedelta:
    return abs(one - other) if one and other else timedelta(0)
