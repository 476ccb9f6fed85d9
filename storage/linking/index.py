"""The posts, ready to be found by what they are about. Arrays over all posts: signals are sums over them.

A post is known here by its place, 0 to the number of posts less 1, in order of its id.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np

from storage.linking.names import Vocabulary, family, normal
from storage.linking.nearness import PostVectors
from storage.linking.postings import (
    Mention,
    Mentions,
    Numbers,
    Places,
    Postings,
    mentions_by_name,
    postings_by_word,
)
from storage.linking.space import written_in
from storage.linking.titles import plain_titles

RARITY_POWER = 1.5  # on judged news 1 and 2 rank worse, if little
COMMON = 0.4  # a word that a larger share of the posts has says nothing of any
# What a word weighs in a post's title, or else in its lead; and a name or topic in each of the two.
IN_TITLE, IN_LEAD = 2.0, 0.35
NAMED_IN_TITLE, NAMED_IN_LEAD = 3.0, 1.0


@dataclass(frozen=True, slots=True)
class IndexedPost:
    """A post as the linker sees it."""

    id: int
    file: str
    title: str
    published: datetime | None
    failed: bool = False  # a text generator's apology: it has nothing to update
    imported: datetime | None = None  # when it was last read
    wish: str = ""  # what is wanted of its follow-ups, as in `storage.posts.wish`


@dataclass
class PostIndex:
    """The names, topics, words and vectors of all posts.

    How much a shared name, topic or word counts is its rarity: inverse document frequency,
    ln((n + 1) / (df + 0.5)), as a share of the highest there is, that of what no post has: 0 to 1, so that
    the linker's weights mean the same on a blog of ten posts and on one of ten thousand.

    `mentions`, in any order, and `leads`, the words of each post's lead, are read once.
    """

    posts: Sequence[IndexedPost]
    vocabulary: Vocabulary
    mentions: InitVar[Iterable[Mention]]
    leads: InitVar[Iterable[Iterable[str]]] = ()
    plans: Mapping[int, Sequence[str]] = field(default_factory=dict)  # sentences that say one, by place
    vectors: PostVectors | None = field(default=None, repr=False)  # to be put in where there are any
    titles: Sequence[str] = field(init=False)  # plain
    names: Mapping[str, Mentions] = field(init=False, repr=False)
    topics: Mapping[str, Mentions] = field(init=False, repr=False)
    words: Mapping[str, Postings] = field(init=False, repr=False)

    def __post_init__(self, mentions: Iterable[Mention], leads: Iterable[Iterable[str]]) -> None:
        self.titles = plain_titles([post.title for post in self.posts])
        names, topics = self.vocabulary.names, self.vocabulary.topics
        found = mentions_by_name(
            mentions, (names.count(title) + topics.count_known(title) for title in self.titles)
        )
        self.topics = {name: mention for name, mention in found.items() if name in topics.names}
        self.names = {name: mention for name, mention in found.items() if name not in topics.names}
        self.words = postings_by_word(self.titles, leads, max(2, COMMON * len(self.posts)))

    @cached_property
    def language(self) -> str:
        """What most titles are written in."""
        return Counter(map(written_in, self.titles)).most_common(1)[0][0] if self.titles else "en"

    @cached_property
    def place_of(self) -> Mapping[int, int]:
        """The place of each post, by its id."""
        return {post.id: place for place, post in enumerate(self.posts)}

    @cached_property
    def failed(self) -> Numbers:
        """1 for each post that is an apology."""
        return np.array([post.failed for post in self.posts], dtype=np.float32)

    @cached_property
    def title_weights(self) -> Numbers:
        """The weight of all names in each post's title."""
        return self._title_sums(self.names, self.name_weight)

    @cached_property
    def topic_weights(self) -> Numbers:
        """The rarity of all topics in each post's title."""
        return self._title_sums(self.topics, self.topic_rarity)

    def _title_sums(self, mentions: Mapping[str, Mentions], weight: Callable[[str], float]) -> Numbers:
        sums = np.zeros(len(self.posts), dtype=np.float32)
        for name, mention in mentions.items():
            sums[mention.titled] += weight(name)
        return sums

    @cached_property
    def makers(self) -> Mapping[str, Places]:
        """The posts whose title has a name, or one that is of it."""
        entries = self.vocabulary.names.names

        def with_maker(name: str) -> set[str]:
            return {name, entries[name].of or name} if name in entries else {name}

        return self._titled_by(with_maker)

    @cached_property
    def families(self) -> Mapping[str, Places]:
        """The posts whose title has a generation of a product, by the product."""
        return self._titled_by(lambda name: {stem} if (stem := family(name)) else set())

    def _titled_by(self, keys: Callable[[str], Iterable[str]]) -> Mapping[str, Places]:
        places: defaultdict[str, list[Places]] = defaultdict(list)
        for name, mention in self.names.items():
            for key in keys(name):
                places[key].append(mention.titled)
        return {key: np.unique(np.concatenate(found)) for key, found in places.items()}

    def family_rarity(self, stem: str) -> float:
        """How rare a product is among the titles, 0 to 1."""
        return self._rarity(len(self.families.get(stem, ())))

    @cached_property
    def word_lengths(self) -> Numbers:
        """The length of each post as a vector of its words, names and topics; 1 where it has none."""
        squares = np.zeros(len(self.posts), dtype=np.float32)
        for word, postings in self.words.items():
            rarity = self.word_rarity(word)
            squares[postings.titled] += (IN_TITLE * rarity) ** 2
            squares[postings.lead] += (IN_LEAD * rarity) ** 2
        for name, mention in (*self.names.items(), *self.topics.items()):
            squares[mention.places] += (weights_in(mention) * self.leading_rarity(name)) ** 2
        return np.asarray(np.sqrt(np.where(squares > 0, squares, 1)), dtype=np.float32)

    @cached_property
    def written(self) -> Mapping[str, str]:
        """How the blog's titles write each name, most often."""
        forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for title in map(normal, self.titles):
            for mention in self.vocabulary.names.find_in_normal(title):
                forms[mention.name][title[mention.start : mention.end]] += 1
        return {name: counts.most_common(1)[0][0] for name, counts in forms.items()}

    @cached_property
    def title_names(self) -> Mapping[int, Sequence[str]]:
        """The names and topics in each post's title, by its place; posts without any are left out."""
        of: defaultdict[int, list[str]] = defaultdict(list)
        for name, mention in (*self.names.items(), *self.topics.items()):
            for place in mention.titled.tolist():
                of[place].append(name)
        return dict(of)

    def has_name(self, name: str, place: int) -> bool:
        """Whether a post mentions a name."""
        mention = self.names.get(name)
        return mention is not None and mention.find(place) is not None

    def has_in_title(self, name: str, place: int) -> bool:
        """Whether a post's plain title has a name."""
        mention = self.names.get(name)
        at = mention.find(place) if mention else None
        return mention is not None and at is not None and bool(mention.in_title[at])

    def name_rarity(self, name: str) -> float:
        """How rare a name is among the posts, 0 to 1."""
        return self._rarity(_count(self.names.get(name)))

    def name_weight(self, name: str) -> float:
        """What a shared name counts: rare names more than in proportion."""
        return float(self.name_rarity(name) ** RARITY_POWER)

    def topic_rarity(self, topic: str) -> float:
        """How rare a topic is among the titles, 0 to 1."""
        mention = self.topics.get(topic)
        return self._rarity(int(mention.in_title.sum()) if mention else 0)

    def rarity_anywhere(self, name: str) -> float:
        """How rare a name or topic is among the posts, 0 to 1."""
        return self._rarity(_count(self.names.get(name) or self.topics.get(name)))

    def word_rarity(self, word: str) -> float:
        """How rare a word is among titles and leads, 0 to 1."""
        postings = self.words.get(word)
        return self._rarity(postings.frequency if postings else 0)

    def leading_rarity(self, name: str) -> float:
        """How rare a name or topic is among titles and leads, 0 to 1."""
        return self._rarity(self.leading_count(name))

    def leading_count(self, name: str) -> int:
        """How many posts have a name or topic in title or lead."""
        return self._leading_counts.get(name, 0)

    @cached_property
    def _leading_counts(self) -> Mapping[str, int]:
        """Counted once: a common name is asked for with every post that has it."""
        return {name: len(mention.leading) for name, mention in (*self.topics.items(), *self.names.items())}

    def _rarity(self, frequency: int) -> float:
        posts = len(self.posts) + 1
        return max(0.0, math.log(posts / (frequency + 0.5)) / math.log(posts / 0.5))


def weights_in(mention: Mentions) -> Numbers:
    """What a name or topic weighs in each of the posts that mention it."""
    weights = NAMED_IN_TITLE * mention.in_title + NAMED_IN_LEAD * mention.in_lead
    return np.asarray(weights, dtype=np.float32)


def _count(mention: Mentions | None) -> int:
    return len(mention.places) if mention else 0
