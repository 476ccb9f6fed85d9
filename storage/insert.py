"""INSERT … ON CONFLICT DO NOTHING for the dialect at hand, and texts that both databases take."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Insert
from sqlalchemy.orm import Session

from storage.models import Base

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

PARAMETERS = 20_000  # bound values a statement; SQLite takes 32,766, PostgreSQL 65,535


def insert_new(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows that break no unique constraint. All rows must have the same keys."""
    if rows:
        # On the connection: as a statement of the session it would be compiled anew for each number of rows.
        _insert_many(session.connection(), _insert(session, table), rows)


def _insert(session: Session, table: type[Base]) -> Insert:
    if session.get_bind().dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects import postgresql  # not loaded where it is not used

    return postgresql.insert(table).on_conflict_do_nothing()


def _insert_many(connection: Connection, statement: Insert, rows: Sequence[Mapping[str, Any]]) -> None:
    """Hand the rows to the driver as it takes them.

    SQLAlchemy makes ready each value of each row anew, which takes three times as long as SQLite takes to
    store them; most times and all ids of a crawl are the same few.
    """
    dialect = connection.dialect
    compiled = statement.compile(dialect=dialect, column_keys=list(rows[0]))
    names = getattr(compiled, "positiontup", None)  # none on PostgreSQL, whose driver takes names
    if names is None or not set(names) <= rows[0].keys():
        connection.execute(statement, list(rows))
        return
    ready = []
    for name in names:
        values = [row[name] for row in rows]
        processor = statement.table.columns[name].type.dialect_impl(dialect).bind_processor(dialect)
        if processor is not None:
            try:
                each = {value: processor(value) for value in set(values)}
                values = [each[value] for value in values]
            except TypeError:  # a list, for a column of JSON
                values = [processor(value) for value in values]
        ready.append(values)
    connection.exec_driver_sql(str(compiled), list(zip(*ready, strict=True)))


def storable(text: str) -> str:
    """A text without what a database refuses: NUL characters (PostgreSQL) and lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _UNSTORABLE.sub("", text)
    return text.replace("\0", "") if "\0" in text else text
