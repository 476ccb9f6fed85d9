"""Backups are whole or not there, hold one state, and give back every row, also on the other database."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, NullPool, create_engine, event, text
from sqlalchemy.types import JSON

from storage import migrations
from storage.backup import restore_backup, write_backup
from storage.copying import is_unused
from storage.engine import Database, open_database
from storage.errors import HeldError, InputError, StorageError
from storage.holding import held
from storage.models import Base, FollowupRow, ItemRow, PostRow, SourceRow, StoryRow
from tests.conftest import NOW
from tests.storage.conftest import add_post, add_story, count, known_source
from tests.storage.every_table import ROWS, STEP, fill, rows_of
from tests.storage.test_migrations import FIRST, THEN, upgrade

ROOT = Path(__file__).parents[2]
ALL = [table.name for table in Base.metadata.sorted_tables]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a backup is written to, in a folder of its own."""
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "a backup?.db"


@pytest.fixture
def kept(one_post: Path, file: Path) -> Path:
    """A backup of one post."""
    shutil.copy(one_post, file)
    return file


@pytest.fixture(scope="module")
def one_post(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What each `kept` is a copy of."""
    folder = tmp_path_factory.mktemp("one_post")
    with open_database(f"sqlite:///{folder / 'kept.db'}") as database:
        add_post(database)
        write_backup(database, folder / "backup.db")
    return folder / "backup.db"


def ask(file: Path, query: str) -> list[tuple[object, ...]]:
    """What SQLite itself finds in a file."""
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute(query).fetchall()
        connection.commit()
        return found


def test_every_row_comes_back_on_either_database(database: Database, another_url: str, file: Path) -> None:
    fill(database)
    before = rows_of(database)
    assert write_backup(database, file).rows == dict.fromkeys(ALL, ROWS)
    with open_database(another_url) as other:
        assert restore_backup(other, file) == dict.fromkeys(ALL, ROWS)
        # But for the daemon that ran on the other one, and what it was at.
        assert rows_of(other) == before | {"watch": [], "job": []}


def test_no_column_could_hold_two_kinds_of_nothing() -> None:
    """SQL's NULL and JSON's would both be None when they are copied."""
    assert [
        c for t in Base.metadata.sorted_tables for c in t.columns if isinstance(c.type, JSON) and c.nullable
    ] == []


def test_new_ids_go_on_after_the_highest_that_was_restored(
    database: Database, another_url: str, file: Path
) -> None:
    fill(database)
    write_backup(database, file)
    with open_database(another_url) as other:
        restore_backup(other, file)
        story = StoryRow(first_seen=NOW, last_seen=NOW)
        with other.write() as session:
            session.add(story)
        assert story.id == (ROWS - 1) * STEP + 2


def test_an_empty_database_is_backed_up_and_restored_too(
    database: Database, another_url: str, file: Path
) -> None:
    write_backup(database, file)
    with open_database(another_url) as other:
        assert sum(restore_backup(other, file).values()) == 0
        known_source(other)


def test_a_backup_is_one_private_sqlite_file_of_the_present_schema(database: Database, file: Path) -> None:
    fill(database)
    backup = write_backup(database, file)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert file.stat().st_mode & 0o777 == 0o600
    assert backup.size == file.stat().st_size
    assert ask(file, "SELECT version_num FROM alembic_version") == [(migrations.HEAD,)]
    assert ask(file, "PRAGMA journal_mode") == [("delete",)]  # it can be read where nothing can be written
    assert ask(file, "PRAGMA integrity_check") == [("ok",)]
    assert ask(file, "PRAGMA foreign_key_check") == []


def test_a_backup_holds_one_state_whatever_is_written_meanwhile(
    database: Database, database_url: str, file: Path
) -> None:
    add_story(database, {})
    written = 0

    def write_more(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        """Write a story and its items each time the backup is about to write one of its tables."""
        nonlocal written
        if statement.startswith("INSERT INTO") and not writing:
            writing.append(True)
            add_story(other, {})
            written += 1
            writing.clear()

    writing: list[bool] = []
    with open_database(database_url) as other:
        event.listen(Engine, "before_cursor_execute", write_more)
        try:
            backup = write_backup(database, file)
        finally:
            event.remove(Engine, "before_cursor_execute", write_more)
    assert count(database, StoryRow, ItemRow) == [1 + written, 1 + written]
    stories, *others = (backup.rows[table] for table in ("story", "item", "sighting"))
    assert others == [stories, stories]
    assert 1 <= stories < 1 + written
    assert ask(file, "PRAGMA foreign_key_check") == []


def test_a_backup_is_written_while_a_daemon_runs(database: Database, file: Path) -> None:
    with held(database):
        write_backup(database, file)


KILLED = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import Engine, event
from storage.backup import write_backup
from storage.engine import open_database

@event.listens_for(Engine, "before_cursor_execute")
def die(connection, cursor, statement, *_):
    if statement.startswith("INSERT INTO post"):
        os.kill(os.getpid(), signal.SIGKILL)

with open_database(sys.argv[1]) as database:
    write_backup(database, Path(sys.argv[2]))
"""


def test_a_killed_one_leaves_no_file_and_does_not_hold_up_the_next(
    database: Database, database_url: str, file: Path
) -> None:
    add_post(database)
    child = [sys.executable, "-c", KILLED, database_url, str(file)]
    assert subprocess.run(child, cwd=ROOT, check=False).returncode == -9  # noqa: S603 - our own words
    assert [path.name for path in file.parent.iterdir()] == [f"{file.name}.part"]
    assert write_backup(database, file).rows["post"] == 1
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_one_that_fails_leaves_what_was_there(
    database: Database, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kept.read_bytes()
    monkeypatch.setattr(
        "storage.backup.copy_rows", lambda _, target: target.execute(text("SELECT * FROM gone"))
    )
    with pytest.raises(StorageError, match="no such table"):
        write_backup(database, kept, replace=True)
    assert kept.read_bytes() == before
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_two_at_a_time_do_not_write_one_file(database: Database, kept: Path) -> None:
    with kept.with_name(f"{kept.name}.part").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(InputError, match="is being written by another backup"):
            write_backup(database, kept, replace=True)
    write_backup(database, kept, replace=True)


def test_what_is_there_is_replaced_only_on_demand(database: Database, kept: Path) -> None:
    before = kept.read_bytes()
    with pytest.raises(InputError, match=r"is there already.*--force"):
        write_backup(database, kept)
    assert kept.read_bytes() == before
    write_backup(database, kept, replace=True)
    assert ask(kept, "SELECT count(*) FROM post") == [(0,)]


def test_the_database_itself_is_never_replaced(tmp_path: Path) -> None:
    own = tmp_path / "own.db.part"
    (tmp_path / "link.db").symlink_to(own)
    with open_database(f"sqlite:///{own}") as database:
        add_post(database)
        for file in (own, tmp_path / "link.db", tmp_path / "own.db"):
            with pytest.raises(InputError, match="is the database itself"):
                write_backup(database, file, replace=True)
        with pytest.raises(InputError, match="is the database itself"):
            restore_backup(database, own)
        assert count(database, PostRow) == [1]


@pytest.mark.parametrize(
    ("name", "message"), [("gone/b.db", "cannot be written: No such file"), ("", "is a folder")]
)
def test_where_nothing_can_be_written_is_said_in_one_line(
    database: Database, tmp_path: Path, name: str, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        write_backup(database, tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_restore_takes_the_place_of_what_the_settings_brought(database: Database, kept: Path) -> None:
    known_source(database)
    assert restore_backup(database, kept)["source"] == 0
    with database.read() as session:
        assert not is_unused(session)
    assert count(database, SourceRow, PostRow) == [0, 1]


@pytest.mark.parametrize("what", [ItemRow, PostRow, FollowupRow])
def test_a_database_in_use_is_not_restored_over(database: Database, kept: Path, what: type[Base]) -> None:
    if what is ItemRow:
        add_story(database, {})
    else:
        add_post(database)
    before = rows_of(database)
    with pytest.raises(StorageError, match="holds news or posts already; move it away, or set another"):
        restore_backup(database, kept)
    assert rows_of(database) == before


def test_nothing_is_restored_under_a_daemon(database: Database, database_url: str, kept: Path) -> None:
    with open_database(database_url) as other, held(other), pytest.raises(HeldError, match="stop it first"):
        restore_backup(database, kept)
    assert count(database, PostRow) == [0]


def test_a_restore_that_breaks_off_leaves_nothing(database: Database, kept: Path) -> None:
    ask(kept, "INSERT INTO mention VALUES (4711, 'tsmc', 0, 0, 1)")  # of no post
    with pytest.raises(StorageError, match=r"(?i)foreign key"):
        restore_backup(database, kept)
    assert count(database, PostRow) == [0]
    ask(kept, "DELETE FROM mention")
    assert restore_backup(database, kept)["post"] == 1


def test_a_backup_is_only_read(database: Database, kept: Path) -> None:
    before, changed = kept.read_bytes(), kept.stat().st_mtime_ns
    restore_backup(database, kept)
    assert (kept.read_bytes(), kept.stat().st_mtime_ns) == (before, changed)
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_a_backup_of_the_first_release_is_migrated_and_stays_as_it_was(
    database: Database, file: Path
) -> None:
    engine = create_engine(URL.create("sqlite", database=str(file)), poolclass=NullPool)
    with engine.begin() as connection:
        upgrade(connection, FIRST)
        names = "id, file, title, url, text, file_hash, names_version, imported_at"
        values = f"9, 'a.md', 'A', '', '', '', '', '{THEN}'"
        connection.execute(text(f"INSERT INTO post ({names}) VALUES ({values})"))  # noqa: S608
    before = file.read_bytes()
    assert restore_backup(database, file)["post"] == 1
    assert file.read_bytes() == before
    with database.read() as session:
        assert session.get_one(PostRow, 9).imported_at == NOW


def test_a_live_database_with_its_log_can_be_restored_from(database: Database, tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path / 'live.db'}") as live:
        add_post(live)
        assert (tmp_path / "live.db-wal").stat().st_size > 0
        assert restore_backup(database, tmp_path / "live.db")["post"] == 1


def test_what_is_no_backup_is_refused_in_one_line(database: Database, kept: Path, tmp_path: Path) -> None:
    ask(tmp_path / "other.db", "CREATE TABLE bookmarks (url TEXT)")
    (tmp_path / "text.db").write_text("not a database " * 100)
    (tmp_path / "none.db").touch()
    (tmp_path / "cut.db").write_bytes(kept.read_bytes()[: kept.stat().st_size // 2])
    data = bytearray(kept.read_bytes())
    data[8192 : 8192 + 200] = b"\xff" * 200
    (tmp_path / "flipped.db").write_bytes(data)
    ask(kept, "UPDATE alembic_version SET version_num = '29991231_01'")
    refusals = {
        kept: "29991231_01, which this version does not know; upgrade chipwatch",
        tmp_path / "other.db": "is no backup of chipwatch",
        tmp_path / "text.db": "cannot be read as a backup: file is not a database",
        tmp_path / "none.db": "is no backup of chipwatch",
        tmp_path / "cut.db": "is damaged|cannot be read",
        tmp_path / "flipped.db": "is damaged|cannot be read",
        tmp_path / "gone.db": "there is no file",
        tmp_path: "there is no file",
    }
    for file, message in refusals.items():
        with pytest.raises(InputError, match=message) as caught:
            restore_backup(database, file)
        assert str(file) in str(caught.value)
        assert "\n" not in str(caught.value)
    assert count(database, PostRow) == [0]


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TRIGGER surprise AFTER UPDATE ON alembic_version BEGIN DELETE FROM post; END",
        "ALTER TABLE job RENAME TO kept; CREATE VIEW job AS WITH RECURSIVE n(i) AS "
        "(SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT kept.* FROM n, kept",
        "CREATE VIRTUAL TABLE words USING fts5(word)",
    ],
    ids=["trigger", "view", "virtual"],
)
def test_a_backup_that_would_run_something_is_refused(database: Database, kept: Path, change: str) -> None:
    with closing(sqlite3.connect(kept)) as connection:
        connection.executescript(change)
    with pytest.raises(InputError, match="is no backup of chipwatch"):
        restore_backup(database, kept)


@pytest.mark.parametrize("value", ["'yesterday'", "x'ff'", "1e308"])
@pytest.mark.parametrize("column", ["imported_at", "title"])
def test_a_value_that_the_store_never_writes_is_refused(
    database: Database, kept: Path, column: str, value: str
) -> None:
    if (column, value) == ("title", "'yesterday'"):
        value = "CAST(title AS BLOB)"
    if (column, value) == ("title", "1e308"):
        value = "zeroblob(9)"  # SQLite makes a text of a number
    ask(kept, f"UPDATE post SET {column} = {value}")  # noqa: S608 - our own words
    with pytest.raises(InputError, match="cannot be restored: it holds a wrong value"):
        restore_backup(database, kept)
    assert count(database, PostRow) == [0]


def test_broken_json_is_refused(database: Database, kept: Path) -> None:
    ask(kept, "INSERT INTO claim VALUES (1, 0, 'x', '{', '[]', 0, NULL)")
    with pytest.raises(InputError, match="cannot be restored: it holds a wrong value"):
        restore_backup(database, kept)


@pytest.mark.parametrize("name", ["own.db", "folder/link.db"])
@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal", ".lock"])
def test_what_belongs_to_the_database_is_never_replaced(tmp_path: Path, name: str, ending: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link.db").symlink_to(tmp_path / "own.db")
    with open_database(f"sqlite:///{tmp_path / name}") as database:
        add_post(database)
        with pytest.raises(InputError, match="is the database itself, or a part of it"):
            write_backup(database, tmp_path / f"own.db{ending}", replace=True)
        assert count(database, PostRow) == [1]


def test_a_backup_goes_through_no_link_and_over_nothing_but_a_file(database: Database, file: Path) -> None:
    precious = file.with_name("precious")
    precious.write_text("precious")
    file.with_name(f"{file.name}.part").symlink_to(precious)
    with pytest.raises(InputError, match="cannot be written"):
        write_backup(database, file)
    assert precious.read_text() == "precious"
    pipe = file.with_name("pipe")
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="is no file that can be replaced"):
        write_backup(database, pipe, replace=True)


def test_a_name_too_long_for_a_file_is_said_in_one_line(database: Database, file: Path) -> None:
    for do in (write_backup, restore_backup):
        with pytest.raises(InputError, match="File name too long"):
            do(database, file.with_name("a" * 300))
