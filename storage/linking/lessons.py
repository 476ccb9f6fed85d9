"""What an editor's verdicts teach: news like that of a verdict weighs more for its post, or less."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from storage.linking.index import PostIndex
from storage.linking.news import Reading

# In log-odds, for news that says the same again. From `python -m benchmarks.verdicts`, which takes the
# judgements of earlier news as verdicts on later: 5.9, -0.8 and -2.0; one editor is believed a little less.
WORTH = {"done": 4.0, "nothing-new": -1.0, "not-about": -2.0, "dismissed": -1.5}  # the last: without a ground
HALF = 0.1  # likeness that counts half: titles of one matter share a tenth of what they say


def shifted(probability: float, by: float) -> float:
    """A probability with this added to its log-odds."""
    return 1 / (1 + (1 - probability) / probability * math.exp(-by)) if by and probability else probability


@dataclass(frozen=True)
class Lesson:
    """A verdict on news and a post."""

    post: int  # its id
    verdict: str  # one of WORTH
    news: Reading  # the title alone is compared


@dataclass
class Lessons:
    """All verdicts, by post."""

    index: PostIndex
    taught: Iterable[Lesson]
    _by_post: Mapping[int, list[Lesson]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_post: defaultdict[int, list[Lesson]] = defaultdict(list)
        for lesson in self.taught:
            by_post[lesson.post].append(lesson)
        self._by_post = by_post
        self.taught = ()

    def shift(self, post: int, news: Reading) -> float:
        """What the verdicts on a post, by its id, add to the log-odds that news makes it stale."""
        nearest: dict[str, float] = {}
        for lesson in self._by_post.get(post, ()):
            likeness = self.likeness(lesson.news, news)
            nearest[lesson.verdict] = max(nearest.get(lesson.verdict, 0.0), likeness)
        return math.fsum(WORTH[verdict] * near / (near + HALF) for verdict, near in nearest.items())

    def likeness(self, one: Reading, other: Reading) -> float:
        """The share of what the two titles have, by rarity, that both have, 0 to 1."""
        ours, theirs = _marks(one), _marks(other)
        either = self._sum(ours | theirs)
        return self._sum(ours & theirs) / either if either else 0.0

    def _sum(self, marks: frozenset[tuple[str, str]]) -> float:
        rarity = {"name": self.index.rarity_anywhere, "word": self.index.word_rarity}
        return math.fsum(rarity[kind](text) for kind, text in sorted(marks))


def _marks(news: Reading) -> frozenset[tuple[str, str]]:
    names = [*news.title_names, *news.title_topics]
    return frozenset([("name", name) for name in names] + [("word", word) for word in news.words])
