"""The posts that an item may be about, with the signals that speak for each."""

import heapq
import math
from collections import defaultdict
from dataclasses import dataclass

from storage.linking.index import PostIndex, Posting
from storage.linking.news import Reading

# How much a mention counts where it stands, next to one in a title (1). Measured on judged news: within
# ±50 % of these the ranking hardly moves, and without the distinction it is worse.
NEWS_TEXT = 0.4
NEWS_TEXT_FULL = 2  # mentions in an item's text that count in full
POST_TEXT = 0.5
POST_TEXT_HALF = 3  # mentions in a post's text that count half of what many would
# What an item without any name would have to be about: keeps one common name from being "all of it".
UNNAMED = 0.12
# A post "treats" a name that stands in its title, or so often in its text.
TREATED = 3
WORDS_WEIGHT, TITLE_WEIGHT = 0.5, 0.3


@dataclass(frozen=True)
class Candidate:
    """A post, and what speaks for it; each signal 0 to 1 unless it says otherwise."""

    post: int  # its id
    about: float  # share of what the item names, by rarity, that the post treats
    words: float  # cosine of the two titles' words, by rarity
    title: float  # share of what the post's title names, by rarity, that the item's title names
    shared: tuple[str, ...]  # names that both have, rarest first
    title_names: tuple[str, ...]  # names that both titles have, rarest first
    title_weight: float  # the rarity of those, added up; 0 and up
    treated: tuple[str, ...]  # names of the item's title that the post treats
    score: float  # the three shares as one figure, 0 to 1


def find_candidates(news: Reading, index: PostIndex, limit: int) -> list[Candidate]:
    """The posts with the highest scores, best first."""
    weights = {name: _weight(name, news, index) for name in news.names}
    total = sum(weights.values()) + UNNAMED
    about: defaultdict[int, float] = defaultdict(float)
    title_weight: defaultdict[int, float] = defaultdict(float)
    for name, weight in weights.items():
        in_news_title = name in news.title_names
        for posting in index.by_name.get(name, ()):
            about[posting.post] += weight * _place(posting)
            if in_news_title and posting.in_title:
                title_weight[posting.post] += weight
    words = _title_cosines(news.words, index)
    scored = []
    for post in {*about, *words}:
        of_all = min(1.0, about[post] / total)
        of_title = title_weight[post] / (index.title_weights[post] + UNNAMED)
        score = of_all + WORDS_WEIGHT * words.get(post, 0.0) + TITLE_WEIGHT * of_title
        scored.append((score / (1 + WORDS_WEIGHT + TITLE_WEIGHT), post))
    best = heapq.nsmallest(limit, scored, key=lambda pair: (-pair[0], pair[1]))
    return [
        Candidate(
            post=post,
            score=score,
            about=min(1.0, about[post] / total),
            words=words.get(post, 0.0),
            title=title_weight[post] / (index.title_weights[post] + UNNAMED),
            title_weight=title_weight[post],
            **_names(post, news, index),
        )
        for score, post in best
    ]


def _weight(name: str, news: Reading, index: PostIndex) -> float:
    place = 1.0
    if name not in news.title_names:
        place = NEWS_TEXT * min(1.0, news.text_names[name] / NEWS_TEXT_FULL)
    return place * index.name_weight(name)


def _place(posting: Posting) -> float:
    return 1.0 if posting.in_title else POST_TEXT * posting.count / (posting.count + POST_TEXT_HALF)


def _title_cosines(words: frozenset[str], index: PostIndex) -> dict[int, float]:
    squares: defaultdict[int, float] = defaultdict(float)
    for word in sorted(words):
        square = index.word_rarity(word) ** 2
        for post in index.by_word.get(word, ()):
            squares[post] += square
    own = index.squared_norm(words)
    return {post: square / math.sqrt(own * index.word_norms[post]) for post, square in squares.items()}


def _names(post: int, news: Reading, index: PostIndex) -> dict[str, tuple[str, ...]]:
    names = index.names_of(post)
    shared = sorted(news.names.keys() & names.keys(), key=lambda name: (-index.name_rarity(name), name))
    from_title = [name for name in shared if name in news.title_names]
    return {
        "shared": tuple(shared),
        "title_names": tuple(name for name in from_title if names[name].in_title),
        "treated": tuple(name for name in from_title if names[name].in_title or names[name].count >= TREATED),
    }
