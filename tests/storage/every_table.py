"""Rows for every table there is, with what is hard to copy in every kind of column."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Column, Date, Float, Integer, LargeBinary, Text, insert, select
from sqlalchemy.types import JSON

from storage.copying import AT_ONCE
from storage.engine import Database
from storage.models import Base, UtcDateTime

ROWS = AT_ONCE + 2  # of each table, so that each takes more than one chunk
STEP = 7  # between ids


def fill(database: Database) -> None:
    """Fill every table; where a column may be empty, it is in the first row."""
    with database.write() as session:
        for table in Base.metadata.sorted_tables:
            rows = [{column.name: _value(column, n) for column in table.columns} for n in range(ROWS)]
            session.connection().execute(insert(table), rows)


def rows_of(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All rows by table, in the order of their keys."""
    with database.read() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
        }


def _value(column: Column[Any], n: int) -> Any:
    """What a column holds in row n."""
    if column.nullable and n == 0:
        return None
    # Keys first: a row refers to the one of its own number.
    if isinstance(column.type, Integer):
        return n * STEP + 1
    words = f"{n} {column.table.name} {column.name}: 半导体 반도체 \U0001f600\u202e \" 'x' \\ % :a\n\t"
    if isinstance(column.type, Boolean):
        return n % 2 == 1
    if isinstance(column.type, Float):
        return n / 3 + 1e-17
    if isinstance(column.type, Date):
        return date(2026, 1, 1) + timedelta(days=n)
    if isinstance(column.type, UtcDateTime):
        return datetime(1970 + n % 80, 2, 28, 23, 59, 59, n, tzinfo=UTC)
    if isinstance(column.type, LargeBinary):
        return bytes(range(256)) * (n % 3)
    if isinstance(column.type, JSON):
        return [[], {"a": [n, 0.1, None, True, words]}, [words, str(n)], [n]][n % 4]
    assert isinstance(column.type, Text), f"what to write into {column}?"
    return words
