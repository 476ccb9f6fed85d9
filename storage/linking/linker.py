"""The linker: an item in, its links out; pure, but for the function it reads posts' texts through."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from storage.linking.candidates import find_candidates
from storage.linking.decision import MIN_SCORE, Judge
from storage.linking.evidence import Evidence, EvidenceFinder
from storage.linking.index import IndexedPost, PostIndex
from storage.linking.names import NameTable
from storage.linking.news import Reading

MAX_LINKS = 10
LOOSE_SCORE = 0.05  # below it two texts share a word, not a matter


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
    table: NameTable
    text_of: Callable[[int], str]  # a post's text by its id
    judge: Judge
    min_score: float = MIN_SCORE  # links below it are not made: no follow-up comes of them
    _finder: EvidenceFinder = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._finder = EvidenceFinder(self.index, self.table, self.text_of)

    def link(self, news: Reading) -> list[Link]:
        """The posts that an item is linked to, ten at most, best first; dates are not looked at."""
        told = self._finder.read_news(news)
        links = []
        for candidate in find_candidates(news, self.index, MAX_LINKS):
            if candidate.score < self.min_score:
                continue
            evidence = self._finder.find(candidate, news, told)
            verdict = self.judge.judge(candidate, evidence)
            links.append(
                Link(
                    post=self.index.posts[candidate.post],
                    score=round(candidate.score, 4),
                    followup=verdict.followup,
                    kind=verdict.kind,
                    evidence=replace(evidence, reason=verdict.reason),
                )
            )
        return links
