"""Which items are to be linked: those that wait, and those that are behind what the blog says now."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from storage.models import ItemRow, PostRow

REMEMBERED = timedelta(days=30)  # news that a post which is imported later is still linked to


def waiting_items(session: Session, most: int) -> Sequence[ItemRow]:
    """Items that were not linked yet or have changed since, in order of time."""
    waiting = select(ItemRow).where(ItemRow.linked_at.is_(None))
    return session.scalars(waiting.order_by(ItemRow.moment, ItemRow.id).limit(most)).all()


def count_waiting(session: Session) -> int:
    """How many items wait."""
    return session.scalar(select(func.count()).where(ItemRow.linked_at.is_(None))) or 0


def items_behind(
    session: Session, now: datetime, newest: datetime | None, set_by: str, most: int
) -> Sequence[ItemRow]:
    """Linked items of the last 30 days that other settings linked, or before the newest post was imported."""
    behind = select(ItemRow).where(*_behind(now, newest, set_by))
    return session.scalars(behind.order_by(ItemRow.moment, ItemRow.id).limit(most)).all()


def any_behind(session: Session, now: datetime, set_by: str) -> bool:
    """Whether there are such items."""
    newest = session.scalar(select(func.max(PostRow.imported_at)))
    return session.scalar(select(ItemRow.id).where(*_behind(now, newest, set_by)).limit(1)) is not None


def _behind(now: datetime, newest: datetime | None, set_by: str) -> list[ColumnElement[bool]]:
    # A post from the future, by a clock that was wrong, must not bring the same items up for ever.
    newer = [ItemRow.linked_at < min(newest, now)] if newest is not None else []
    return [
        ItemRow.linked_at.is_not(None),
        ItemRow.backlog.is_(False),
        ItemRow.moment >= now - REMEMBERED,
        or_(ItemRow.linked_by != set_by, *newer),
    ]
