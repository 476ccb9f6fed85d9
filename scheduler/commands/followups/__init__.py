"""`chipwatch followups`: the posts that need an update."""

import click

from scheduler.commands.followups.draft import draft
from scheduler.commands.followups.judgements import judgements
from scheduler.commands.followups.list import list_
from scheduler.commands.followups.settle import dismiss, done, reopen, snooze
from scheduler.commands.followups.show import show


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_context
def followups(context: click.Context, as_json: bool) -> None:
    """The posts that need an update, and why. Without a command: list the open ones."""
    context.default_map = {"list": {"as_json": as_json}}  # the word may stand before or after
    if context.invoked_subcommand is None:
        context.invoke(list_, status="open", as_json=as_json)


for _command in (list_, show, draft, done, dismiss, snooze, reopen, judgements):
    followups.add_command(_command)
