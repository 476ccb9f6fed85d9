"""Posts that are nearly the same: in their sentences, or in what title and text are about.

Works from a few hundred bytes a post, without vectors. Posts are taken newest first and each is held only
against those that lead a group, so that a hundred posts on one thing are one group and not 4,950 pairs.
"""

import math
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from storage.linking.names import normal
from storage.linking.titles import plain_titles
from storage.linking.words import sentences, title_words
from storage.posts.checking.finding import TITLE_TOLD, Finding
from storage.posts.post import Post

SENTENCES = 64  # the smallest hashes of a post's sentences, by which the share of common ones is estimated
LOOKED_UP = 8  # of them, under which a leader is found: two posts with half in common share one nearly always
LONGEST_TITLE = 200  # characters that are compared
SHORTEST_SENTENCE = 15  # characters
SAME_SENTENCES = 0.5  # share of common sentences from which on posts are copies
KEYWORDS = 50  # words that tell a text from the others
# Cosines from which on posts are on one thing, judged on the titles of 2,513 real posts.
SAME_WORDS = 0.45
SAME_TITLE = 0.35
COMMON_WORD = 0.3  # a word that a larger share of texts has tells nothing
COMMON_IN_TITLE = 0.2
MOST_LEADERS = 2_000  # under one title word: those that more titles have are not looked up

_WORD = re.compile(r"[a-z0-9][a-z0-9.+-]*[a-z0-9+]|[ァ-ヺー]{2,}|[一-鿿々〇]{2,}|[가-힣]{2,}")
_NUMBER = re.compile(r"\d+(?:\.\d+)*(?![\d.]*(?:つ|選|年|月|日|個|万|億|社))")

Hashes = NDArray[np.uint32]
Bag = Mapping[int, float]


@dataclass(frozen=True)
class Sketch:
    """What is kept of a post to compare it."""

    file: str
    title: str
    sentences: Hashes  # the smallest, sorted
    words: Hashes  # that it has more than once, sorted
    counts: NDArray[np.uint16]


def sketch(post: Post) -> Sketch:
    """What there is to compare of a post."""
    found = {
        _hash(sentence)
        for text in post.paragraphs
        for sentence in sentences(text)
        if len(sentence) >= SHORTEST_SENTENCE
    }
    counted = Counter(_WORD.findall(normal("\n".join(post.paragraphs)).lower()))
    words = {_hash(word): min(count, 1_000) for word, count in counted.items() if count > 1}
    order = sorted(words)
    return Sketch(
        post.file,
        post.title[:LONGEST_TITLE],
        np.array(sorted(found)[:SENTENCES], dtype=np.uint32),
        np.array(order, dtype=np.uint32),
        np.array([words[word] for word in order], dtype=np.uint16),
    )


def find_copies(sketches: Sequence[Sketch]) -> Iterator[Finding]:
    """A finding for each group of posts that are nearly the same, given them newest first."""
    titles = plain_titles([made.title for made in sketches])
    title_bags = _title_bags(titles)
    rarity = _rarity(made.words for made in sketches)
    leaders = _Leaders()
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for place, (made, title, bag) in enumerate(zip(sketches, titles, title_bags, strict=True)):
        words = _keywords(made, rarity, len(sketches))
        leader = leaders.like(made, _numbers(title), bag, words)
        if leader is None:
            leaders.add(_leader(place, made, title, bag, words))
        else:
            groups[leader].append(place)
    for leader, places in groups.items():
        newest = sketches[leader]
        said = f"{len(places) + 1} posts are nearly the same as {newest.title[:TITLE_TOLD]}"
        yield Finding("near-copy", newest.file, said, others=tuple(sketches[p].file for p in places))


@dataclass(frozen=True)
class _Leader:
    place: int
    sketch: Sketch
    numbers: frozenset[str]
    title: Bag
    words: Hashes  # its keywords, and their weights: a tenth of what a dictionary takes
    weights: NDArray[np.float32]


@dataclass
class _Leaders:
    """The newest posts of each group, found by sentences and title words."""

    all: list[_Leader] = field(default_factory=list)
    by_sentence: dict[int, int] = field(default_factory=dict)
    by_title: defaultdict[int, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, leader: _Leader) -> None:
        number = len(self.all)
        self.all.append(leader)
        for sentence in leader.sketch.sentences[:LOOKED_UP].tolist():
            self.by_sentence.setdefault(sentence, number)
        for word, weight in leader.title.items():
            self.by_title[word].append((number, weight))

    def like(self, made: Sketch, numbers: frozenset[str], title: Bag, words: Bag) -> int | None:
        """The place of the leader that a post is most nearly the same as, if there is one."""
        for sentence in made.sentences[:LOOKED_UP].tolist():
            number = self.by_sentence.get(sentence)
            if number is not None:
                shared = _share(made.sentences, self.all[number].sketch.sentences)
                if shared >= SAME_SENTENCES:
                    return self.all[number].place
        cosines: defaultdict[int, float] = defaultdict(float)
        for word, weight in title.items():
            named = self.by_title.get(word, ())
            for number, other in named if len(named) <= MOST_LEADERS else ():
                cosines[number] += weight * other
        found = [
            (_cosine(words, leader), -leader.place)
            for number, cosine in cosines.items()
            if cosine >= SAME_TITLE and _agree(numbers, (leader := self.all[number]).numbers)
        ]
        best, place = max(found, default=(0.0, 0))
        return -place if best >= SAME_WORDS else None


def _hash(text: str) -> int:
    return zlib.crc32(text.encode(errors="replace"))


def _share(one: Hashes, other: Hashes) -> float:
    """The share of common sentences, estimated from the smallest hashes of each."""
    both = np.union1d(one, other)[: min(SENTENCES, max(len(one), len(other)))]
    return len(np.intersect1d(np.intersect1d(one, other), both)) / len(both) if len(both) else 0.0


def _numbers(title: str) -> frozenset[str]:
    """Versions and amounts of a title: those of two generations of a product differ."""
    return frozenset(_NUMBER.findall(normal(title)))


def _agree(one: frozenset[str], other: frozenset[str]) -> bool:
    return one <= other or other <= one


def _rarity(texts: Iterable[Hashes]) -> Mapping[int, int]:
    """In how many texts each word stands."""
    everything = np.concatenate([np.zeros(0, dtype=np.uint32), *texts])
    words, counts = np.unique(everything, return_counts=True)
    return {word: count for word, count in zip(words.tolist(), counts.tolist(), strict=True) if count > 1}


def _keywords(made: Sketch, frequency: Mapping[int, int], posts: int) -> Bag:
    weighed = {}
    for word, count in zip(made.words.tolist(), made.counts.tolist(), strict=True):
        texts = frequency.get(word, 0)
        if 1 < texts <= max(2, COMMON_WORD * posts):
            weighed[word] = (1 + math.log(count)) * math.log(1 + posts / texts)
    strongest = sorted(weighed.items(), key=lambda pair: -pair[1])[:KEYWORDS]
    return _unit(dict(strongest))


def _title_bags(titles: Sequence[str]) -> list[Bag]:
    bags = [{_hash(word) for word in title_words(title)} for title in titles]
    frequency = Counter(word for bag in bags for word in bag)
    most = max(2, COMMON_IN_TITLE * len(titles))
    return [
        _unit({w: math.log(1 + len(titles) / frequency[w]) for w in bag if frequency[w] <= most})
        for bag in bags
    ]


def _unit(bag: Mapping[int, float]) -> Bag:
    length = math.sqrt(sum(weight * weight for weight in bag.values()))
    return {word: weight / length for word, weight in bag.items()}


def _leader(place: int, made: Sketch, title: str, bag: Bag, words: Bag) -> _Leader:
    order, weights = np.array(list(words), dtype=np.uint32), np.array(list(words.values()), dtype=np.float32)
    return _Leader(place, made, _numbers(title), bag, order, weights)


def _cosine(words: Bag, leader: _Leader) -> float:
    pairs = zip(leader.words.tolist(), leader.weights.tolist(), strict=True)
    return math.fsum(words.get(word, 0.0) * weight for word, weight in pairs)
