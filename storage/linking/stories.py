"""Stories: which items report one event."""

import heapq
import math
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import numpy as np

from storage.linking.encoder import Vectors
from storage.linking.figures import figures
from storage.linking.names import normal
from storage.linking.news import TITLE_READ, Reading
from storage.linking.space import Space, written_in

WINDOW = timedelta(days=4)  # reports of one event lie no further apart

# Chosen on judged pairs of news items. With vectors: the mean cosine of titles and of openings, something for
# names and for figures that agree, a little off for each day between, and more where both titles have numbers
# of one series and none is the same: GPT-5.4 and GPT-5.5.
NAMES_AGREE, FIGURES_AGREE, NUMBERS_DIFFER, A_DAY = 0.15, 0.15, 0.15, 0.03
LIKENESS = 0.4
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
REPORTS = 20  # of a story, the latest, that an item is held against

_YEAR = re.compile(r"(?:19|20)\d\d")
_SERIES = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{1,12})-?(\d[\d.]*[A-Za-z0-9]*(?:-\d+)*)")
_PERIODS = {"q", "h", "fy"}  # Q1 and H2 are no numbers of a series

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


@dataclass(frozen=True)
class _Title:
    """What stories are told apart by, besides vectors."""

    news: Reading
    figures: frozenset[str]  # their keys; a year alone is none
    series: Mapping[str, frozenset[str]]  # numbers by the name of the series: {"gpt": {"5.4"}}


@dataclass
class StoryShelf(Generic[K]):
    """The recent items of each story, to find the story that a new item belongs to.

    `K` is what names a story: its row's id, or an item's id where nothing is stored. `space` is where the
    vectors of items are compared: that of the posts' openings.
    """

    space: Space | None = None
    _items: list[tuple[K, _Title]] = field(default_factory=list)
    _reports: defaultdict[K, list[int]] = field(default_factory=lambda: defaultdict(list))
    _near: _Nearness = field(default_factory=_Nearness)
    _by_mark: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _count: Counter[str] = field(default_factory=Counter)

    def add(self, story: K, news: Reading) -> None:
        """Put an item with its story on the shelf."""
        place = len(self._items)
        self._near.add(self._vector(news))
        # What it is compared by, and no more.
        self._items.append((story, _read(replace(news, item=replace(news.item, text=""), vectors=None))))
        self._reports[story].append(place)
        for mark in _marks(news):
            self._by_mark[mark].append(place)
            self._count[mark] += 1

    def find(self, news: Reading) -> K | None:
        """The story whose reports are most like this item, if they are like enough to be of the same event.

        One of them must be, and it and all of them on average: a report that is like the last of a chain is
        not yet like the first.
        """
        vector, title = self._vector(news), _read(news)
        cosines = self._near.to(vector) if vector is not None else None

        def like(place: int) -> float | None:
            return self._likeness(title, place, cosines)

        likest: dict[K, float] = {}
        for place in self._alike(news, cosines):
            story, likeness = self._items[place][0], like(place)
            if likeness is not None and likeness >= max(0.0, likest.get(story, 0.0)):
                likest[story] = likeness
        best: tuple[float, K] | None = None
        for story, most in likest.items():
            all_of_it = [
                alike for place in self._reports[story][-REPORTS:] if (alike := like(place)) is not None
            ]
            likeness = (most + math.fsum(all_of_it) / len(all_of_it)) / 2 if all_of_it else most
            if likeness >= 0 and (best is None or likeness > best[0]):
                best = (likeness, story)
        return best[1] if best else None

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

    def _likeness(self, one: _Title, place: int, cosines: Vectors | None) -> float | None:
        """By how much two items are more alike than reports of one event must be; none for too far apart."""
        other = self._items[place][1]
        apart = _apart(one.news.item.when, other.news.item.when)
        if apart > WINDOW:
            return None
        within = _language(one.news) == _language(other.news)
        ours, theirs = set(one.news.title_names), set(other.news.title_names)
        overlap = self._overlap(ours, theirs)
        if cosines is not None and cosines[place]:
            agreed = NAMES_AGREE * overlap + FIGURES_AGREE * _shared(one.figures, other.figures)
            differed = NUMBERS_DIFFER * _differ(one, other) + A_DAY * (apart / timedelta(days=1))
            return float(cosines[place]) + agreed - differed - LIKENESS
        if within:
            cosine = self._cosine(one.news.words, other.news.words)
            return cosine - (COSINE_OF_NAMESAKES if overlap >= NAMESAKE_OVERLAP else COSINE)
        if apart > ACROSS_WINDOW:
            return None
        return (overlap if len(ours & theirs) >= ACROSS_NAMES else 0.0) - ACROSS_OVERLAP

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


def _read(news: Reading) -> _Title:
    title = normal(news.item.title[:TITLE_READ])
    keys = (figure.key for figure in figures(title))
    series: defaultdict[str, set[str]] = defaultdict(set)
    for name, number in _SERIES.findall(title.lower()):
        if name not in _PERIODS:
            series[name].add(number.rstrip("."))
    return _Title(
        news,
        frozenset(key for key in keys if not _YEAR.fullmatch(key)),
        {name: frozenset(numbers) for name, numbers in series.items()},
    )


def _shared(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """The share of the fewer figures that the other title has too; 0 where one has none."""
    return len(ours & theirs) / min(len(ours), len(theirs)) if ours and theirs else 0.0


def _differ(one: _Title, other: _Title) -> bool:
    """Whether both have numbers of a series, and none of them is the same."""
    both = one.series.keys() & other.series.keys()
    return bool(both) and not any(one.series[name] & other.series[name] for name in both)


def _marks(news: Reading) -> list[str]:
    return [f"word {word}" for word in news.words] + [f"name {name}" for name in news.title_names]


def _language(news: Reading) -> str:
    return written_in(news.item.title, news.item.language)


def _apart(one: datetime | None, other: datetime | None) -> timedelta:
    return abs(one - other) if one and other else timedelta(0)
