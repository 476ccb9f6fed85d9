"""Stored items as the linker reads them, with the vectors that are kept of them."""

import hashlib
from collections.abc import Sequence

import numpy as np
from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from storage.linking.encoder import Encoder, Vectors
from storage.linking.index import PostIndex
from storage.linking.news import OPENING_ENCODED, Encoded, NewsItem, Reading, encode, read_news, with_vectors
from storage.models import ItemRow, ItemVectorRow


def news_of(row: ItemRow) -> NewsItem:
    """A stored item as the linker reads it: with the longer of its own text and that of its page."""
    text = max(row.article or "", row.text, key=len)
    return NewsItem(str(row.id), row.title, text, row.language, row.moment)


def opening_column() -> ColumnElement[str]:
    """The beginning of the text that `news_of` gives an item."""
    article = func.coalesce(ItemRow.article, "")
    text = case((func.length(article) >= func.length(ItemRow.text), article), else_=ItemRow.text)
    return func.substr(text, 1, OPENING_ENCODED)


def read_stored(
    session: Session, rows: Sequence[ItemRow], index: PostIndex, encoder: Encoder | None
) -> list[tuple[Reading, Encoded | None]]:
    """The items as read, and their vectors, if the index has any: those that are kept, or new ones."""
    items = [news_of(row) for row in rows]
    readings = [read_news(item, index.vocabulary) for item in items]
    if encoder is None or index.vectors is None or not rows:
        return [(reading, None) for reading in readings]
    kept = {
        vectors.item_id: vectors
        for vectors in session.scalars(
            select(ItemVectorRow).where(
                ItemVectorRow.item_id.in_([row.id for row in rows]), ItemVectorRow.encoder == encoder.name
            )
        )
    }
    known: list[Encoded | None] = [
        encoded_in(kept[row.id]) if row.id in kept and kept[row.id].text_hash == item_hash(item) else None
        for row, item in zip(rows, items, strict=True)
    ]
    missing = [item for item, encoded in zip(items, known, strict=True) if encoded is None]
    made = iter(encode(missing, encoder, index.vocabulary.names, index.written) if missing else ())
    encoded = [vectors if vectors is not None else next(made) for vectors in known]
    return [(with_vectors(*pair), pair[1]) for pair in zip(readings, encoded, strict=True)]


def vector_row(item: int, news: NewsItem, encoder: str, encoded: Encoded) -> ItemVectorRow:
    """The vectors of an item, by its id, as they are stored."""
    title, opening = (vector.astype("<f2").tobytes() for vector in (encoded.title, encoded.opening))
    return ItemVectorRow(
        item_id=item, text_hash=item_hash(news), encoder=encoder, title=title, opening=opening
    )


def encoded_in(row: ItemVectorRow) -> Encoded:
    """The vectors that a row holds."""
    return Encoded(_vector(row.title), _vector(row.opening))


def item_hash(news: NewsItem) -> str:
    """Tells whether an item is the one that its vectors were made of."""
    return hashlib.blake2b(f"{news.title}\n{news.text}".encode("utf-8", "replace"), digest_size=8).hexdigest()


def _vector(data: bytes) -> Vectors:
    return np.frombuffer(data, dtype="<f2").astype(np.float32)
