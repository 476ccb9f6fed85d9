"""Whether two items report one event: what speaks for it, and what each of these is worth.

The worths are learned from judged pairs of news items, `python -m benchmarks.learning`, and kept in
`same_event.json`: the log-odds of one event are a base and, for each signal, its worth times its value. With
vectors there is also a learned product of the two: nearness takes two stories on one company for one.
"""

import json
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np

from storage.linking.encoder import Vectors
from storage.linking.figures import Figure, figures
from storage.linking.names import normal
from storage.linking.news import OPENING_ENCODED, TITLE_READ, NewsVectors, Reading
from storage.linking.projection import whole_news
from storage.linking.space import Space, written_in

MOST = 3  # names or topics that two titles share; more say no more
MOST_FIGURES = 2

# Each signal and what it is; the first two are there where both items have vectors.
OF_VECTORS = {
    "nearness": "cosine of the two, title and opening",
    "learned": "their product by the learned map",
}
PLAIN = {
    "names": "share of the names in either title, by rarity, that are in both",
    "shared_names": "how many names both titles have",
    "shared_topics": "how many topics",
    "figures": "share of the figures of the title with fewer that the other has too",
    "figures_anywhere": "the same of title and opening of the text",
    "figures_told": "how many figures the title with fewer has",
    "numbers_differ": "both titles have numbers of one series, GPT-5.4 and GPT-5.5, and none is the same",
    "days": "days between the two",
    "texts": "how many of the two have a text",
}
# Without vectors, words tell much within a language.
OF_WORDS = {
    "words": "cosine of the words of the two titles, by rarity",
    "languages_differ": "the two are in two languages",
}
WITH_VECTORS = {**OF_VECTORS, **PLAIN}
WITHOUT = {**PLAIN, **OF_WORDS}

_YEAR = re.compile(r"(?:19|20)\d\d")
_PERIOD = re.compile(r"q[1-4]|h[12]|fy\d+")  # no number of a series, as H100 is one
_SERIES = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{1,12})-?(\d[\d.]*[A-Za-z0-9]*(?:-\d+)*)")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Report:
    """What an item is told apart by from others."""

    when: datetime | None  # aware
    language: str
    words: frozenset[str]  # of the title, as all that follows
    names: frozenset[str]
    topics: frozenset[str]
    figures: frozenset[str]  # their keys; a year alone is none
    figures_anywhere: frozenset[str]  # those of the text's opening too
    series: Mapping[str, frozenset[str]]  # numbers by the name of the series: {"gpt": {"5.4"}}
    has_text: bool


@dataclass(frozen=True)
class Worths:
    """What each signal of a pair counts."""

    of: Mapping[str, float]
    base: float  # log-odds of a pair all of whose signals are 0
    threshold: float  # log-odds that two reports of one event have

    def beyond(self, signals: Mapping[str, float]) -> float:
        """By how much the log-odds of a pair are above those needed."""
        return (
            self.base + math.fsum(worth * signals[name] for name, worth in self.of.items()) - self.threshold
        )


@dataclass(frozen=True)
class PairMap:
    """A symmetric product of two items' vectors, of low rank."""

    reads: Vectors  # of shape (dimensions, rank)
    signs: Vectors  # of each rank: whether agreeing there speaks for one event, 1, or against it, -1

    def mapped(self, vectors: NewsVectors) -> Vectors:
        """What it reads of an item."""
        return np.asarray(unit(whole_news(vectors)) @ self.reads, dtype=np.float32)

    def product(self, one: Vectors, other: Vectors) -> float:
        """Of two items as they were `mapped`."""
        return float((one * self.signs) @ other)


@dataclass(frozen=True)
class SameEvent:
    """What was learned."""

    with_vectors: Worths
    names_only: Worths
    map: PairMap


def read_report(news: Reading) -> Report:
    """An item as others are held against it."""
    title = normal(news.item.title[:TITLE_READ])
    text = normal(news.item.text[:OPENING_ENCODED])
    series: defaultdict[str, set[str]] = defaultdict(set)
    for name, number in _SERIES.findall(title.lower()):
        if not _PERIOD.fullmatch(name + number):
            series[name].add(number.rstrip("."))
    return Report(
        news.item.when,
        written_in(news.item.title, news.item.language),
        news.words,
        frozenset(news.title_names),
        frozenset(news.title_topics),
        _figures(title),
        _figures(f"{title} {text}"),
        {name: frozenset(numbers) for name, numbers in series.items()},
        bool(news.item.text),
    )


def whole_report(vectors: NewsVectors, space: Space) -> Vectors:
    """Title and opening as one vector of length 1; `space` is that of the posts' openings."""
    return unit(space.of_news(vectors.title) + space.of_news(vectors.opening))


def signals(one: Report, other: Report, rarity: Callable[[str, str], float]) -> dict[str, float]:
    """The signals of a pair but for those of vectors; `rarity` is that of a "word" or "name"."""

    def total(kind: str, texts: Iterable[str], power: int = 1) -> float:
        return math.fsum(rarity(kind, text) ** power for text in texts)

    shared = one.names & other.names
    length = math.sqrt(total("word", one.words, 2) * total("word", other.words, 2))
    return {
        "names": total("name", shared) / (total("name", one.names | other.names) or 1.0),
        "shared_names": min(MOST, len(shared)),
        "shared_topics": min(MOST, len(one.topics & other.topics)),
        "figures": _shared(one.figures, other.figures),
        "figures_anywhere": _shared(one.figures_anywhere, other.figures_anywhere),
        "figures_told": min(MOST_FIGURES, len(one.figures), len(other.figures)),
        "numbers_differ": float(_differ(one, other)),
        "days": apart(one, other) / _DAY,
        "texts": float(one.has_text) + float(other.has_text),
        "words": total("word", one.words & other.words, 2) / length if length else 0.0,
        "languages_differ": float(one.language != other.language),
    }


def apart(one: Report, other: Report) -> timedelta:
    """The time between two reports; none if one has no time."""
    return abs(one.when - other.when) if one.when and other.when else timedelta(0)


def unit(vector: Vectors) -> Vectors:
    """The vector of length 1."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), dtype=np.float32)


@cache
def default_same_event() -> SameEvent:
    """What ships with chipwatch."""
    table = json.loads(Path(__file__).with_name("same_event.json").read_text(encoding="utf-8"))
    with_vectors, names_only = (
        Worths(table[name]["worths"], table[name]["base"], table[name]["threshold"])
        for name in ("with_vectors", "names_only")
    )
    reads = np.array(table["map"]["reads"], dtype=np.float32) * np.float32(table["map"]["step"])
    return SameEvent(
        with_vectors, names_only, PairMap(reads, np.array(table["map"]["signs"], dtype=np.float32))
    )


def _figures(text: str) -> frozenset[str]:
    return frozenset(figure.key for figure in figures(text) if not _is_year(figure))


def _is_year(figure: Figure) -> bool:
    """Whether it is a year alone, of which there is much news; 2,000 jobs are none."""
    return bool(_YEAR.fullmatch(figure.key if figure.kind == "time" else figure.shown))


def _shared(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """The share of the fewer figures that the other has too; 0 where one has none."""
    return len(ours & theirs) / min(len(ours), len(theirs)) if ours and theirs else 0.0


def _differ(one: Report, other: Report) -> bool:
    """Whether both have numbers of a series, and none of them is the same."""
    both = one.series.keys() & other.series.keys()
    return bool(both) and not any(one.series[name] & other.series[name] for name in both)
