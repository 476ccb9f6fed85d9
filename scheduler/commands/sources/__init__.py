"""`chipwatch sources`: where the news comes from."""

import click

from scheduler.commands.sources.add import add
from scheduler.commands.sources.check import check
from scheduler.commands.sources.list import list_
from scheduler.commands.sources.opml import export, import_


@click.group(invoke_without_command=True)
@click.option("--trouble", is_flag=True, help="Only those that need someone to look at them.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_context
def sources(context: click.Context, trouble: bool, as_json: bool) -> None:
    """Where the news comes from. Without a command: list the sources."""
    context.default_map = {"list": {"as_json": as_json, "trouble": trouble}}  # before the word or after
    if context.invoked_subcommand is None:
        context.invoke(list_, as_json=as_json, trouble=trouble)


for _command in (list_, add, check, export, import_):
    sources.add_command(_command)
