"""Reading the index out of the store."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from storage.linking.encoder import Encoder, Vectors
from storage.linking.index import IndexedPost, PostIndex
from storage.linking.names import Vocabulary
from storage.linking.nearness import PostVectors, empty_vectors
from storage.linking.passages import PLACES
from storage.linking.postings import Mention
from storage.models import MentionRow, PostRow, PostVectorRow

AT_ONCE = 2_000  # rows
SAMPLE = 2_500  # posts, or up to twice as many, whose vectors tell the middle and the spread of all

Ints = NDArray[np.int64]


def load_index(session: Session, vocabulary: Vocabulary, encoder: Encoder | None = None) -> PostIndex:
    """The index of the imported posts, with the vectors that `encoder` has made of them so far."""
    columns = (PostRow.id, PostRow.file, PostRow.title, PostRow.published, PostRow.failed)
    posts = [IndexedPost(*row) for row in _streamed(session, select(*columns).order_by(PostRow.id))]
    index = PostIndex(posts, vocabulary, _mentions(session, posts), _leads(session))
    if encoder is not None:
        index.vectors = _vectors(session, index, encoder.name)
    return index


def _mentions(session: Session, posts: Sequence[IndexedPost]) -> Iterator[Mention]:
    """Those of all posts, in any order."""
    query = select(MentionRow.name, MentionRow.post_id, MentionRow.in_lead, MentionRow.count)
    places = {post.id: place for place, post in enumerate(posts)}
    for name, post, in_lead, count in _streamed(session, query):
        yield Mention(name, places[post], in_lead, count)


def _leads(session: Session) -> Iterator[Sequence[str]]:
    """The words of each post's lead."""
    for (words,) in _streamed(session, select(PostRow.lead_words).order_by(PostRow.id)):
        yield words.split()


def _vectors(session: Session, index: PostIndex, encoder: str) -> PostVectors | None:
    """What there is of the posts' vectors, or nothing if that is nothing."""
    ids = np.array([post.id for post in index.posts], dtype=np.int64)
    sample = _sample(session, encoder)
    if sample is None:
        return None
    made = empty_vectors(sample, index.language, len(ids))
    del sample
    for posts, passages, vectors in _encoded(session, encoder):
        places = np.searchsorted(ids, posts)
        for number, passage in enumerate(made.places):
            passage.put(places[passages == number], vectors[passages == number])
    return made


def _sample(session: Session, encoder: str) -> Vectors | None:
    """The vectors of some of the posts that have any, of shape (posts, places of passages, dimensions)."""
    of = PostVectorRow.post_id
    made = select(of).where(PostVectorRow.encoder == encoder, PostVectorRow.text_hash != "")
    ids = session.scalars(made.distinct().order_by(of)).all()
    some = np.array(ids[:: max(1, len(ids) // SAMPLE)], dtype=np.int64)
    sample: Vectors | None = None
    for posts, passages, vectors in _encoded(session, encoder, of.in_(some.tolist())):
        if sample is None:
            sample = np.zeros((len(some), PLACES, vectors.shape[1]), dtype=np.float32)
        sample[np.searchsorted(some, posts), passages] = vectors
    return sample


def _encoded(
    session: Session, encoder: str, *among: ColumnElement[bool]
) -> Iterator[tuple[Ints, Ints, Vectors]]:
    """Posts, the numbers of their passages and the vectors of these, some at a time."""
    query = select(PostVectorRow.post_id, PostVectorRow.place, PostVectorRow.vector).where(
        PostVectorRow.encoder == encoder, PostVectorRow.text_hash != "", *among
    )
    rows = _streamed(session, query)
    while block := list(islice(rows, AT_ONCE)):
        posts, passages, data = zip(*block, strict=True)
        vectors = np.frombuffer(b"".join(data), dtype="<f2").reshape(len(block), -1)
        yield np.array(posts), np.array(passages), vectors.astype(np.float32)


def _streamed(session: Session, query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """Rows that are not all held at once, as the database's driver gives them: there are millions."""
    return iter(session.connection().execute(query.execution_options(yield_per=AT_ONCE)))
