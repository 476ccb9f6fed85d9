"""Making the vectors of posts: of those passages that have none yet, or have changed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.engine import Database
from storage.linking.encoder import Encoder
from storage.linking.passages import passage_hash, passages
from storage.linking.titles import plain_titles
from storage.models import PostRow, PostVectorRow

BATCH = 64  # passages that are encoded at a time, on all cores, and committed: an interruption loses no more


@dataclass(frozen=True)
class _Missing:
    post: int
    place: int
    text: str


def encode_posts(
    database: Database,
    encoder: Encoder,
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> int:
    """Make every vector that is missing, and return how many there were; `progress` gets done and total.

    A post's plain title depends on the other posts' titles, so that a few old posts may be read again when
    new ones come. Safe to break off: what is made is kept.
    """
    with database.read() as session:
        missing = _missing(session, encoder.name)
    progress(0, len(missing))
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        vectors = encoder.passages([passage.text for passage in batch if passage.text])
        with database.write() as session:
            _save(session, batch, vectors.astype("<f2"), encoder.name)
        progress(start + len(batch), len(missing))
    return len(missing)


def _missing(session: Session, encoder: str) -> list[_Missing]:
    known = {
        (post, place): text_hash
        for post, place, text_hash in session.execute(
            select(PostVectorRow.post_id, PostVectorRow.place, PostVectorRow.text_hash).where(
                PostVectorRow.encoder == encoder
            )
        )
    }
    # Newest first: they are the likeliest to be linked while the rest is still to come.
    posts = session.execute(select(PostRow.id, PostRow.title, PostRow.text).order_by(PostRow.id.desc())).all()
    titles = plain_titles([title for _, title, _ in posts])
    return [
        _Missing(post, place, text)
        for (post, _, body), title in zip(posts, titles, strict=True)
        for place, text in enumerate(passages(title, body.split("\n\n")))
        if known.get((post, place)) != (passage_hash(text) if text else "")
    ]


def _save(session: Session, batch: list[_Missing], vectors: np.ndarray, encoder: str) -> None:
    there = set(session.scalars(select(PostRow.id).where(PostRow.id.in_({p.post for p in batch}))))
    made = iter(vectors)
    rows = [
        PostVectorRow(
            post_id=passage.post,
            place=passage.place,
            text_hash=passage_hash(passage.text) if passage.text else "",
            encoder=encoder,
            vector=next(made).tobytes() if passage.text else b"",
        )
        for passage in batch
    ]
    for row in rows:
        session.execute(
            delete(PostVectorRow).where(
                PostVectorRow.post_id == row.post_id, PostVectorRow.place == row.place
            )
        )
    session.add_all(row for row in rows if row.post_id in there)  # one may have been removed meanwhile
