"""The command line as a whole: errors in one line, its settings, what strangers wrote made harmless."""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from scheduler.output import print_json, why
from storage.entries import store_entries
from storage.entry import Entry
from storage.errors import plain_line
from storage.sources import SourceSetting, register
from tests.conftest import NOW
from tests.scheduler.conftest import HOSTILE, Folder, add_followup

SOURCE = '[[sources]]\nname = "News"\nurl = "https://news.example/feed"\n'


def chipwatch(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "scheduler", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_as_a_user_types_it(tmp_path: Path) -> None:
    made = chipwatch("init", "watch", cwd=tmp_path)
    assert (made.returncode, made.stderr) == (0, "")
    listed = chipwatch("followups", cwd=tmp_path / "watch")
    assert (listed.returncode, listed.stdout, listed.stderr) == (0, "no open follow-ups\n", "")
    assert chipwatch("--version", cwd=tmp_path).stdout.rstrip().endswith(f"version {version('chipwatch')}")


def test_a_users_error_is_one_line_and_no_traceback(tmp_path: Path) -> None:
    ran = chipwatch("crawl", cwd=tmp_path)
    assert ran.returncode == 2
    assert ran.stderr.startswith("chipwatch: no settings file ")
    assert len(ran.stderr.splitlines()) == 1


def test_a_reader_that_goes_away_is_no_error(folder: Folder) -> None:
    with folder.database() as database:
        add_followup(database)
    process = subprocess.Popen(
        [sys.executable, "-m", "scheduler", "followups", "--json"],
        cwd=folder.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == ""
    process.wait()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("crawl", "there are no sources"),
        ("posts import", "where are the posts?"),
        ("posts import nowhere", "no such file or folder"),
        ("followups show 7", "there is no follow-up 7"),
        ("followups show 99999999999999999999", "there is no follow-up 99999999999999999999"),
        ("followups done 99999999999999999999", "there is no follow-up 99999999999999999999"),
        ("followups done 7", "there is no follow-up 7"),
        ("followups snooze 7 --for soon", 'must be a duration such as "30m"'),
        ("followups snooze 7 --for 999999d", "a year at most"),
        ("digest --preview digest.pdf", "must end in .html, .txt or .json"),
        ("digest --preview nowhere/digest.html", "cannot be written"),
        ("digest --send", "[digest] to is empty"),
        ("link --items nowhere --out out", "nowhere cannot be read"),
        ("--config other.toml followups", "no settings file other.toml"),
        ("followups --config other.toml", "no settings file other.toml"),
    ],
)
def test_each_mistake_is_told_in_one_line(folder: Folder, arguments: str, said: str) -> None:
    ran = folder.run(*arguments.split())
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("chipwatch: ")
    assert ran.err.count("\n") == 1
    assert said in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("frobnicate", "No such command 'frobnicate'"),
        ("digest", "give either --preview FILE or --send"),
        ("digest --send --preview a.html", "give either --preview FILE or --send"),
        ("followups done", "Missing argument"),
        ("followups done x", "not a valid integer"),
        ("followups list --status lost", "is not one of"),
        ("posts list --limit 0", "is not in the range"),
        ("link --out out", "Missing option '--items'"),
        ("init chipwatch.toml", "is a file"),
    ],
)
def test_wrong_usage_is_told_with_the_usage(folder: Folder, arguments: str, said: str) -> None:
    ran = folder.run(*arguments.split())
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("Usage: ")
    assert said in ran.err.splitlines()[-1]


def test_a_limit_beyond_all_bounds_is_as_good_as_none(folder: Folder) -> None:
    assert folder.run("posts", "list", "--limit", "99999999999999999999").code == 0


def test_a_database_that_cannot_be_used_is_told_in_one_line(folder: Folder) -> None:
    (folder.path / "chipwatch.db").write_text("this is no database " * 100)
    ran = folder.run("followups")
    assert ran.code == 1
    assert ran.err.startswith("chipwatch: the database sqlite:///")
    assert ran.err.count("\n") == 1


def test_a_mistake_with_control_characters_is_told_in_one_plain_line(folder: Folder) -> None:
    (folder.path / "chipwatch.toml").write_text('[crawl]\n"a\\n\\u001b[31mb" = 1')
    ran = folder.run("followups")
    assert ran.err.rstrip("\n").isprintable()


def test_the_settings_may_be_named_by_file_or_folder(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.settings(SOURCE)
    elsewhere = folder.path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    for config in ("..", "../chipwatch.toml"):
        assert "News" in folder.run("--config", config, "sources").out
        assert "News" in folder.run("sources", "list", "--config", config).out
    assert not list(elsewhere.iterdir())


def test_the_bare_word_lists(folder: Folder) -> None:
    folder.settings(SOURCE)
    for word in ("posts", "sources", "followups"):
        assert folder.run(word).out == folder.run(word, "list").out
        assert json.loads(folder.run(word, "--json").out) == json.loads(
            folder.run(word, "list", "--json").out
        )


@pytest.mark.parametrize("word", ["posts", "sources", "followups"])
def test_json_may_stand_before_list(folder: Folder, word: str) -> None:
    folder.settings(SOURCE)
    json.loads(folder.run(word, "--json", "list").out)


def add_hostile(folder: Folder) -> int:
    folder.settings(SOURCE)
    with folder.database() as database:
        with database.write() as session:
            url = "https://news.example/feed"
            source = register(session, [SourceSetting(url, HOSTILE, "feed", 1800)])[url]
            entry = Entry("https://news.example/x", HOSTILE, HOSTILE, "en")
            store_entries(session, [(source.id, [entry], None)], NOW)
        return add_followup(database, post=HOSTILE, news=(HOSTILE, HOSTILE + "2"))


@pytest.mark.parametrize("command", ["posts", "sources", "followups", "followups show {id}"])
def test_no_escape_sequence_of_a_stranger_is_printed(folder: Folder, command: str) -> None:
    number = add_hostile(folder)
    ran = folder.run(*command.format(id=number).split())
    assert ran.code == 0
    assert all(line.isprintable() for line in ran.out.splitlines())
    assert "Bcc: evil" not in [line.strip() for line in ran.out.splitlines()]


@pytest.mark.parametrize(
    "command", ["posts --json", "sources --json", "followups --json", "followups show {id} --json"]
)
def test_json_holds_the_very_title_and_nothing_a_terminal_obeys(folder: Folder, command: str) -> None:
    number = add_hostile(folder)
    ran = folder.run(*command.format(id=number).split())
    assert json.loads(ran.out)
    assert "\x1b" not in ran.out


def test_json_escapes_every_control_character(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"title": HOSTILE})
    out = capsys.readouterr().out
    assert json.loads(out) == {"title": HOSTILE}
    assert all(line.isprintable() for line in out.splitlines())


def test_a_plain_line_is_one_printable_line() -> None:
    assert plain_line(HOSTILE).isprintable()
    assert plain_line("a\r\nb\tc\u3000d\x00") == "a b c d"
    assert plain_line("長い題名 — café") == "長い題名 — café"


def test_why_adds_what_is_new() -> None:
    assert why({}) == ""
    assert why({"reason": "both"}) == "both"
    assert why({"reason": "both", "new_figures": ["5"], "new_names": ["Acme"]}) == "both; new: 5, Acme"
