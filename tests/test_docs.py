"""What users are told: README, sample settings and changelog name all there is."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from crawler.sources import Source
from scheduler.cli import chipwatch
from scheduler.settings import PASSWORD_VARIABLE, Settings, load_settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SAMPLE = files("scheduler").joinpath("sample.toml").read_text(encoding="utf-8")


def commands(group: click.Group = chipwatch, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by the words it is called by."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def keys() -> Iterator[tuple[str, str]]:
    """Every setting: its section and its key."""
    models = {name: field.annotation for name, field in Settings.model_fields.items() if name != "folder"}
    for section, model in ({**models, "sources": Source}).items():
        assert isinstance(model, type)
        assert issubclass(model, BaseModel)
        for key, field in model.model_fields.items():
            yield section, field.alias or key


def of_readme(words: str) -> str:
    """The table rows of README on a command; `reopen` stands in the row of `done`."""
    *group, name = words.split()
    named = re.compile(rf"`({' '.join([*group, name])}|{name})\b")
    rows = [row for row in README.splitlines() if row.startswith("| `") and named.search(row.split("|")[1])]
    return "\n".join(row for row in rows if not group or group[0] in row)


def test_there_is_something_to_document() -> None:
    assert len(list(commands())) > 10
    assert len(list(keys())) > 20


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


@pytest.mark.parametrize(("section", "key"), list(keys()))
def test_the_readme_names_every_setting(section: str, key: str) -> None:
    head = "[[sources]]" if section == "sources" else f"[{section}]"
    rows = [row for row in README.splitlines() if row.startswith(f"| `{head} ")]
    named = [row for row in rows if re.search(rf"[` ]{key}`", row.split("|")[1])]
    assert len(named) == 1


@pytest.mark.parametrize(("section", "key"), list(keys()))
def test_the_sample_names_every_setting(section: str, key: str) -> None:
    parts = re.split(r"^(?:# )?\[+(\w+)\]+$", SAMPLE, flags=re.MULTILINE)
    mine = "".join(text for name, text in zip(parts[1::2], parts[2::2], strict=True) if name == section)
    assert re.search(rf"^(# )?{key} = ", mine, re.MULTILINE)


def test_the_sample_loads_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "chipwatch.toml").write_text(SAMPLE, encoding="utf-8")
    assert load_settings(tmp_path / "chipwatch.toml").sources


def test_the_sample_loads_with_every_line_switched_on(tmp_path: Path) -> None:
    lines = SAMPLE.splitlines()
    on = [re.sub(r"^# (?=\w+ = |\[)", "", line) for line in lines]
    assert on != lines
    (tmp_path / "chipwatch.toml").write_text("\n".join(on), encoding="utf-8")
    read = load_settings(tmp_path / "chipwatch.toml")
    assert read.digest.to
    assert read.sources[-1].links


def test_the_password_variable_is_documented() -> None:
    assert PASSWORD_VARIABLE in README
    assert PASSWORD_VARIABLE in SAMPLE


def test_the_changelog_has_the_version_that_is_installed() -> None:
    from importlib.metadata import version

    assert version("chipwatch") in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
