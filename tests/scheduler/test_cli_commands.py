"""The commands, each loaded when it is called: all are there, all take `--config`, none waits for others."""

import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import click
import pytest

from scheduler.cli import COMMANDS, chipwatch
from tests.scheduler.conftest import ALLOWED, Folder, source
from tests.web import FEED, WebServer

HEAVY = "scrapy aiohttp trafilatura feedparser apscheduler pebble".split()


def commands(group: click.Group, *before: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command and group, by the words it is called by."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*before, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)


ALL = list(commands(chipwatch))


def test_each_file_is_a_command_and_each_command_a_file() -> None:
    names = {Path(entry.name).stem for entry in files("scheduler.commands").iterdir()}
    assert names - {"__init__", "__pycache__"} == set(COMMANDS)
    assert sorted(COMMANDS) == list(COMMANDS)


def test_help_names_them_all(folder: Folder) -> None:
    ran = folder.run("--help")
    assert ran.code == 0
    listed = [line.split()[0] for line in ran.out.partition("Commands:\n")[2].splitlines()]
    assert listed == list(COMMANDS)


@pytest.mark.parametrize(("words", "command"), ALL, ids=[" ".join(words) for words, _ in ALL])
def test_each_explains_itself_without_settings(
    folder: Folder, words: tuple[str, ...], command: click.Command
) -> None:
    for file in folder.path.iterdir():
        file.unlink()
    for asked in ("--help", "-h"):
        ran = folder.run(*words, asked)
        assert (ran.code, ran.err) == (0, "")
        usage = ran.out.splitlines()[0]
        assert usage.startswith("Usage: ")
        assert f"chipwatch {' '.join(words)} " in usage
    assert not list(folder.path.iterdir())


@pytest.mark.parametrize(("words", "command"), ALL, ids=[" ".join(words) for words, _ in ALL])
def test_each_but_init_takes_the_settings_once(words: tuple[str, ...], command: click.Command) -> None:
    chipwatch.get_command(click.Context(chipwatch), words[0])  # asked for twice, as tests and shells do
    taken = [option.name for option in command.params].count("config")
    assert taken == (words != ("init",))


def loaded(*arguments: str, cwd: Path) -> list[str]:
    """Which of the heavy libraries a command has loaded when it is done."""
    told = f"import sys; from scheduler.cli import main\nsys.argv[1:] = {list(arguments)!r}\n"
    told += "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
    told += f"print(*(name for name in {HEAVY!r} if name in sys.modules), file=sys.stderr)"
    ran = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", told], cwd=cwd, capture_output=True, text=True, check=True
    )
    return ran.stderr.split()


@pytest.mark.parametrize(
    "arguments",
    ["--help", "crawl --help", "daemon --help", "sources --help", "sources --json", "posts --json"],
)
def test_what_a_command_does_not_need_it_does_not_wait_for(folder: Folder, arguments: str) -> None:
    assert loaded(*arguments.split(), cwd=folder.path) == []


def test_a_crawl_of_feeds_alone_does_not_wait_for_the_libraries_of_pages(
    folder: Folder, web: WebServer
) -> None:
    url = web.add("/feed", FEED, content_type="application/rss+xml")
    folder.settings(ALLOWED + source("Good", url))
    taken = loaded("crawl", cwd=folder.path)
    assert web.hits("/feed") == 1
    assert "aiohttp" in taken
    assert not {"scrapy", "trafilatura", "apscheduler"} & set(taken)
