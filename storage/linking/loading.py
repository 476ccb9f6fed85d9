"""Reading the index out of the store."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.followups.verdicts import evergreen_posts, verdicts
from storage.linking.decision import MIN_SCORE, LearnedJudge
from storage.linking.encoder import Encoder, Vectors
from storage.linking.index import IndexedPost, Mention, PostIndex
from storage.linking.lessons import WORTH, Lesson, Lessons
from storage.linking.linker import Linker
from storage.linking.names import Vocabulary
from storage.linking.news import NewsItem, Reading, read_news
from storage.linking.passages import PLACES
from storage.models import ClaimRow, MentionRow, PostRow, PostVectorRow
from storage.posts.wish import EVERGREEN


def load_index(session: Session, vocabulary: Vocabulary, encoder: Encoder | None = None) -> PostIndex:
    """The index of the imported posts, with the vectors that `encoder` has made of them so far."""
    evergreen = evergreen_posts(session)
    columns = (PostRow.id, PostRow.file, PostRow.title, PostRow.published, PostRow.lead_words, PostRow.failed)
    posts = [
        IndexedPost(
            post_id,
            file,
            title,
            published,
            frozenset(words.split()),
            failed,
            imported,
            wish or (EVERGREEN if post_id in evergreen else ""),
        )
        for post_id, file, title, published, words, failed, imported, wish in session.execute(
            select(*columns, PostRow.imported_at, PostRow.wish).order_by(PostRow.id)
        )
    ]
    places = {post.id: place for place, post in enumerate(posts)}
    rows = session.execute(select(MentionRow.name, MentionRow.post_id, MentionRow.in_lead, MentionRow.count))
    mentions = [Mention(name, places[post], lead, count) for name, post, lead, count in rows]
    encoded = _vectors(session, places, encoder.name) if encoder is not None else None
    return PostIndex(posts, vocabulary, mentions, _plans(session, places), encoded)


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


def _vectors(session: Session, places: Mapping[int, int], encoder: str) -> Vectors | None:
    """What there is of the posts' vectors, or nothing if that is nothing."""
    encoded: Vectors | None = None
    rows = session.execute(
        select(PostVectorRow.post_id, PostVectorRow.place, PostVectorRow.vector).where(
            PostVectorRow.encoder == encoder, PostVectorRow.text_hash != ""
        )
    )
    for post, place, data in rows:
        vector = np.frombuffer(data, dtype="<f2")
        if encoded is None:
            encoded = np.zeros((len(places), PLACES, len(vector)), dtype=np.float32)
        encoded[places[post], place] = vector
    return encoded
