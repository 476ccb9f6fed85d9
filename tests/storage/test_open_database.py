"""A database that cannot be opened is named in one line, by the URL in the settings."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.engine import open_database
from storage.errors import StorageError


def refusal(url: str) -> str:
    """What the user is told of a database that cannot be opened."""
    with pytest.raises(StorageError) as caught:
        open_database(url)
    message = str(caught.value)
    assert "[storage] url" in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("url", ["chipwatch.db", "", "postgresql//blog", "sqlite+nodriver:///x.db"])
def test_a_url_that_is_no_database_is_named(url: str) -> None:
    assert repr(url) in refusal(url)


def test_another_kind_of_database_is_named() -> None:
    assert "mysql" in refusal("mysql://localhost/blog")


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://localhost:port/blog", "sqlite:///chipwatch.db?timeout=soon"]
)
def test_a_url_with_a_wrong_number_is_named(url: str) -> None:
    assert url in refusal(url)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    refusal(url)


MISUSES: dict[str, Callable[[Path], Path]] = {
    "a folder that is missing": lambda folder: folder / "missing" / "chipwatch.db",
    "a folder": lambda folder: folder,
    "a folder that nobody can write": lambda _: Path("/proc/chipwatch.db"),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_a_place_where_no_file_can_be_made_is_named(misuse: str, tmp_path: Path) -> None:
    file = MISUSES[misuse](tmp_path)
    assert str(file) in refusal(f"sqlite:///{file}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_database_that_is_read_only_is_named(tmp_path: Path) -> None:
    file = tmp_path / "chipwatch.db"
    file.touch(mode=0o400)
    assert str(file) in refusal(f"sqlite:///{file}")


def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "chipwatch.db"
    file.write_text("Dear diary, today I was mistaken for a database. " * 50)
    before = file.read_bytes()
    message = refusal(f"sqlite:///{file}")
    assert str(file) in message
    assert "not a database" in message
    assert file.read_bytes() == before


def test_a_server_that_is_not_there_is_named_without_the_password(unused_port: int) -> None:
    message = refusal(f"postgresql+psycopg://editor:secret@127.0.0.1:{unused_port}/blog")
    assert f"127.0.0.1:{unused_port}/blog" in message
    assert "secret" not in message


def test_a_database_that_the_server_does_not_have_is_named(postgresql: str) -> None:
    url = postgresql.replace("/postgres?", "/nowhere?")
    assert url != postgresql
    assert "nowhere" in refusal(url)


@pytest.mark.parametrize("url", ["editor:secret@db.example/blog", "postgresql:editor:sec@secret@db/blog"])
def test_what_is_no_url_is_named_without_the_password(url: str) -> None:
    assert "secret" not in refusal(url)
