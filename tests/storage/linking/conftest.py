"""A made-up field of names, and small blogs and news in it."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from storage.claims.reading import read_claims
from storage.engine import Database
from storage.linking.encoder import Encoder, Vectors
from storage.linking.index import IndexedPost, PostIndex
from storage.linking.names import Vocabulary, read_table
from storage.linking.nearness import Passages, empty_vectors
from storage.linking.news import NewsItem, Reading, encode, read_news, with_vectors
from storage.linking.passages import PLACES, passages
from storage.linking.postings import Mention
from storage.linking.space import language_means, written_in
from storage.linking.words import title_words
from storage.posts.importing import ImportReport, import_posts
from storage.posts.jekyll import Blog
from tests.conftest import NOW
from tests.storage.posts.conftest import promptly as promptly

TABLE = """
[[names]]
name = "Acme"
kind = "company"
en = ["Acme", "Acme Corp"]
ja = ["アクメ"]
zh = ["阿克梅"]
ko = ["아크메"]
not = ["Acme Bakery", "阿克梅山"]

[[names]]
name = "Orion"
kind = "product"
of = "Acme"
exact = ["Orion"]
ja = ["オリオン"]
zh = ["猎户"]
ko = ["오리온"]

[[names]]
name = "Borealis"
kind = "company"
en = ["Borealis"]
ja = ["ボレアリス"]
zh = ["北极光"]
ko = ["보레알리스"]

[[names]]
name = "Nova-5"
kind = "product"
en = ["Nova-5"]

[[names]]
name = "Nova-5.2"
kind = "product"
en = ["Nova-5.2"]

[[names]]
name = "Export rule"
kind = "rule"
en = ["export rule"]
ja = ["輸出規制"]
zh = ["出口管制"]
ko = ["수출 규제"]
"""

TOPICS = """
[[names]]
name = "mass production"
kind = "event"
en = ["mass production", "production"]
ja = ["量産"]
zh = ["量产"]
ko = ["양산"]

[[names]]
name = "factory"
kind = "topic"
en = ["factory"]
ja = ["工場"]

[[names]]
name = "Northland"
kind = "place"
en = ["Northland"]
ja = ["北国"]
"""

# Title and text of posts; what they treat: Acme's chip, the rule, a foundry, and two of no name.
BLOG = (
    (
        "アクメのオリオン、量産は2026年後半",
        "アクメはチップを設計した。\nアクメのオリオンはボレアリスが3nmで製造し、量産は2026年後半を目指す。",
    ),
    ("輸出規制の行方", "輸出規制は毎年変わる。アクメも影響を受ける。"),
    ("ボレアリスの工場見学", "ボレアリスの工場は北にある。"),
    ("社員食堂のカレー", "昼休みの話。"),
    ("冬の散歩道", "雪の話。"),
)


@pytest.fixture(scope="session")
def words() -> Vocabulary:
    """The words of the made-up names."""
    return Vocabulary(read_table(TABLE.encode()), read_table(TOPICS.encode()))


class Trigrams:
    """An encoder without a model: texts are near each other if they share runs of three characters.

    As those of a real one, its vectors lie around the mean of their language.
    """

    name = "trigrams"

    def questions(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, language_means().questions)

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, language_means().passages)

    def _encode(self, texts: Sequence[str], means: Mapping[str, Vectors]) -> Vectors:
        vectors = [_trigrams(text.lower(), means[written_in(text)]) for text in texts]
        return np.reshape(np.array(vectors, dtype=np.float32), (len(texts), len(means["en"])))


def _trigrams(text: str, mean: Vectors) -> Vectors:
    vector = np.zeros_like(mean)
    for start in range(max(1, len(text))):
        place = zlib.crc32(f" {text} "[start : start + 3].encode("utf-8", "replace"))
        vector[(place >> 1) % len(vector)] += 1 if place & 1 else -1
    whole = mean + vector * np.sqrt(1 - mean @ mean) / max(1, np.linalg.norm(vector))
    return np.asarray(whole / np.linalg.norm(whole), dtype=np.float32)


def index_of(
    words: Vocabulary, posts: Iterable[tuple[str, str]], encoder: Encoder | None = None
) -> PostIndex:
    """The index of (title, text) posts; ids from 1, in order. Paragraphs end at an empty line."""
    posts = list(posts)
    indexed = []
    mentions = []
    for place, (title, text) in enumerate(posts):
        indexed.append(IndexedPost(place + 1, f"{place + 1}.md", title, None))
        for table in (words.names, words.topics):
            in_text = table.count(text) if table is words.names else table.count_known(text)
            counts = (table.count(title) if table is words.names else table.count_known(title)) + in_text
            mentions += [Mention(name, place, name in in_text, count) for name, count in counts.items()]
    plans = {}
    for place, (title, text) in enumerate(posts):
        claims = read_claims(text.split("\n\n"), None, words, title=title)
        if planned := [claim.sentence for claim in claims if claim.plan]:
            plans[place] = planned
    index = PostIndex(indexed, words, mentions, [sorted(title_words(text)) for _, text in posts], plans)
    if encoder is None:
        return index
    encoded = np.zeros((len(posts), PLACES, len(language_means().passages["en"])), dtype=np.float32)
    for place, (title, text) in enumerate(posts):
        for passage, read in enumerate(passages(title, text.split("\n\n"))):
            if read:
                encoded[place, passage] = encoder.passages([read])[0]
    index.vectors = empty_vectors(encoded, index.language, len(posts))
    for passage, made in enumerate(index.vectors.places):
        there = np.flatnonzero(encoded[:, passage].any(axis=1))
        made.put(there, encoded[there, passage])
    return index


def rows_of(passages: Passages) -> Vectors:
    """The posts' rows of length 1, by what they are along each direction of their space."""
    return np.column_stack(list(passages.along(*np.eye(len(passages.space.mean), dtype=np.float32))))


def reading_of(
    words: Vocabulary,
    title: str,
    text: str = "",
    *,
    id: str = "1",
    language: str = "en",
    when: datetime | None = NOW,
    encoder: Encoder | None = None,
) -> Reading:
    """An item as the linker reads it."""
    item = NewsItem(id, title, text, language, when)
    reading = read_news(item, words)
    if encoder is None:
        return reading
    return with_vectors(reading, encode([item], encoder, words.names, {})[0])


def import_blog(
    database: Database,
    folder: Path,
    words: Vocabulary,
    posts: Iterable[tuple[str, str]] = BLOG,
    *,
    day: str = "2026-01-02",
) -> ImportReport:
    """Write (title, text) posts as files, <day>-1.md and so on, and import them."""
    folder.mkdir(exist_ok=True)
    for number, (title, text) in enumerate(posts, 1):
        (folder / f"{day}-{number}.md").write_text(f"---\ntitle: {title}\n---\n{text}\n", encoding="utf-8")
    return import_posts(database, folder, blog=Blog(), vocabulary=words, now=NOW)
