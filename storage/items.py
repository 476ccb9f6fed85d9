"""Items, as sources give them and as they are stored, and the text of their own pages."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from storage.entry import MAX_TEXT
from storage.insert import storable
from storage.models import ItemRow, LinkRow

TEASER = 400  # characters; an item with less text than this is worth a look at its own page
MAX_ARTICLE_FAILURES = 3


@dataclass(frozen=True)
class ItemPage:
    """An item, and where its own page is."""

    id: int
    url: str


@dataclass(frozen=True)
class Stored:
    """What storing a source's entries did."""

    new: tuple[ItemPage, ...] = ()
    known: int = 0
    changed: int = 0  # of the known ones
    backlog: int = 0  # of the new ones: too old for follow-ups when their source was first read


def wanting_article(session: Session, *, since: datetime, limit: int) -> list[ItemPage]:
    """Items with a teaser only that are linked to some post, first seen since then, their pages unread.

    Newest first; those that could not be fetched before come last, and not for ever.
    """
    query = (
        select(ItemRow.id, ItemRow.url)
        .where(
            exists().where(LinkRow.item_id == ItemRow.id),
            ItemRow.article_asked_at.is_(None),
            ItemRow.article_failures < MAX_ARTICLE_FAILURES,
            func.length(ItemRow.text) < TEASER,
            ItemRow.first_seen >= since,
        )
        .order_by(ItemRow.article_failures, ItemRow.moment.desc(), ItemRow.id)
        .limit(limit)
    )
    return [ItemPage(item_id, url) for item_id, url in session.execute(query)]


def record_article_failure(session: Session, item_id: int) -> None:
    """Note that an item's own page could not be fetched; it is tried again at a later crawl."""
    row = session.get(ItemRow, item_id)
    if row is not None:
        row.article_failures += 1


def store_article(session: Session, item_id: int, text: str | None, now: datetime) -> None:
    """Keep the text of an item's own page, or that the page had none; the item waits for the linker again."""
    row = session.get(ItemRow, item_id)
    if row is None:
        return
    row.article_asked_at = now
    if text:
        row.article = storable(text)[:MAX_TEXT]
        row.linked_at = None


def count_items_since(session: Session, when: datetime | None) -> int:
    """How many items were first seen since then, or ever."""
    query = select(func.count()).select_from(ItemRow)
    return session.scalar(query if when is None else query.where(ItemRow.first_seen > when)) or 0
