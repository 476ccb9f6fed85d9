"""One daemon a database: a lock that the operating system or the server frees when its holder dies."""

import contextlib
import fcntl
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from storage.engine import Database
from storage.errors import HeldError, StorageError

# Any number that other programs on the same PostgreSQL server are unlikely to lock: "chipwatc" in ASCII.
ADVISORY_KEY = int.from_bytes(b"chipwatc")

# A lock's key of 64 bits stands in two columns: https://www.postgresql.org/docs/current/view-pg-locks.html
_HOLDER = text(
    "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' "
    "AND granted AND objsubid = 1 AND classid::bigint = :high AND objid::bigint = :low "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@contextlib.contextmanager
def held(database: Database) -> Iterator[Callable[[], bool]]:
    """Hold the database as its one daemon for the length of the block.

    Gives a function that asks whether it is still held: a server forgets a hold when its connection breaks.
    Raises `HeldError`, naming process and host, if another daemon holds it, `StorageError` if the lock cannot
    be made.
    """
    if database.engine.dialect.name == "sqlite":
        file = Path(database.engine.url.database or "").resolve()  # through another link it is the same one
        with _file_lock(file.with_name(f"{file.name}.lock")):
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
            raise _refusal(file.read()) from error
        file.truncate(0)
        file.write(_this_process())
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
            parts = {"high": ADVISORY_KEY >> 32, "low": ADVISORY_KEY & 0xFFFFFFFF}
            raise _refusal(connection.scalar(_HOLDER, parts) or "")
        connection.execute(
            text("SELECT set_config('application_name', :name, false)"), {"name": _this_process()}
        )
        try:
            yield still_held
        finally:
            with contextlib.suppress(SQLAlchemyError):  # lost with its connection: nothing to give back
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)


def _this_process() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"[:63]  # PostgreSQL keeps no more of a name


def _refusal(holder: str) -> HeldError:
    named = f" ({holder.strip()})" if holder.strip() else ""
    return HeldError(f"another daemon already runs on this database{named}; stop it first")
