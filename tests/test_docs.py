"""What users are told: README, sample settings and changelog name all there is."""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import time, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from crawler.sources import Source, format_duration
from scheduler.cli import chipwatch
from scheduler.settings import PASSWORD_VARIABLE, Settings, load_settings
from storage.linking.weights import default_weights

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SAMPLE = files("scheduler").joinpath("sample.toml").read_text(encoding="utf-8")


def commands(group: click.Group = chipwatch, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by the words it is called by."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def keys() -> Iterator[tuple[str, str]]:
    """Every setting: its section and its key."""
    for section, key, _ in fields():
        yield section, key


def fields() -> Iterator[tuple[str, str, FieldInfo]]:
    """Every setting with what the code says of it."""
    models = {name: field.annotation for name, field in Settings.model_fields.items() if name != "folder"}
    for section, model in ({**models, "sources": Source}).items():
        assert isinstance(model, type)
        assert issubclass(model, BaseModel)
        for key, field in model.model_fields.items():
            yield section, field.alias or key, field


def of_readme(words: str) -> str:
    """The table rows of README on a command; `reopen` stands in the row of `done`."""
    *group, name = words.split()
    named = re.compile(rf"`({' '.join([*group, name])}|{name})\b")
    rows = [row for row in README.splitlines() if row.startswith("| `") and named.search(row.split("|")[1])]
    return "\n".join(row for row in rows if not group or group[0] in row)


def test_there_is_something_to_document() -> None:
    assert {words for words, _ in commands()} >= {"crawl", "daemon", "init", "sources add", "posts import"}
    assert len(list(commands())) > 15
    assert len(list(keys())) > 30


@pytest.mark.parametrize(("words", "command"), list(commands()), ids=str)
def test_the_readme_names_every_command_with_its_options(words: str, command: click.Command) -> None:
    row = of_readme(words)
    assert row, f"README.md has no table row for `{words}`"
    for parameter in command.params:
        if isinstance(parameter, click.Option) and "--config" not in parameter.opts:
            assert parameter.opts[-1] in row, f"README.md does not name {parameter.opts[-1]} of `{words}`"


def test_the_readme_names_the_options_of_all_commands() -> None:
    for parameter in chipwatch.params:
        assert parameter.opts[-1] in README
    assert "--config" in README


def test_every_command_and_option_explains_itself() -> None:
    for words, command in commands():
        assert command.help, words
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{words} {parameter.opts[-1]}"


def rows_on(section: str, key: str) -> list[str]:
    """The table rows of README on a setting."""
    head = "[[sources]]" if section == "sources" else f"[{section}]"
    rows = [row for row in README.splitlines() if row.startswith(f"| `{head} ")]
    return [row for row in rows if re.search(rf"[` ]{key}`", row.split("|")[1])]


@pytest.mark.parametrize(("section", "key"), list(keys()))
def test_the_readme_names_every_setting(section: str, key: str) -> None:
    assert len(rows_on(section, key)) == 1


def defaults() -> Iterator[tuple[str, str, str]]:
    """Every setting that has a default worth telling, with it as it would be written."""
    for section, key, field in fields():
        if (section, key) == ("storage", "url") or field.default in (None, "", PydanticUndefined):
            continue
        value = field.default
        if isinstance(value, timedelta):
            value = format_duration(value)
        elif isinstance(value, time):
            value = f"{value:%H:%M}"
        elif isinstance(value, tuple):
            value = list(value)
        elif isinstance(value, ZoneInfo):
            value = value.key
        yield section, key, json.dumps(value)


@pytest.mark.parametrize(("section", "key", "default"), list(defaults()))
def test_the_readme_tells_the_default_that_holds(section: str, key: str, default: str) -> None:
    assert [f"`{default}`" in row.split("|")[3] for row in rows_on(section, key)] == [True]


@pytest.mark.parametrize(("section", "key", "default"), [row for row in defaults() if row[0] != "sources"])
def test_what_is_off_in_the_sample_would_change_nothing_when_switched_on(
    section: str, key: str, default: str
) -> None:
    off = re.search(rf"^# {key} = (\S+)", of_sample(section), re.MULTILINE)
    assert off is None or off[1] == default or key in ("to", "allow_private")


def of_json() -> tuple[set[str], set[str]]:
    """The names that README says `crawl --json` prints, and those that it does print."""
    told = README.partition("`crawl --json` prints")[2].partition("\n\n")[0]
    with tempfile.TemporaryDirectory() as folder:
        # An address of the machine itself is refused before anything goes out.
        text = '[[sources]]\nname = "A"\nurl = "http://127.0.0.1:9/"\n'
        (Path(folder) / "chipwatch.toml").write_text(text)
        command = [sys.executable, "-m", "scheduler", "crawl", "--json"]
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    return set(re.findall(r"`(\w+)`", told)), set(json.loads(ran.stdout))


def test_the_readme_names_every_field_of_a_crawls_json_and_no_other() -> None:
    told, printed = of_json()
    assert (sorted(printed - told), sorted(told - printed)) == ([], [])


@pytest.mark.parametrize(("section", "key"), list(keys()))
def test_the_sample_names_every_setting(section: str, key: str) -> None:
    assert re.search(rf"^(# )?{key} = ", of_sample(section), re.MULTILINE)


def of_sample(section: str) -> str:
    """What stands in a section of the sample."""
    parts = re.split(r"^(?:# )?\[+(\w+)\]+$", SAMPLE, flags=re.MULTILINE)
    return "".join(text for name, text in zip(parts[1::2], parts[2::2], strict=True) if name == section)


def test_the_sample_loads_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "chipwatch.toml").write_text(SAMPLE, encoding="utf-8")
    assert load_settings(tmp_path / "chipwatch.toml").sources == ()  # `chipwatch init` adds the real ones


def test_the_sample_loads_with_every_line_switched_on(tmp_path: Path) -> None:
    lines = SAMPLE.splitlines()
    on = [re.sub(r"^# (?=\w+ = |\[)", "", line) for line in lines]
    assert on != lines
    (tmp_path / "chipwatch.toml").write_text("\n".join(on), encoding="utf-8")
    read = load_settings(tmp_path / "chipwatch.toml")
    assert read.digest.to
    (source,) = read.sources
    assert source.model_fields_set == set(Source.model_fields)


def test_the_learned_probability_that_users_are_told_is_the_one_that_holds() -> None:
    learned, alone = (f"{default_weights(vectors).threshold:.2f}" for vectors in (True, False))
    assert f"as learned: `{learned}`, without vectors `{alone}`" in README
    assert f"# probability = {learned} " in SAMPLE


def test_the_password_variable_is_documented() -> None:
    assert PASSWORD_VARIABLE in README
    assert PASSWORD_VARIABLE in SAMPLE


def test_the_changelog_has_the_version_that_is_installed() -> None:
    from importlib.metadata import version

    assert version("chipwatch") in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
