"""The command line: `chipwatch COMMAND`. Each command has its own file in `commands`."""

import io
import sys
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import click

from scheduler.garbage import collect_less
from scheduler.logs import Format, configure_logging
from scheduler.settings import Settings, find_settings, load_settings
from scheduler.threads import calculate_on_one
from storage.engine import Database, open_database
from storage.errors import ChipwatchError
from storage.hiding import hide_secrets

COMMANDS = (
    *("backup", "claims", "crawl", "daemon", "digest", "followups", "init"),
    *("link", "posts", "replay", "restore", "sources", "status", "why"),
)


@dataclass(frozen=True)
class Front:
    """What every command has at hand."""

    config: Path | None

    def settings(self) -> Settings:
        """The settings that hold here. Raises `SettingsError`."""
        return load_settings(find_settings(self.config, Path.cwd()))

    def open(self, settings: Settings) -> Database:
        """The settings' database. Raises `StorageError`."""
        return open_database(settings.database_url)


def _choose(context: click.Context, _: click.Parameter, config: Path | None) -> None:
    if config is not None:
        context.obj = replace(context.obj, config=config)


def _config_option() -> click.Option:
    """`--config` for each command, so that it may stand before the command's name or after it."""
    return click.Option(
        ["--config"],
        type=click.Path(path_type=Path),
        expose_value=False,
        is_eager=True,
        callback=_choose,
        help="Settings file; else chipwatch.toml here.",
    )


class Commands(click.Group):
    """Commands that are loaded when they are called, so that each waits for its own libraries only."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Their names."""
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command of a name, from its own module."""
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"scheduler.commands.{name}"), name)
        members = command.commands.values() if isinstance(command, click.Group) else ()
        for configured in (command, *members):
            if name != "init" and not any(option.name == "config" for option in configured.params):
                configured.params.append(_config_option())
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--config", type=click.Path(path_type=Path), help="Settings file; else chipwatch.toml here.")
@click.option("--verbose", is_flag=True, help="Tell on standard error what is going on.")
@click.option(
    "--log-format",
    "style",
    type=click.Choice(["plain", "json"]),
    default="plain",
    show_default=True,
    help="How the log on standard error is written: lines, or a JSON object a line.",
)
@click.version_option(package_name="chipwatch")
@click.pass_context
def chipwatch(context: click.Context, config: Path | None, verbose: bool, style: Format) -> None:
    """Watch the news, and learn which of your published posts it makes stale."""
    configure_logging(verbose=verbose, daemon=context.invoked_subcommand == "daemon", style=style)
    context.obj = Front(config)


def main() -> None:
    """Run the command line; a user's error is one line on standard error and an exit code that is not 0."""
    collect_less()
    calculate_on_one()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may lack the letters of a title
    try:
        code = chipwatch.main(standalone_mode=False)
    except ChipwatchError as error:
        click.echo(f"chipwatch: {hide_secrets(str(error))}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("chipwatch: stopped", err=True)
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)
