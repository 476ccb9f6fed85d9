"""Compacting gives back what removed rows took, where that is much, and never holds up readers."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import delete, text

from storage import compacting
from storage.compacting import Compacted, compact, database_size
from storage.engine import Database, open_database
from storage.models import Base, RobotsRow
from tests.conftest import NOW
from tests.storage.conftest import count

MANY = 200


def fill(database: Database) -> None:
    with database.write() as session:
        session.add_all(
            RobotsRow(origin=f"https://{n}.example", text="x" * 10_000, fetched_at=NOW) for n in range(MANY)
        )


def remove(database: Database, share: int) -> None:
    """Remove every row but one in `share`, or that one alone if it is negative."""
    names = [f"https://{n}.example" for n in range(MANY) if (n % abs(share) == 0) == (share < 0)]
    with database.write() as session:
        session.execute(delete(RobotsRow).where(RobotsRow.origin.in_(names)))


def free_pages(database: Database) -> int:
    with database.read() as session:
        return int(session.scalars(text("PRAGMA freelist_count")).one())


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'chipwatch.db'}"


def size(database: Database) -> int:
    with database.read() as session:
        return database_size(session)


def test_a_database_has_a_size(database: Database) -> None:
    before = size(database)
    fill(database)
    assert size(database) > before > 0


def test_compacting_keeps_every_row_and_says_the_sizes(database: Database) -> None:
    fill(database)
    remove(database, 4)
    before = size(database)
    compacted = compact(database)
    assert compacted == Compacted(before, size(database))
    assert count(database, RobotsRow) == [MANY // 4]
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    fill_again = RobotsRow(origin="https://new.example", text="", fetched_at=NOW)
    with database.write() as session:
        session.add(fill_again)


def test_a_file_with_much_free_room_is_written_anew(sqlite: str, tmp_path: Path) -> None:
    with open_database(sqlite) as database:
        fill(database)
        remove(database, 4)
        compacted = compact(database)
        assert compacted.after < compacted.before / 2
        assert compacted.after == (tmp_path / "chipwatch.db").stat().st_size
        assert (tmp_path / "chipwatch.db-wal").stat().st_size == 0
        assert free_pages(database) == 0


def test_a_file_with_little_free_room_stays(sqlite: str) -> None:
    with open_database(sqlite) as database:
        fill(database)
        remove(database, -10)
        before = free_pages(database)
        compact(database)
        assert free_pages(database) > before / 2 > 0  # what the planner knows of the tables takes a page


def test_a_reader_goes_on_and_its_log_is_left_for_the_next_time(
    sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compacting, "READERS", 1)
    log = tmp_path / "chipwatch.db-wal"
    with open_database(sqlite) as database, open_database(sqlite) as other:
        fill(database)
        with other.read() as session:
            seen = session.query(RobotsRow).count()
            remove(database, 4)
            compact(database)
            assert session.query(RobotsRow).count() == seen == MANY
            assert log.stat().st_size > 0
        compact(database)
        assert log.stat().st_size == 0
        assert count(other, RobotsRow) == [MANY // 4]


def test_the_writers_connection_is_as_it_was(sqlite: str) -> None:
    with open_database(sqlite) as database:
        compact(database)
        with database.write() as session:
            found = {
                of: session.scalar(text(f"PRAGMA {of}"))
                for of in ("busy_timeout", "temp_store", "foreign_keys")
            }
    assert found == {"busy_timeout": 30_000, "temp_store": 2, "foreign_keys": 1}
