"""One daemon a database: a lock that the operating system or the server frees when its holder dies."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text

from storage.engine import Database
from storage.errors import HeldError

# Any number that other programs on the same PostgreSQL server are unlikely to lock: "chipwatc" in ASCII.
ADVISORY_KEY = int.from_bytes(b"chipwatc")


@contextlib.contextmanager
def held(database: Database) -> Iterator[None]:
    """Hold the database as its one daemon for the length of the block.

    Raises `HeldError`, naming the process where it is known, if another daemon holds it.
    """
    url = database.engine.url
    if database.engine.dialect.name == "sqlite":
        with _file_lock(Path(f"{url.database}.lock")):
            yield
    else:
        with _advisory_lock(database):
            yield


@contextlib.contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    with path.open("a+") as file:
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
def _advisory_lock(database: Database) -> Iterator[None]:
    # A session's lock: it lives as long as this connection does, outside any transaction.
    with database.engine.connect() as connection:
        key = {"key": ADVISORY_KEY}
        taken = connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key)
        connection.commit()
        if not taken:
            raise HeldError("another daemon already runs on this database; stop it first")
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
            connection.commit()
