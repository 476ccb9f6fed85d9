"""The linker: an item in, its links out; pure, but for the function it reads posts' texts through."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from storage.linking.candidates import Candidate, likely
from storage.linking.decision import MIN_SCORE, Judge, heeding
from storage.linking.evidence import Evidence, EvidenceFinder
from storage.linking.index import IndexedPost, PostIndex
from storage.linking.lessons import Lessons, shifted
from storage.linking.news import Reading
from storage.linking.sharing import Likeness, shares
from storage.linking.signals import measure
from storage.linking.weights import default_weights, logistic

MAX_LINKS = 10
LOOSE_SCORE = 0.0  # every link that there is a place for: to measure the order


@dataclass(frozen=True)
class Link:
    """An item's link to a post."""

    post: IndexedPost
    score: float  # 0 to 1
    followup: bool
    kind: str
    evidence: Evidence


@dataclass
class Linker:
    """Links items to the posts of an index."""

    index: PostIndex
    text_of: Callable[[int], str]  # a post's text by its id
    judge: Judge
    lessons: Lessons | None = None  # what the editor's verdicts have taught
    probability: float | None = None  # of a needed update, that raises a follow-up; none: the learned one
    min_score: float = MIN_SCORE  # links below it are not made: no follow-up comes of them
    _finder: EvidenceFinder = field(init=False, repr=False)
    _likeness: Likeness = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._finder = EvidenceFinder(self.index, self.text_of)
        self._likeness = Likeness(self.index)

    def link(self, news: Reading) -> list[Link]:
        """The posts that an item is linked to, ten at most, best first; dates are not looked at."""
        told = self._finder.read_news(news)
        links = []
        for candidate in self.candidates(news):
            evidence = self._finder.find(candidate.place, news, told)
            post = self.index.posts[candidate.place]
            decision = heeding(self.judge.judge(candidate, evidence), post.wish)
            links.append(
                Link(
                    post=post,
                    score=round(candidate.score, 4),
                    followup=decision.followup,
                    kind=decision.kind,
                    evidence=replace(evidence, reason=decision.reason),
                )
            )
        return links

    def candidates(self, news: Reading) -> list[Candidate]:
        """The posts that an item would be linked to, ten at most, best first."""
        signals = measure(news, self.index)
        places = likely(signals, self.index)
        if not len(places):
            return []
        weights = default_weights(news.vectors is not None and self.index.vectors is not None)
        rows = signals.at(places, weights.signals)
        by_posts = shares(self._likeness.of(places))
        log_odds = by_posts @ weights.due.sums(rows)
        fits = logistic(by_posts @ weights.fits.sums(weights.standard(rows), log_odds))
        best = [row for row in np.argsort(-fits, kind="stable")[:MAX_LINKS] if fits[row] >= self.min_score]
        due = logistic(log_odds[best])
        threshold = weights.threshold if self.probability is None else self.probability
        candidates = []
        for row, probability in zip(best, due.tolist(), strict=True):
            place = int(places[row])
            taught = self.lessons.shift(self.index.posts[place].id, news) if self.lessons else 0.0
            probable = shifted(probability, taught)
            candidates.append(Candidate(place, float(fits[row]), probable, threshold, taught))
        return candidates
