"""`chipwatch backup` and `restore`: one line each, and all there is carried from one folder to another."""

from pathlib import Path

import pytest

from storage.engine import open_database
from storage.holding import held
from tests.scheduler.conftest import Folder, add_followup


@pytest.fixture
def filled(folder: Folder, database_url: str) -> Folder:
    """A folder whose settings name a database of each kind, with a follow-up in it."""
    folder.settings(f'[storage]\nurl = "{database_url}"\n')
    with folder.database() as database:
        add_followup(database, news=("One", "Two"))
    return folder


def test_a_backup_says_what_is_in_it_and_a_restore_brings_it_back(filled: Folder, another_url: str) -> None:
    filled.path.joinpath("backups").mkdir()
    with filled.database() as database, held(database):  # as while the daemon runs
        ran = filled.run("backup", "backups/monday.db")
    size = Path("backups/monday.db").stat().st_size
    assert (ran.code, ran.err) == (0, "")
    holds = "1 source, 2 items, 1 post, 1 follow-up, 0 digests"
    assert ran.out == f"wrote backups/monday.db: {size / 1e6:.1f} MB, {holds}\n"
    before = filled.run("followups", "--json").out
    filled.settings(f'[storage]\nurl = "{another_url}"\n')
    ran = filled.run("restore", "backups/monday.db")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"restored backups/monday.db: {holds}\n"
    assert filled.run("followups", "--json").out == before


def test_what_is_there_is_kept_unless_forced(filled: Folder) -> None:
    assert filled.run("backup", "b.db").code == 0
    ran = filled.run("backup", "b.db")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "chipwatch: b.db is there already; name another file, or replace it with --force\n"
    assert filled.run("backup", "--force", "b.db").code == 0


def test_a_restore_says_in_one_line_why_not(filled: Folder, database_url: str) -> None:
    filled.run("backup", "b.db")
    ran = filled.run("restore", "b.db")
    assert ran.code == 1
    assert ran.err == (
        "chipwatch: the database holds news or posts already; move it away, or set another [storage] url\n"
    )
    with open_database(database_url) as database, held(database):
        ran = filled.run("restore", "b.db")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "stop it first" in ran.err
    ran = filled.run("restore", "chipwatch.toml")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "chipwatch.toml cannot be read as a backup" in ran.err
