"""The one way to the database: opening it, reading, and writing on a single thread.

SQLite runs in WAL mode with every commit synced. A writer begins with BEGIN IMMEDIATE, so that reading
first and writing later in one transaction waits for another process's lock instead of failing at once.
"""

import asyncio
import re
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session as Session  # handed on: what functions of the store take

from storage.errors import StorageError
from storage.migrations import is_current, migrate

P = ParamSpec("P")
R = TypeVar("R")

WRITER_KEY = int.from_bytes(b"chipwrit")
BUSY_SECONDS = 30.0  # how long a writer waits for another process's lock


class Database:
    """An open, migrated database. Whatever goes wrong with it later raises `StorageError`.

    `read()` and `write()` are sessions for plain code. Code on the event loop uses `reading` and `writing`,
    which run a function on a thread; all writes share one thread, since a second writer only waits for the
    lock of the first (held by tests/storage/test_engine.py).
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = engine.execution_options(chipwatch_writes=True)
        # SQLite's readers see one state anyway; PostgreSQL's default shows each statement another.
        one_state = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
        self._reading = engine.execution_options(**one_state)
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="storage-writer")
        self._readers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="storage-reader")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state of the database; nothing it changes is kept."""
        with self._said(), Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that is committed at the end of the block, or rolled back if it raises."""
        with self._said(), Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _said(self) -> Iterator[None]:
        """What the database says when it cannot go on, as one line: locked, full, damaged, gone."""
        try:
            yield
        except DBAPIError as error:
            raise StorageError(f"the database {_shown(self.engine.url)} failed: {_cause(error)}") from error

    async def reading(
        self, function: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run `function(session, ...)` on a reader's thread."""

        def run() -> R:
            with self.read() as session:
                return function(session, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    async def writing(
        self, function: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run `function(session, ...)` on the writer's thread and commit; returns once it is committed."""

        def run() -> R:
            with self.write() as session:
                return function(session, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._writer, run)

    async def between_writes(self, function: Callable[["Database"], R]) -> R:
        """Run `function(database)` on the writer's thread, in no transaction; other writes wait."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, function, self)

    def close(self) -> None:
        """Wait for writes under way and let go of every connection."""
        self._writer.shutdown()
        self._readers.shutdown()
        self.engine.dispose()

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_database(url: str, *, passing: bool = False) -> Database:
    """Open the database at a SQLAlchemy URL, made or migrated to the present schema.

    `passing` is for a SQLite file that nobody else opens and that is thrown away if anything fails, such as a
    backup in the making: it has no log beside it, and is not synced.

    Raises `StorageError` if the URL is no database's, or the database cannot be reached or written.
    """
    try:
        where = make_url(url)
        if where.get_backend_name() not in ("sqlite", "postgresql"):
            raise StorageError(
                f"[storage] url: {where.get_backend_name()} is no database we know; use sqlite or postgresql"
            )
        if where.get_backend_name() == "sqlite" and where.database in (None, "", ":memory:"):
            raise StorageError("[storage] url: a database in memory is gone at once; give a file")
        engine = create_engine(where, connect_args=_connect_args(where.get_backend_name()))
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        shown = re.sub(".*@", "***@", url, flags=re.DOTALL)  # it may hold a password, even if it is no URL
        raise StorageError(
            f"[storage] url: {shown!r} is not a database; write sqlite:///chipwatch.db or postgresql+psycopg://…"
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_passing if passing else _prepare_sqlite)
    event.listen(engine, "begin", _begin)
    database = Database(engine)
    try:
        with database._reading.connect() as connection:
            current = is_current(connection)
        if not current:
            with database._writing.begin() as connection:
                migrate(connection)
    except (SQLAlchemyError, sqlite3.Error, ValueError, TypeError) as error:
        database.close()
        raise StorageError(
            f"the database {_shown(where)} cannot be used: {_cause(error)}; check [storage] url"
        ) from error
    except StorageError:
        database.close()
        raise
    return database


def _shown(url: URL) -> str:
    """A database's URL as it may be shown: the password is hidden."""
    return url.render_as_string()


def _cause(error: Exception) -> str:
    return (str(getattr(error, "orig", error)).strip().splitlines() or [type(error).__name__])[0]


def _connect_args(backend: str) -> dict[str, Any]:
    return {"timeout": BUSY_SECONDS} if backend == "sqlite" else {"connect_timeout": 10}


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    _set(connection, "journal_mode=WAL", "synchronous=FULL")


def _prepare_passing(connection: sqlite3.Connection, _record: object) -> None:
    _set(connection, "journal_mode=MEMORY", "synchronous=OFF")


def _set(connection: sqlite3.Connection, *pragmas: str) -> None:
    # The driver's own transactions begin too late, at the first write; ours begin in _begin.
    connection.isolation_level = None
    for pragma in (*pragmas, "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("chipwatch_writes", False)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    elif writes:
        # What BEGIN IMMEDIATE does on SQLite: of all processes one writes at a time.
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_KEY})")
