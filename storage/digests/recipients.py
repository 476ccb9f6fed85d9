"""Since when each recipient of digests is known."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import RecipientRow


def known_since(session: Session, recipients: Collection[str], now: datetime) -> dict[str, datetime]:
    """Since when these are known, those who are; a time to come was noted by a clock that was wrong."""
    query = select(RecipientRow.name, RecipientRow.known_since).where(
        RecipientRow.name.in_(recipients), RecipientRow.known_since <= now
    )
    return {row.name: row.known_since for row in session.execute(query)}


def get_to_know(session: Session, recipients: Collection[str], since: datetime) -> None:
    """Note since when these are known."""
    for name in recipients:
        session.merge(RecipientRow(name=name, known_since=since))
