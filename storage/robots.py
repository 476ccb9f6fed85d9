"""What sites' robots.txt said when they were last fetched, kept so that each is asked once a day."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.insert import insert_new, storable
from storage.models import RobotsRow


def known_robots(session: Session, since: datetime) -> dict[str, tuple[str, datetime]]:
    """The text of each site's robots.txt that was fetched since a time, and when; by origin."""
    query = select(RobotsRow.origin, RobotsRow.text, RobotsRow.fetched_at).where(
        RobotsRow.fetched_at >= since
    )
    return {origin: (text, fetched_at) for origin, text, fetched_at in session.execute(query)}


def remember_robots(session: Session, found: Mapping[str, tuple[str, datetime]], before: datetime) -> None:
    """Keep what was fetched, and forget what was fetched before a time."""
    stale: Iterable[str] = list(found)
    session.execute(delete(RobotsRow).where(RobotsRow.origin.in_(stale) | (RobotsRow.fetched_at < before)))
    rows = [
        {"origin": origin, "text": storable(text), "fetched_at": fetched_at}
        for origin, (text, fetched_at) in found.items()
    ]
    insert_new(session, RobotsRow, rows)
