"""INSERT … ON CONFLICT DO NOTHING for the dialect at hand, and texts that both databases take."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.models import Base

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

PARAMETERS = 20_000  # bound values a statement; SQLite takes 32,766, PostgreSQL 65,535


def insert_new(
    session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]], returning: Sequence[Any] = ()
) -> list[Any]:
    """Insert the rows that break no unique constraint, in as few statements as the database takes.

    Returns the `returning` columns of those that were inserted. All rows must have the same keys.
    """
    if not rows:
        return []
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    at_once = max(1, PARAMETERS // len(rows[0]))
    inserted: list[Any] = []
    for start in range(0, len(rows), at_once):
        statement = insert(table).values(rows[start : start + at_once]).on_conflict_do_nothing()
        if returning:
            inserted += session.execute(statement.returning(*returning)).all()
        else:
            session.execute(statement)
    return inserted


def storable(text: str) -> str:
    """A text without what a database refuses: NUL characters (PostgreSQL) and lone surrogates."""
    return _UNSTORABLE.sub("", text)
