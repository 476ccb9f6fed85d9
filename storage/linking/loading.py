"""Reading the index out of the store."""

from collections.abc import Mapping

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.linking.encoder import Encoder, Vectors
from storage.linking.index import IndexedPost, Mention, PostIndex
from storage.linking.names import Vocabulary
from storage.linking.passages import PLACES
from storage.models import MentionRow, PostRow, PostVectorRow


def load_index(session: Session, vocabulary: Vocabulary, encoder: Encoder | None = None) -> PostIndex:
    """The index of the imported posts, with the vectors that `encoder` has made of them so far."""
    posts = [
        IndexedPost(post_id, file, title, published, frozenset(words.split()), failed)
        for post_id, file, title, published, words, failed in session.execute(
            select(
                PostRow.id, PostRow.file, PostRow.title, PostRow.published, PostRow.lead_words, PostRow.failed
            ).order_by(PostRow.id)
        )
    ]
    places = {post.id: place for place, post in enumerate(posts)}
    rows = session.execute(select(MentionRow.name, MentionRow.post_id, MentionRow.in_lead, MentionRow.count))
    mentions = [Mention(name, places[post], lead, count) for name, post, lead, count in rows]
    encoded = _vectors(session, places, encoder.name) if encoder is not None else None
    return PostIndex(posts, vocabulary, mentions, encoded)


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
