"""Committing and rolling back, what readers see, writing on one thread, and what is said when it fails."""

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from storage.engine import Database, open_database
from storage.errors import StorageError
from storage.models import ItemRow, StoryRow
from tests.conftest import NOW


def add_story(session: Session) -> int:
    row = StoryRow(first_seen=NOW, last_seen=NOW)
    session.add(row)
    session.flush()
    return row.id


def count_stories(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(StoryRow)) or 0


def stories(database: Database) -> int:
    with database.read() as session:
        return count_stories(session)


def test_a_write_is_committed_at_the_end_of_its_block(database: Database) -> None:
    with database.write() as session:
        add_story(session)
        assert stories(database) == 0
    assert stories(database) == 1


def test_a_write_that_raises_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as session:
            add_story(session)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert stories(database) == 0
    with database.write() as session:
        add_story(session)
    assert stories(database) == 1


def test_nothing_that_a_reader_changes_is_kept(database: Database) -> None:
    with database.read() as session:
        add_story(session)
        assert count_stories(session) == 1
    assert stories(database) == 0


def test_a_reader_sees_no_half_of_a_write(database: Database) -> None:
    with database.write() as writing:
        add_story(writing)
        with database.read() as session:
            assert count_stories(session) == 0
        add_story(writing)
    assert stories(database) == 2


def test_a_reader_sees_one_state_whatever_is_written_meanwhile(database: Database) -> None:
    with database.read() as session:
        assert count_stories(session) == 0
        with database.write() as writing:
            add_story(writing)
        assert count_stories(session) == 0
    assert stories(database) == 1


def test_reading_first_and_writing_later_never_fails_beside_another_writer(
    database: Database, database_url: str
) -> None:
    rounds = 30
    failures: list[Exception] = []

    def read_then_write(mine: Database) -> None:
        try:
            for _ in range(rounds):
                with mine.write() as session:
                    count_stories(session)
                    add_story(session)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must see it
            failures.append(error)

    with open_database(database_url) as other:
        threads = [threading.Thread(target=read_then_write, args=(mine,)) for mine in (database, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    assert stories(database) == 2 * rounds


def test_all_writes_from_the_loop_share_one_thread(database: Database) -> None:
    def write(session: Session) -> str:
        add_story(session)
        return threading.current_thread().name

    async def many() -> list[str]:
        return await asyncio.gather(*(database.writing(write) for _ in range(20)))

    names = set(asyncio.run(many()))
    assert len(names) == 1
    assert threading.current_thread().name not in names
    assert stories(database) == 20


def test_readers_go_on_while_the_writer_is_at_work(database: Database) -> None:
    begun, read = threading.Event(), threading.Event()

    def write(session: Session) -> bool:
        add_story(session)
        begun.set()
        return read.wait(timeout=10)

    async def both() -> tuple[int, bool]:
        writing = asyncio.create_task(database.writing(write))
        await asyncio.to_thread(begun.wait, 10)
        seen = await database.reading(count_stories)
        read.set()
        return seen, await writing

    assert asyncio.run(both()) == (0, True)


def test_what_the_loop_wrote_is_committed_once_it_is_told(database: Database, database_url: str) -> None:
    async def write() -> int:
        await database.writing(add_story)
        with open_database(database_url) as other:
            return stories(other)

    assert asyncio.run(write()) == 1


def test_a_write_from_the_loop_that_raises_leaves_nothing(database: Database) -> None:
    def fail(session: Session, problem: Exception) -> None:
        add_story(session)
        raise problem

    with pytest.raises(LookupError, match="lost"):
        asyncio.run(database.writing(fail, LookupError("lost")))
    assert asyncio.run(database.reading(count_stories)) == 0


def test_arguments_reach_the_function(database: Database) -> None:
    def pair(_session: Session, first: int, *, second: int) -> tuple[int, int]:
        return first, second

    assert asyncio.run(database.reading(pair, 1, second=2)) == (1, 2)
    assert asyncio.run(database.writing(pair, 3, second=4)) == (3, 4)


def test_what_was_written_is_there_when_the_database_is_opened_again(database_url: str) -> None:
    with open_database(database_url) as first, first.write() as session:
        add_story(session)
    with open_database(database_url) as second:
        assert stories(second) == 1


def test_a_row_that_refers_to_nothing_is_refused(database: Database) -> None:
    item = ItemRow(
        source_id=7,
        url="https://a.example/",
        canonical_url="https://a.example/",
        title="t",
        text="",
        language="",
        first_seen=NOW,
        moment=NOW,
    )
    with pytest.raises(StorageError, match="failed"), database.write() as session:
        session.add(item)


def test_sqlite_keeps_a_log_and_syncs_every_commit(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path / 'chipwatch.db'}") as database, database.read() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA synchronous")) == 2


def test_a_database_that_fails_later_says_so_in_one_line(database: Database) -> None:
    with pytest.raises(StorageError) as caught, database.read() as session:
        session.execute(text("SELECT missing FROM story"))
    message = str(caught.value)
    assert message.startswith(f"the database {database.engine.url} failed: ")
    assert "missing" in message
    assert "\n" not in message


def test_a_file_that_is_damaged_later_is_said_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "chipwatch.db"
    with open_database(f"sqlite:///{file}") as database:
        database.engine.dispose()
        file.write_bytes(b"damaged " * 1000)
        with pytest.raises(StorageError, match="not a database"):
            stories(database)


def test_a_server_that_hangs_up_is_said_in_one_line_and_asked_again(postgresql: str) -> None:
    with open_database(postgresql) as database:
        kill = text("SELECT pg_terminate_backend(pg_backend_pid())")
        with pytest.raises(StorageError, match="failed: terminating connection"), database.read() as session:
            session.execute(kill)
        assert stories(database) == 0
