"""One daemon a database: a lock that the operating system or the server frees when its holder dies."""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from storage.engine import Database
from storage.errors import HeldError, StorageError

# Any number that other programs on the same PostgreSQL server are unlikely to lock: "chipwatc" in ASCII.
ADVISORY_KEY = int.from_bytes(b"chipwatc")


@contextlib.contextmanager
def held(database: Database) -> Iterator[Callable[[], bool]]:
    """Hold the database as its one daemon for the length of the block.

    Gives a function that asks whether it is still held: a server forgets a hold when its connection breaks.
    Raises `HeldError`, naming the process where it is known, if another daemon holds it, `StorageError` if
    the lock cannot be made.
    """
    if database.engine.dialect.name == "sqlite":
        with _file_lock(Path(f"{database.engine.url.database}.lock")):
            yield lambda: True  # the operating system keeps it as long as this process lives
    else:
        with _advisory_lock(database) as still_held:
            yield still_held


@contextlib.contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    try:
        file = path.open("a+")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise HeldError(
                f"another daemon already runs on this database (process {holder}); stop it first"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextlib.contextmanager
def _advisory_lock(database: Database) -> Iterator[Callable[[], bool]]:
    # A session's lock: it lives as long as this connection does, outside any transaction.
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    key = {"key": ADVISORY_KEY}
    with engine.connect() as connection:

        def still_held() -> bool:
            query = text(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
            )
            try:
                return bool(connection.scalar(query))
            except SQLAlchemyError:
                return False

        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key):
            raise HeldError("another daemon already runs on this database; stop it first")
        try:
            yield still_held
        finally:
            with contextlib.suppress(SQLAlchemyError):  # lost with its connection: nothing to give back
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
