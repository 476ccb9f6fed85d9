"""Stories: which items report one event."""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Generic, TypeVar

import numpy as np

from storage.linking.encoder import Vectors
from storage.linking.news import Reading
from storage.linking.same_event import (
    Report,
    SameEvent,
    apart,
    default_same_event,
    read_report,
    signals,
    whole_report,
)
from storage.linking.space import Space

WINDOW = timedelta(days=4)  # reports of one event lie no further apart
PROBES = 8  # rarest words, and names, of an item by which its like is looked up
MET_LAST = 2_000  # items with such a mark that are looked at, those put on the shelf last
COMPARED = 50  # items that share most of the marks, or are nearest, and are compared in full
REPORTS = 20  # of a story, those put on the shelf last, that an item is held against

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
class _OnShelf(Generic[K]):
    """An item that has its story."""

    story: K
    report: Report
    mapped: Vectors | None


@dataclass
class StoryShelf(Generic[K]):
    """The recent items of each story, to find the story that a new item belongs to.

    `K` is what names a story: its row's id, or an item's id where nothing is stored. `space` is where the
    vectors of items are compared: that of the posts' openings.
    """

    space: Space | None = None
    same_event: SameEvent = field(default_factory=default_same_event)
    _items: list[_OnShelf[K]] = field(default_factory=list)
    _moments: list[float] = field(default_factory=list)  # seconds; not a number where there is no time
    _reports: defaultdict[K, list[int]] = field(default_factory=lambda: defaultdict(list))
    _near: _Nearness = field(default_factory=_Nearness)
    _by_mark: defaultdict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    _count: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, story: K, news: Reading) -> None:
        """Put an item with its story on the shelf."""
        place, report, (whole, mapped) = len(self._items), read_report(news), self._vectors(news)
        self._near.add(whole)
        self._items.append(_OnShelf(story, report, mapped))
        self._moments.append(report.when.timestamp() if report.when else math.nan)
        self._reports[story].append(place)
        for mark in [*_marks("word", report.words), *_marks("name", report.names)]:
            self._by_mark[mark].append(place)
            self._count[mark] += 1

    def find(self, news: Reading) -> K | None:
        """The story whose reports are most like this item, if they are like enough to be of the same event.

        Two items are as much alike as the log-odds of one event are above those needed. One of the reports
        must be enough so, and it and all of them on average: what is like the last of a chain is not yet like
        the first.
        """
        report, (whole, mapped) = read_report(news), self._vectors(news)
        cosines = self._near.to(whole) if whole is not None else None

        @cache
        def like(place: int) -> float | None:
            other = self._items[place]
            if apart(report, other.report) > WINDOW:
                return None
            found = signals(report, other.report, self.rarity)
            if cosines is None or mapped is None or other.mapped is None:
                return self.same_event.names_only.beyond(found)
            found["nearness"] = float(cosines[place])
            found["learned"] = self.same_event.map.product(mapped, other.mapped)
            return self.same_event.with_vectors.beyond(found)

        likest: dict[K, float] = {}
        for place in self._alike(report, cosines):
            story, likeness = self._items[place].story, like(place)
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

    def _vectors(self, news: Reading) -> tuple[Vectors, Vectors] | tuple[None, None]:
        """The item as one vector, and what the learned map reads of it."""
        if news.vectors is None or self.space is None:
            return None, None
        return whole_report(news.vectors, self.space), self.same_event.map.mapped(news.vectors)

    def _alike(self, report: Report, cosines: Vectors | None) -> list[int]:
        """Places of items of these days that share a rare word, or names, or are near by vectors."""
        far = self._far(report)
        met = [
            heapq.nlargest(
                PROBES,
                (mark for mark in _marks(kind, texts) if mark in self._by_mark),
                key=lambda mark: (self.rarity(*mark), mark),
            )
            for kind, texts in (("word", report.words), ("name", report.names))
        ]
        shared = Counter(
            place
            for marks in met
            for mark in marks
            for place in reversed(self._by_mark[mark][-MET_LAST:])
            if not far[place]
        )
        found = {place for place, _ in shared.most_common(COMPARED)}
        if cosines is not None and len(cosines):
            near = np.where(far, -np.inf, cosines)
            found.update(np.argpartition(-near, min(COMPARED, len(near)) - 1)[:COMPARED].tolist())
        return sorted(found)

    def _far(self, report: Report) -> np.ndarray:
        """Of each item on the shelf: whether it lies beyond the window. One without a time never does."""
        if report.when is None:
            return np.zeros(len(self._items), dtype=bool)
        seconds = np.abs(np.array(self._moments) - report.when.timestamp())
        return np.asarray(seconds > WINDOW.total_seconds())

    def rarity(self, kind: str, text: str) -> float:
        """How rare a "word" or "name" is among the titles of the shelf."""
        # The new item itself counts as one, so that the first items of an empty shelf can be compared too.
        return math.log((len(self._items) + 2) / (self._count[kind, text] + 0.5))


def _marks(kind: str, texts: Iterable[str]) -> list[tuple[str, str]]:
    return [(kind, text) for text in texts]
