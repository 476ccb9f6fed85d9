"""One daemon a database: a second one is refused, and a dead one holds nothing."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.engine import Database, open_database
from storage.errors import HeldError
from storage.holding import ADVISORY_KEY, held
from tests.storage.conftest import known_source

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys
from storage.engine import open_database
from storage.holding import held
with open_database(sys.argv[1]) as database, held(database):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(url: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the database until its input ends."""
    with subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", HOLDER, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def refusal(database: Database) -> str:
    with pytest.raises(HeldError) as caught, held(database):
        pass
    message = str(caught.value)
    assert "another daemon already runs" in message
    assert "\n" not in message
    return message


def wait_until_the_server_noticed(database: Database) -> None:
    """A file's lock goes with its process; a server frees one when it sees that its client is gone."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '20s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_KEY})


def test_a_second_holder_is_refused_while_the_first_one_lives(database: Database, database_url: str) -> None:
    with held(database):
        pass  # an earlier holder is not named
    with holder(database_url) as process:
        message = refusal(database)
        assert f"(process {process.pid} on {socket.gethostname()})" in message
        assert refusal(database) == message


def test_a_holder_that_was_killed_holds_nothing(database: Database, database_url: str) -> None:
    with holder(database_url) as process:
        process.kill()
        process.wait()
        wait_until_the_server_noticed(database)
        with held(database):
            pass


def test_a_holder_that_ended_holds_nothing(database: Database, database_url: str) -> None:
    with holder(database_url) as process:
        process.communicate("")
        assert process.returncode == 0
        with held(database):
            pass


def test_a_database_can_be_held_again_after_it_was_let_go(database: Database, database_url: str) -> None:
    with open_database(database_url) as other:
        for _ in range(3):
            with held(database):
                refusal(other)
            with held(other):
                refusal(database)


def test_an_error_lets_go_of_the_database(database: Database, database_url: str) -> None:
    with pytest.raises(LookupError), held(database):
        raise LookupError
    with open_database(database_url) as other, held(other):
        pass


def test_the_holder_and_others_still_read_and_write(database: Database, database_url: str) -> None:
    with held(database), open_database(database_url) as other:
        assert known_source(database) == known_source(other)


def test_another_database_is_held_on_its_own(database: Database, tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path / 'another.db'}") as other, held(database), held(other):
        pass


def test_a_database_is_held_under_all_its_names(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "linked").symlink_to("folder")
    (tmp_path / "link.db").symlink_to("folder/real.db")
    with open_database(f"sqlite:///{tmp_path / 'folder' / 'real.db'}") as real, held(real):
        for name in ("link.db", "linked/real.db"):
            with open_database(f"sqlite:///{tmp_path / name}") as other:
                refusal(other)


def test_two_databases_of_one_server_are_held_apart(postgresql: str, tmp_path: Path) -> None:
    names = ("held_one", "held_two")
    with open_database(postgresql) as server:
        maker = server.engine.execution_options(isolation_level="AUTOCOMMIT")
        with maker.connect() as connection:
            for name in names:
                connection.execute(text(f"CREATE DATABASE {name}"))
    one, two = (postgresql.replace("/postgres?", f"/{name}?") for name in names)
    with open_database(one) as first, open_database(two) as second, held(first), held(second):
        pass


def test_a_hold_is_there_until_its_connection_breaks(database: Database) -> None:
    with held(database) as still_held:
        assert still_held()
        if database.engine.dialect.name == "postgresql":
            with database.engine.begin() as connection:
                connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_locks "
                        "WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database "
                        "WHERE datname = current_database())"
                    )
                )
            assert not still_held()
