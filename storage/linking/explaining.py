"""Why an item is linked to a post, or is not: each signal with its weight, each rule that it had to pass."""

import math
from dataclasses import dataclass

import numpy as np

from storage.linking.candidates import likely
from storage.linking.decision import MIN_SCORE, needed_for
from storage.linking.index import PostIndex
from storage.linking.lessons import Lessons, shifted
from storage.linking.linker import MAX_LINKS
from storage.linking.news import Reading
from storage.linking.postings import Numbers
from storage.linking.sharing import Likeness, shares
from storage.linking.signals import WITH_VECTORS, measure
from storage.linking.weights import Weights, default_weights, logistic

MOST_PROBABLE = 1 - 1e-6


@dataclass(frozen=True)
class Check:
    """A rule that a pair has to pass to become a follow-up."""

    rule: str
    passed: bool
    found: str  # what the pair has
    needed: str  # what passes


@dataclass(frozen=True)
class SignalShare:
    """What one signal contributes, in log-odds above or below what a post has that is looked at at all."""

    signal: str
    meaning: str
    value: float
    usual: float  # its mean
    fits: float  # what it adds to how well the post fits
    due: float  # and to how probable an update is
    enough: float | None  # the nearest value at which it alone makes up for what `due` lacks, if there is one


@dataclass(frozen=True)
class Explanation:
    """How a post came out for an item."""

    score: float  # how well it fits, 0 to 1
    due: float  # how probable it is that the item makes it stale, 0 to 1
    threshold: float  # what `due` must reach
    by_due: float  # what `due`, as learned, adds to the log-odds of `score`
    by_others: float  # what sharing with posts that say the same has added to the log-odds of `due`
    taught: float  # what verdicts on the post have added to the log-odds of `due`
    signals: tuple[SignalShare, ...]  # those that weigh most in the decision first
    checks: tuple[Check, ...]  # in the order in which they are made


def explain(
    news: Reading,
    place: int,
    index: PostIndex,
    lessons: Lessons | None = None,
    probability: float | None = None,
    kind: str = "",
) -> Explanation:
    """The signals, weights and rules for an item and the post at a place, whether they are linked or not.

    `probability` is that from which on a follow-up is raised; none for the learned one. `kind` is the kind of
    change that the item is to the post.
    """
    signals = measure(news, index)
    places = likely(signals, index)
    weights = default_weights(news.vectors is not None and index.vectors is not None)
    all_places = np.array([place, *places[places != place]], dtype=np.int32)
    values = signals.at(all_places, weights.signals)
    standard = weights.standard(values)
    own = shares(Likeness(index).of(all_places))
    alone = weights.due.sums(values)
    shared = own @ alone
    fits = own @ weights.fits.sums(standard, shared)
    by_others, by_due = float(shared[0] - alone[0]), float((own @ weights.fits.of_due(shared))[0])
    threshold = needed_for(weights.threshold if probability is None else probability, kind)
    taught = lessons.shift(index.posts[place].id, news) if lessons else 0.0
    score, due = float(logistic(fits)[0]), shifted(float(logistic(shared)[0]), taught)
    rank = 1 + int((fits[1:] > fits[0]).sum())
    checks = (
        Check(
            "brought up by names, topics, words, vectors or what was learned",
            place in places,
            f"{len(places)} posts are",
            "to be one of them",
        ),
        Check(
            "among the posts that fit best",
            rank <= MAX_LINKS,
            f"number {rank}",
            f"number {MAX_LINKS} or better",
        ),
        Check("fits at all", score >= MIN_SCORE, f"{score:.3f}", f"{MIN_SCORE:.3f} or more"),
        Check(
            "probable to need an update",
            due >= threshold,
            f"{due:.1%}",
            f"{threshold:.1%} or more",
        ),
    )
    lack = (_log_odds(threshold) - _log_odds(due)) / float(own[0, 0])
    told = _shares(weights, values[0], standard[0], float(alone[0]) + lack if lack > 0 else None)
    return Explanation(score, due, threshold, by_due, by_others, taught, told, checks)


def _shares(
    weights: Weights, values: Numbers, standard: Numbers, needed: float | None
) -> tuple[SignalShare, ...]:
    """`needed` are the log-odds at which the pair's own answer would do; none: they do already."""
    fits, due = weights.fits.weights * standard, weights.due.shares(values)
    shares = [
        SignalShare(
            signal,
            WITH_VECTORS[signal],
            float(values[column]),
            float(weights.means[column]),
            float(fits[column]),
            float(due[column]),
            weights.due.enough(values, column, needed) if needed is not None else None,
        )
        for column, signal in enumerate(weights.signals)
    ]
    return tuple(sorted(shares, key=lambda share: (-abs(share.due), -abs(share.fits), share.signal)))


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, 1 - MOST_PROBABLE), MOST_PROBABLE)
    return math.log(bounded / (1 - bounded))
