"""Reading the index out of the store."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from storage.followups.verdicts import evergreen_posts, verdicts
from storage.linking.decision import MIN_SCORE, LearnedJudge
from storage.linking.encoder import Encoder, Vectors
from storage.linking.index import IndexedPost, PostIndex
from storage.linking.lessons import WORTH, Lesson, Lessons
from storage.linking.linker import Linker
from storage.linking.names import Vocabulary
from storage.linking.nearness import PostVectors, empty_vectors
from storage.linking.news import NewsItem, Reading, read_news
from storage.linking.passages import PLACES
from storage.linking.postings import Mention
from storage.models import ClaimRow, MentionRow, PostRow, PostVectorRow
from storage.posts.wish import EVERGREEN

AT_ONCE = 2_000  # rows
SAMPLE = 2_500  # posts, or up to twice as many, whose vectors tell the middle and the spread of all

Ints = NDArray[np.int64]


def load_index(session: Session, vocabulary: Vocabulary, encoder: Encoder | None = None) -> PostIndex:
    """The index of the imported posts, with the vectors that `encoder` has made of them so far."""
    evergreen = evergreen_posts(session)
    columns = (PostRow.id, PostRow.file, PostRow.title, PostRow.published, PostRow.failed)
    query = select(*columns, PostRow.imported_at, PostRow.wish).order_by(PostRow.id)
    posts = [
        IndexedPost(
            id, file, title, published, failed, imported, wish or (EVERGREEN if id in evergreen else "")
        )
        for id, file, title, published, failed, imported, wish in _streamed(session, query)
    ]
    places = {post.id: place for place, post in enumerate(posts)}
    plans = _plans(session, places)
    index = PostIndex(posts, vocabulary, _mentions(session, places), _leads(session), plans)
    if encoder is not None:
        index.vectors = _vectors(session, index, encoder.name)
    return index


def _mentions(session: Session, places: Mapping[int, int]) -> Iterator[Mention]:
    """Those of all posts, in any order."""
    query = select(MentionRow.name, MentionRow.post_id, MentionRow.in_lead, MentionRow.count)
    for name, post, in_lead, count in _streamed(session, query):
        yield Mention(name, places[post], in_lead, count)


def _plans(session: Session, places: Mapping[int, int]) -> Mapping[int, Sequence[str]]:
    plans: defaultdict[int, list[str]] = defaultdict(list)
    rows = select(ClaimRow.post_id, ClaimRow.sentence).where(ClaimRow.plan).order_by(ClaimRow.place)
    for post, sentence in session.execute(rows):
        plans[places[post]].append(sentence)
    return dict(plans)


def load_lessons(session: Session, index: PostIndex) -> Lessons:
    """What the editor has said of posts and news until now."""
    readings: dict[int, Reading] = {}
    lessons = []
    for verdict in verdicts(session):
        if verdict.said not in WORTH:
            continue
        row = verdict.item
        if row.id not in readings:
            title = NewsItem(str(row.id), row.title, "", row.language, row.moment)
            readings[row.id] = read_news(title, index.vocabulary)
        lessons.append(Lesson(verdict.post_id, verdict.said, readings[row.id]))
    return Lessons(index, lessons)


def load_linker(
    session: Session,
    vocabulary: Vocabulary,
    encoder: Encoder | None = None,
    *,
    probability: float | None = None,
    min_score: float = MIN_SCORE,
) -> Linker:
    """A linker that reads posts' texts by the session, which must outlive it."""
    index = load_index(session, vocabulary, encoder)

    def text_of(post: int) -> str:
        return session.scalar(select(PostRow.text).where(PostRow.id == post)) or ""

    return Linker(index, text_of, LearnedJudge(), load_lessons(session, index), probability, min_score)


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
