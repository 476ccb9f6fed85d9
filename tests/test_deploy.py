"""What is in deploy/ fits the program and itself: command lines, folders, users, settings."""

import json
import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from configparser import RawConfigParser
from itertools import takewhile
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from scheduler.cli import Front, chipwatch
from scheduler.settings import PASSWORD_VARIABLE, load_settings

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
STATE, SETTINGS, BLOG = "/var/lib/chipwatch", "/etc/chipwatch", "/srv/blog"


def read(name: str) -> str:
    """A file of deploy/."""
    return (DEPLOY / name).read_text(encoding="utf-8")


def unit() -> dict[str, str]:
    """The unit's [Service]; of a key that stands twice the last one."""
    parser = RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(read("chipwatch.service"))
    return dict(parser["Service"])


def dockerfile() -> dict[str, str]:
    """The last of each instruction."""
    joined = re.sub(r"\\\n\s*", "", read("Dockerfile"))
    return dict(re.findall(r"^([A-Z]+) (.*)$", joined, re.MULTILINE))


def compose() -> Any:
    """The compose file."""
    return yaml.safe_load(read("compose.yaml"))


def arguments(line: str) -> list[str]:
    """What `chipwatch` is called with in a line of a shell; nothing if it is not called."""
    shell = shlex.shlex(line, posix=True, punctuation_chars=";&|>")
    shell.whitespace_split = True
    words = list(shell)
    names = [*chipwatch.list_commands(click.Context(chipwatch)), "--config"]
    for place, word in enumerate(words[:-1], start=1):
        if word.rpartition("/")[2] == "chipwatch" and words[place] in names:
            return list(takewhile(lambda each: each[0] not in ";&|>", words[place:]))
    return []


def command_lines() -> Iterator[tuple[str, list[str]]]:
    """Each command line there is, and where it stands."""
    yield "unit", shlex.split(unit()["ExecStart"])[1:]
    docker = dockerfile()
    yield "Dockerfile", json.loads(docker["ENTRYPOINT"])[1:] + json.loads(docker["CMD"])
    yield "Dockerfile's health check", json.loads(docker["HEALTHCHECK"].partition(" CMD ")[2])[1:]
    yield "compose", compose()["services"]["chipwatch"]["healthcheck"]["test"][2:]
    for line in read("chipwatch.cron").splitlines():
        if re.match(r"[*\d]", line):
            yield "cron", arguments(line.split(maxsplit=6)[6].replace("\\%", "%"))
    for page in ("README.md", "upgrading.md"):
        for block in re.findall(r"```sh\n(.*?)```", read(page), re.DOTALL):
            yield from ((page, found) for line in block.splitlines() if (found := arguments(line)))


def check(words: list[str]) -> None:
    """Read a command line as the program does, short of running it."""
    command: click.Command = chipwatch
    parent: click.Context | None = None
    while isinstance(command, click.Group):
        context = click.Context(command, parent, obj=Front(None), **command.context_settings)
        _, words, _ = command.make_parser(context).parse_args(list(words))
        if not words and command.invoke_without_command:
            return
        name, found, words = command.resolve_command(context, words)
        assert found is not None, name
        command, parent = found, context
    command.make_context(command.name, words, parent)


LINES = list(command_lines())


@pytest.mark.parametrize(
    ("where", "words"),
    LINES,
    ids=[f"{where}: {' '.join(words)}" for where, words in LINES],
)
def test_every_command_line_is_one_that_chipwatch_understands(where: str, words: list[str]) -> None:
    check(words)


def test_command_lines_were_found_everywhere() -> None:
    places = [where for where, _ in LINES]
    assert [places.count(where) for where in ("unit", "Dockerfile", "compose", "cron")] == [1, 1, 1, 4]
    assert min(places.count("README.md"), places.count("upgrading.md")) >= 3


def test_a_command_line_that_is_none_is_found_out() -> None:
    for words in (["crawll"], ["crawl", "--forced"], ["backup"], ["posts", "imports"], ["daemon", "now"]):
        with pytest.raises(click.UsageError):
            check(words)


def test_all_three_use_the_same_folders() -> None:
    assert f"/var/lib/{unit()['StateDirectory']}" == STATE
    assert unit()["WorkingDirectory"] == SETTINGS
    assert (dockerfile()["VOLUME"], dockerfile()["WORKDIR"]) == (STATE, SETTINGS)
    mounts = [volume.split(":")[-2 if volume.endswith(":ro") else -1] for volume in volumes()]
    assert mounts == [STATE, SETTINGS, BLOG]
    assert read("chipwatch.cron").count(f"cd {SETTINGS} &&") == 4


def test_what_is_written_in_passing_goes_where_there_is_room() -> None:
    assert unit()["Environment"] == f"TMPDIR={STATE}"
    assert f"TMPDIR={STATE}" in dockerfile()["ENV"].split()


def volumes() -> list[str]:
    """The container's mounts."""
    found: list[str] = compose()["services"]["chipwatch"]["volumes"]
    return found


def test_the_container_is_hardened() -> None:
    service = compose()["services"]["chipwatch"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert [mount.split(":")[0] for mount in service["tmpfs"]] == ["/tmp"]  # noqa: S108 - the container's
    assert [mount.endswith(":ro") for mount in volumes()] == [False, True, True]
    user, group = dockerfile()["USER"].split(":")
    assert min(int(user), int(group)) >= 1000
    assert dockerfile()["STOPSIGNAL"] == "SIGTERM"


def test_secrets_and_volumes_are_declared() -> None:
    assert compose()["services"]["chipwatch"]["environment"] == [PASSWORD_VARIABLE, "PGPASSWORD"]
    named = {
        volume.partition(":")[0]
        for service in compose()["services"].values()
        for volume in service["volumes"]
    }
    assert {name for name in named if name.isalnum()} == set(compose()["volumes"])


def test_postgresql_is_there_for_those_who_ask_for_it() -> None:
    services = compose()["services"]
    assert services["postgres"]["profiles"] == ["postgresql"]
    assert services["chipwatch"]["depends_on"]["postgres"]["required"] is False


def test_the_image_is_made_of_what_the_build_may_see() -> None:
    seen = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    copied = [
        word
        for line in re.findall(r"^COPY (?!--)(.*) ", read("Dockerfile"), re.MULTILINE)
        for word in line.split()
    ]
    assert sorted(copied) == sorted(seen)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) < set(seen)
    assert all((ROOT / name).exists() for name in seen)


def test_both_stages_have_one_python_of_a_fixed_minor_version() -> None:
    images = re.findall(r"^FROM (\S+)", read("Dockerfile"), re.MULTILINE)
    assert len(images) == 2
    assert len(set(images)) == 1
    assert re.fullmatch(r"python:3\.(1[1-9])-slim", images[0])


def test_the_unit_waits_for_the_daemons_own_word_and_has_no_rights() -> None:
    service = unit()
    assert service["Type"] == "notify"
    assert service["User"] == "chipwatch"
    assert (service["NoNewPrivileges"], service["ProtectSystem"]) == ("yes", "strict")
    assert service["CapabilityBoundingSet"] == ""


def test_the_sample_settings_load_and_put_the_data_where_it_belongs(tmp_path: Path) -> None:
    shutil.copy(DEPLOY / "chipwatch.toml", tmp_path)
    settings = load_settings(tmp_path / "chipwatch.toml")
    assert settings.database_url == f"sqlite:///{STATE}/chipwatch.db"
    assert settings.posts == Path(BLOG)
    assert settings.sources
    lines = read("chipwatch.toml").splitlines()
    (tmp_path / "on.toml").write_text(
        "\n".join(re.sub(r"^# (?=\w+ = )", "", line) for line in lines if '"sqlite' not in line)
    )
    on = load_settings(tmp_path / "on.toml")
    assert on.database_url.startswith("postgresql+psycopg://chipwatch@postgres/")
    assert on.digest.to
