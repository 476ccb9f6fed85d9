"""The posts, ready to be found by what they are about. Arrays over all posts: signals are sums over them.

A post is known here by its place, 0 to the number of posts less 1, in order of its id.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from storage.linking.encoder import Vectors
from storage.linking.names import Vocabulary, family, normal
from storage.linking.space import Space, space_of, written_in
from storage.linking.titles import plain_titles
from storage.linking.words import title_words

Places = NDArray[np.int32]
Numbers = NDArray[np.float32]

RARITY_POWER = 1.5  # on judged news 1 and 2 rank worse, if little
COMMON = 0.4  # a word that a larger share of the posts has says nothing of any
# What a word, or a name or topic, weighs in a post's lead; and in addition in its title.
IN_LEAD, IN_TITLE = 0.35, 2.0
NAMED_IN_LEAD, NAMED_IN_TITLE = 1.0, 3.0


@dataclass(frozen=True)
class IndexedPost:
    """A post as the linker sees it."""

    id: int
    file: str
    title: str
    published: datetime | None
    lead_words: frozenset[str] = frozenset()
    failed: bool = False  # a text generator's apology: it has nothing to update
    imported: datetime | None = None  # when it was last read
    wish: str = ""  # what is wanted of its follow-ups, as in `storage.posts.wish`


class Mention(NamedTuple):
    """A name or topic that a post mentions."""

    name: str
    place: int  # of the post
    in_lead: bool
    times: int  # in title and text


@dataclass(frozen=True)
class Mentions:
    """The posts that mention a name or topic."""

    places: Places
    in_title: NDArray[np.bool_]  # the plain title
    in_lead: NDArray[np.bool_]
    counts: Numbers

    @property
    def titled(self) -> Places:
        """The posts that have it in their title."""
        return self.places[self.in_title]


@dataclass(frozen=True)
class Postings:
    """The posts that have a word in title or lead, with its share in each as a vector of length 1.

    No places are kept of a word that too many posts have, only how many.
    """

    places: Places
    shares: Numbers
    frequency: int


@dataclass(frozen=True)
class PostVectors:
    """The posts' vectors, by the place of their passages; each kind in a space of its own."""

    title: Vectors  # shape (posts, dimensions)
    opening: Vectors
    paragraphs: Vectors  # shape (posts, 2, dimensions)
    opening_raw: Vectors  # as the encoder gave it
    spaces: tuple[Space, Space, Space]  # of titles, openings, paragraphs


@dataclass
class PostIndex:
    """The names, topics, words and vectors of all posts.

    How much a shared name, topic or word counts is its rarity: inverse document frequency,
    ln((n + 1) / (df + 0.5)), as a share of the highest there is, that of what no post has: 0 to 1, so that
    the linker's weights mean the same on a blog of ten posts and on one of ten thousand.
    """

    posts: Sequence[IndexedPost]
    vocabulary: Vocabulary
    mentions: Iterable[Mention]
    plans: Mapping[int, Sequence[str]] = field(default_factory=dict)  # sentences that say one, by place
    encoded: Vectors | None = None  # shape (posts, places of passages, dimensions); zeros where there is none
    titles: Sequence[str] = field(init=False)  # plain
    names: Mapping[str, Mentions] = field(init=False, repr=False)
    topics: Mapping[str, Mentions] = field(init=False, repr=False)
    vectors: PostVectors | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.titles = plain_titles([post.title for post in self.posts])
        known = self.vocabulary.topics.names
        names: list[Mention] = []
        topics: list[Mention] = []
        for mention in self.mentions:
            (topics if mention.name in known else names).append(mention)
        self.mentions = ()
        self.names = _mentions(names, [self.vocabulary.names.count(title) for title in self.titles])
        self.topics = _mentions(topics, [self.vocabulary.topics.count_known(t) for t in self.titles])
        self.vectors = self._spaces(self.encoded) if self.encoded is not None else None
        self.encoded = None

    def _spaces(self, encoded: Vectors) -> PostVectors:
        (language, _) = Counter(map(written_in, self.titles)).most_common(1)[0] if self.titles else ("en", 0)
        spaces = [space_of(v, language) for v in (encoded[:, 0], encoded[:, 1], encoded[:, 2:])]
        return PostVectors(
            spaces[0].of_posts(encoded[:, 0]),
            spaces[1].of_posts(encoded[:, 1]),
            spaces[2].of_posts(encoded[:, 2:]),
            encoded[:, 1],
            (spaces[0], spaces[1], spaces[2]),
        )

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
        places: defaultdict[str, set[int]] = defaultdict(set)
        for name, mention in self.names.items():
            entry = self.vocabulary.names.names.get(name)
            for of in {name, *((entry.of,) if entry and entry.of else ())}:
                places[of].update(mention.titled.tolist())
        return {name: np.array(sorted(found), dtype=np.int32) for name, found in places.items()}

    @cached_property
    def families(self) -> Mapping[str, Places]:
        """The posts whose title has a generation of a product, by the product."""
        places: defaultdict[str, set[int]] = defaultdict(set)
        for name, mention in self.names.items():
            if stem := family(name):
                places[stem].update(mention.titled.tolist())
        return {stem: np.array(sorted(found), dtype=np.int32) for stem, found in places.items()}

    def family_rarity(self, stem: str) -> float:
        """How rare a product is among the titles, 0 to 1."""
        return self._rarity(len(self.families.get(stem, ())))

    @cached_property
    def words(self) -> Mapping[str, Postings]:
        """The posts by the words, names and topics of their titles and leads; names begin with a space."""
        weights: list[dict[str, float]] = []
        for title, post in zip(self.titles, self.posts, strict=True):
            own = dict.fromkeys(sorted(post.lead_words), IN_LEAD)
            for word in sorted(title_words(title)):
                own[word] = own.get(word, 0.0) + IN_TITLE
            weights.append(own)
        for name, mention in (*self.names.items(), *self.topics.items()):
            for place, titled, lead in zip(
                mention.places.tolist(), mention.in_title.tolist(), mention.in_lead.tolist(), strict=True
            ):
                if titled or lead:
                    weights[place][f" {name}"] = NAMED_IN_TITLE * titled + NAMED_IN_LEAD * lead
        frequency = Counter(word for own in weights for word in own)
        postings: defaultdict[str, tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
        for place, own in enumerate(weights):
            scaled = {
                word: weight * self._rarity(frequency[word])
                for word, weight in own.items()
                if word[0] == " " or frequency[word] <= max(2, COMMON * len(self.posts))
            }
            length = math.sqrt(math.fsum(value * value for value in scaled.values())) or 1.0
            for word, value in scaled.items():
                places, shares = postings[word]
                places.append(place)
                shares.append(value / length)
        return {
            word: Postings(
                np.array(postings[word][0], dtype=np.int32),
                np.array(postings[word][1], dtype=np.float32),
                count,
            )
            for word, count in frequency.items()
        }

    @cached_property
    def written(self) -> Mapping[str, str]:
        """How the blog's titles write each name, most often."""
        forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for title in map(normal, self.titles):
            for mention in self.vocabulary.names.find_in_normal(title):
                forms[mention.name][title[mention.start : mention.end]] += 1
        return {name: counts.most_common(1)[0][0] for name, counts in forms.items()}

    @cached_property
    def title_names(self) -> Sequence[Sequence[str]]:
        """The names in each post's title."""
        of: list[list[str]] = [[] for _ in self.posts]
        for name, mention in self.names.items():
            for place in mention.titled.tolist():
                of[place].append(name)
        return of

    def names_of(self, place: int) -> Mapping[str, int]:
        """How often a post mentions each name that it mentions."""
        return self._names_of[place]

    @cached_property
    def _names_of(self) -> Sequence[Mapping[str, int]]:
        of: list[dict[str, int]] = [{} for _ in self.posts]
        for name, mention in self.names.items():
            for place, count in zip(mention.places.tolist(), mention.counts.tolist(), strict=True):
                of[place][name] = int(count)
        return of

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

    def _rarity(self, frequency: int) -> float:
        posts = len(self.posts) + 1
        return max(0.0, math.log(posts / (frequency + 0.5)) / math.log(posts / 0.5))


def _count(mention: Mentions | None) -> int:
    return len(mention.places) if mention else 0


def _mentions(stored: Iterable[Mention], titled: Sequence[Counter[str]]) -> dict[str, Mentions]:
    """Mentions by name; whether a name stands in the title is asked of the plain titles."""
    found: defaultdict[str, dict[int, tuple[bool, int]]] = defaultdict(dict)
    for mention in stored:
        found[mention.name][mention.place] = mention.in_lead, mention.times
    for place, names in enumerate(titled):
        for name, count in names.items():
            found[name].setdefault(place, (True, count))
    return {name: _array(name, sorted(of.items()), titled) for name, of in sorted(found.items())}


def _array(name: str, of: Sequence[tuple[int, tuple[bool, int]]], titled: Sequence[Counter[str]]) -> Mentions:
    return Mentions(
        np.array([place for place, _ in of], dtype=np.int32),
        np.array([name in titled[place] for place, _ in of], dtype=np.bool_),
        np.array([lead for _, (lead, _) in of], dtype=np.bool_),
        np.array([count for _, (_, count) in of], dtype=np.float32),
    )
