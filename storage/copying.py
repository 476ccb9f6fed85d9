"""Copying all rows of one database into another, of either kind: for backups, restores and moves."""

from typing import Any

from sqlalchemy import Boolean, Column, Float, Integer, LargeBinary, delete, func, insert, select
from sqlalchemy.orm import Session

from storage.models import Base, FollowupRow, ItemRow, PostRow

AT_ONCE = 200  # rows read and written together: a digest of 100 kB each is 20 MB of memory

# All others are kept as text; a float without a fraction may be kept as an integer.
_STORED = {
    LargeBinary: ("blob",),
    Integer: ("integer",),
    Boolean: ("integer",),
    Float: ("real", "integer"),
}

Counts = dict[str, int]  # rows by table


def copy_rows(source: Session, target: Session) -> Counts:
    """Copy every row of every table, in place of what the target holds; returns how many of each table.

    Both have the present schema. What is copied is one state, that of the source's transaction; tables come
    in the order of their foreign keys. On PostgreSQL new ids go on after the highest one copied.
    """
    tables = Base.metadata.sorted_tables
    for table in reversed(tables):
        target.execute(delete(table))
    counts: Counts = {}
    for table in tables:
        counts[table.name] = 0
        found = source.execute(select(table), execution_options={"yield_per": AT_ONCE})
        for rows in found.mappings().partitions():
            target.connection().execute(insert(table), [dict(row) for row in rows])
            counts[table.name] += len(rows)
    if target.get_bind().dialect.name == "postgresql":
        _go_on_counting(target)
    return counts


def check_values(source: Session) -> None:
    """Raise `ValueError` if a column of an SQLite database holds what is not of its kind.

    SQLite itself keeps anything in any column.
    """
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            stored = func.typeof(column)
            wrong = source.scalar(select(stored).where(stored.not_in((*_kinds(column), "null"))).limit(1))
            if wrong is not None:
                raise ValueError(f"{wrong} as {column}")


def _kinds(column: Column[Any]) -> tuple[str, ...]:
    """In which forms SQLite keeps the values of a column."""
    for kind, stored in _STORED.items():
        if isinstance(column.type, kind):
            return stored
    return ("text",)


def _go_on_counting(session: Session) -> None:
    """Rows that came with their ids did not move PostgreSQL's counters."""
    for table in Base.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            counter = func.pg_get_serial_sequence(table.name, column.name)
            session.execute(select(func.setval(counter, select(func.max(column)).scalar_subquery())))


def is_unused(session: Session) -> bool:
    """Whether a database holds no item, no post and no follow-up."""
    first = (select(column).limit(1) for column in (ItemRow.id, PostRow.id, FollowupRow.id))
    return all(session.scalar(one) is None for one in first)
