"""Compacting: giving back the room that removed rows left, and how large a database is."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from storage.engine import Database
from storage.errors import StorageError

FREE = 0.2  # of the pages, from which on the file is written anew
READERS = 1000  # milliseconds that readers are waited for; writers wait as long


@dataclass(frozen=True)
class Compacted:
    """The size of a database, in bytes, before and after."""

    before: int
    after: int


def database_size(session: Session) -> int:
    """How many bytes a database takes on its disk, with SQLite's log beside it."""
    bind = session.get_bind()
    if bind.dialect.name == "postgresql":
        return int(session.scalars(text("SELECT pg_database_size(current_database())")).one())
    pages, bytes_a_page = (
        int(session.scalars(text(f"PRAGMA {of}")).one()) for of in ("page_count", "page_size")
    )
    try:
        log = Path(f"{bind.engine.url.database}-wal").stat().st_size
    except FileNotFoundError:
        log = 0
    return pages * bytes_a_page + log


def compact(database: Database) -> Compacted:
    """Compact a database as far as it needs it. To be called on the writer's thread; readers go on meanwhile.

    SQLite: a file with more than a fifth of free pages is written anew, which takes as much room again on the
    disk. What is kept is written at about 200 MB a second; who else wants to write waits for it.

    PostgreSQL: nothing. Its autovacuum does that as rows change; a VACUUM FULL would keep readers out.

    Raises `StorageError` if the database cannot be written.
    """
    with database.read() as session:
        before = database_size(session)
    if database.engine.dialect.name == "sqlite":
        _compact_sqlite(database)
    with database.read() as session:
        return Compacted(before, database_size(session))


def _compact_sqlite(database: Database) -> None:
    # The driver's own connection: VACUUM runs in no transaction, and SQLAlchemy begins one.
    pooled = database.engine.raw_connection()
    connection = pooled.driver_connection
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 - for the type
    try:
        # Bounded as SQLite advises; statistics let it choose the right index.
        connection.execute("PRAGMA analysis_limit=400")
        connection.execute("PRAGMA optimize=0x10002")
        pages, free = (
            connection.execute(f"PRAGMA {of}").fetchone()[0] for of in ("page_count", "freelist_count")
        )
        if free > FREE * pages:
            connection.execute("PRAGMA temp_store=FILE")  # the new file may be larger than memory
            connection.execute("VACUUM")
        # A log that a reader still needs is left for the next time: all writers would wait for that reader.
        connection.execute(f"PRAGMA busy_timeout={READERS}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise StorageError(f"the database could not be compacted: {error}") from error
    finally:
        pooled.invalidate()  # its pragmas are not for others
        pooled.close()
