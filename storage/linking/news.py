"""A news item as the linker reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from storage.linking.encoder import Encoder, Vectors
from storage.linking.names import NameTable, Vocabulary, normal
from storage.linking.space import language_means, written_in
from storage.linking.words import title_words

TITLE_READ = 1_000  # characters of a title that are read: the longest headlines have 300
TEXT_READ = 20_000  # characters of an item's text that are read for names
WORDS_READ = 600  # and for words
TITLE_ENCODED, OPENING_ENCODED = 200, 350  # characters that vectors are made of


@dataclass(frozen=True)
class NewsItem:
    """What the linker is given of an item."""

    id: str
    title: str
    text: str = ""
    language: str = ""
    when: datetime | None = None  # published, or first seen


@dataclass(frozen=True)
class NewsVectors:
    """An item's vectors, each off the mean of its language, but for `raw`."""

    title: Vectors  # of the title, with names as the blog writes them
    opening: Vectors  # of title and opening of the text
    raw: Vectors  # that of the opening as the encoder gave it


@dataclass(frozen=True)
class Reading:
    """What an item is about."""

    item: NewsItem
    title_names: Mapping[str, int]
    text_names: Mapping[str, int]
    title_topics: Mapping[str, int]
    text_topics: Mapping[str, int]
    words: frozenset[str]  # of the title
    text_words: frozenset[str]  # of the text's opening
    vectors: NewsVectors | None = None

    @property
    def names(self) -> dict[str, None]:
        """All names, wherever they stand, in order: sums over them come out the same in every process."""
        return dict.fromkeys((*self.title_names, *self.text_names))

    @property
    def topics(self) -> dict[str, None]:
        """All topics, wherever they stand, in order."""
        return dict.fromkeys((*self.title_topics, *self.text_topics))


def read_news(item: NewsItem, vocabulary: Vocabulary) -> Reading:
    """Find the names, topics and words of an item."""
    title, text = item.title[:TITLE_READ], item.text[:TEXT_READ]
    return Reading(
        item=item,
        title_names=vocabulary.names.count(title),
        text_names=vocabulary.names.count(text),
        title_topics=vocabulary.topics.count_known(title),
        text_topics=vocabulary.topics.count_known(text),
        words=title_words(title),
        text_words=title_words(text[:WORDS_READ]),
    )


def read_title(item: NewsItem, vocabulary: Vocabulary) -> Reading:
    """As much as stories are told apart by: names, topics and words of the title."""
    title = item.title[:TITLE_READ]
    nothing: frozenset[str] = frozenset()
    names, topics = vocabulary.names.count(title), vocabulary.topics.count_known(title)
    return Reading(item, names, {}, topics, {}, title_words(title), nothing)


def opening_of(title: str, text: str) -> str:
    """What the vector of an item's opening is made of."""
    return f"{title}\n{text}"[:OPENING_ENCODED]


@dataclass(frozen=True)
class Encoded:
    """An item's vectors as the encoder gave them."""

    title: Vectors
    opening: Vectors


def encode(
    items: Sequence[NewsItem], encoder: Encoder, names: NameTable, written: Mapping[str, str]
) -> list[Encoded]:
    """The vectors of items, all made at once; `written` is how the blog writes each name.

    A model of this size does not know that 輝達 is NVIDIA; with the blog's own names in their titles, items
    in other languages find their posts (on judged news Chinese ones gain 0.05 nDCG@5 by vectors alone).
    """
    titles = encoder.questions([_renamed(item.title, names, written)[:TITLE_ENCODED] for item in items])
    openings = encoder.passages([opening_of(item.title, item.text) for item in items])
    return [Encoded(title, opening) for title, opening in zip(titles, openings, strict=True)]


def with_vectors(reading: Reading, encoded: Encoded) -> Reading:
    """The item with its vectors off the mean of its language."""
    language, means = written_in(reading.item.title, reading.item.language), language_means()
    return replace(
        reading,
        vectors=NewsVectors(
            encoded.title - means.questions[language],
            encoded.opening - means.passages[language],
            encoded.opening,
        ),
    )


def _renamed(title: str, names: NameTable, written: Mapping[str, str]) -> str:
    text = normal(title[:TITLE_READ])
    parts, reached = [], 0
    for mention in names.find_in_normal(text):
        own = written.get(mention.name)
        if own is not None:
            parts += [text[reached : mention.start], own]
            reached = mention.end
    return "".join([*parts, text[reached:]])
