"""Backups: a whole database as one SQLite file, whatever the store is, and back from it."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL
from sqlalchemy.orm import Session

from storage.copying import Counts, check_values, copy_rows, is_unused
from storage.engine import Database, open_database
from storage.errors import InputError, StorageError
from storage.holding import held
from storage.watch import forget_watch

_ENDINGS = ("-wal", "-shm", "-journal", ".lock")  # of files beside a database of SQLite, and of its hold


@dataclass(frozen=True)
class Backup:
    """What a backup holds."""

    size: int  # bytes
    rows: Counts


def write_backup(database: Database, file: Path, *, replace: bool = False) -> Backup:
    """Write all that the database holds at this moment to a file; others may write to it meanwhile.

    The file is whole or not there: in the making it is called `FILE.part`. Only its owner may read it.

    Raises `InputError` if the file is there and not to be replaced, is the database, or cannot be written,
    `StorageError` if one of the two databases fails.
    """
    part = file.with_name(f"{file.name}.part")
    try:
        _check(database, file, part, replace=replace)
        with _alone(part) as descriptor:
            with (
                database.read() as source,
                open_database(_sqlite(part), passing=True) as made,
                made.write() as target,
            ):
                rows = copy_rows(source, target)
            os.fsync(descriptor)
            part.replace(file)
            _sync_folder(file.parent)
            return Backup(os.fstat(descriptor).st_size, rows)
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}") from error


def _check(database: Database, file: Path, part: Path, *, replace: bool) -> None:
    """Raise `InputError` unless a backup may be written to a file."""
    if file.is_dir():
        raise InputError(f"{file} is a folder; name a file in it")
    if any(_is_of(database, path) for path in (file, part)):
        raise InputError(f"{file} is the database itself, or a part of it; name another file")
    if file.exists() and not file.is_file():
        raise InputError(f"{file} is no file that can be replaced; name another one")
    if file.exists() and not replace:
        raise InputError(f"{file} is there already; name another file, or replace it with --force")


def restore_backup(database: Database, file: Path) -> Counts:
    """Copy a backup into a database that holds nothing yet, all of it or nothing.

    The file is only read: it is brought to the present schema in a copy. Returns the rows of each table.

    Raises `InputError` if the file is no backup of this version or an earlier one, `HeldError` if a daemon
    runs on the database, `StorageError` if that holds something already, or fails.
    """
    try:
        there, same = file.is_file(), _is_of(database, file)
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from error
    if not there:
        raise InputError(f"there is no file {file}")
    if same:
        raise InputError(f"{file} is the database itself; name a backup")
    with held(database), _opened(file, _room(database)) as source, database.write() as target:
        if not is_unused(target):
            raise StorageError(
                "the database holds news or posts already; move it away, or set another [storage] url"
            )
        try:
            check_values(source)
            counts = copy_rows(source, target)
            forget_watch(target)  # the daemon of then, and what it was at
            return counts
        except (ValueError, TypeError, RecursionError) as error:  # no date, no JSON
            raise InputError(f"{file} cannot be restored: it holds a wrong value ({error})") from error


@contextmanager
def _opened(file: Path, room: Path | None) -> Iterator[Session]:
    """A copy of a backup, in a folder with room for it, read in the present schema."""
    try:
        made = TemporaryDirectory(prefix="chipwatch-", dir=room)
    except OSError as error:
        raise StorageError(f"there is no place for a copy of the backup: {error.strerror}") from error
    with made as folder:
        copy = Path(folder) / "backup.db"
        _copy_out(file, copy)
        try:
            opened = open_database(_sqlite(copy), passing=True)
        except StorageError as error:
            raise InputError(f"{file} cannot be restored: {error}") from error
        with opened, opened.read() as session:
            yield session


def _copy_out(file: Path, copy: Path) -> None:
    """Copy a backup as SQLite does, which takes no lock of a writer for part of the file."""
    read_only = f"{file.resolve().as_uri()}?mode=ro"
    try:
        with (
            closing(sqlite3.connect(read_only, uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            found = target.execute("PRAGMA integrity_check(1)").fetchone()[0]
            named, foreign = target.execute(
                "SELECT count(*) FILTER (WHERE name = 'alembic_version'), "
                "count(*) FILTER (WHERE type IN ('view', 'trigger') OR sql LIKE 'CREATE VIRTUAL %') "
                "FROM sqlite_schema"
            ).fetchone()
    except sqlite3.Error as error:
        raise InputError(f"{file} cannot be read as a backup: {error}") from error
    if found != "ok":
        raise InputError(f"{file} is damaged: {found}")
    if not named or foreign:  # what is not only data would be run
        raise InputError(f"{file} is no backup of chipwatch, but another program's database")


@contextmanager
def _alone(part: Path) -> Iterator[int]:
    """An empty file for this process alone, removed if the block raises; gives its descriptor.

    One that a killed process left is taken over.
    """
    # A link that somebody laid there would lead to another file.
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        _lock(descriptor, part)
        try:
            os.fchmod(descriptor, 0o600)
            os.ftruncate(descriptor, 0)
            yield descriptor
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    finally:
        os.close(descriptor)


def _lock(descriptor: int, part: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The one that held it may have finished, and this be the backup that it renamed.
        mine = os.path.samestat(os.fstat(descriptor), part.stat())
    except (BlockingIOError, FileNotFoundError):
        mine = False
    if not mine:
        raise InputError(f"{part} is being written by another backup; wait for it, or name another file")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sqlite(file: Path) -> str:
    return URL.create("sqlite", database=str(file)).render_as_string()


def _is_of(database: Database, file: Path) -> bool:
    """Whether a file is the one that the database lies in, or one of those that belong to it."""
    own = _own_file(database)
    if own is None:
        return False
    beside = {f"{own.name}{ending}" for ending in _ENDINGS}
    if file.name in beside and file.parent.samefile(own.parent):
        return True
    return file.exists() and own.samefile(file)


def _own_file(database: Database) -> Path | None:
    url = database.engine.url
    return Path(url.database).resolve() if url.get_backend_name() == "sqlite" and url.database else None


def _room(database: Database) -> Path | None:
    """Where there is room for a copy of a backup: beside the database, or else where the system says."""
    own = _own_file(database)
    return None if own is None else own.parent
