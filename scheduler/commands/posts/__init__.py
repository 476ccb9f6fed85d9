"""`chipwatch posts`: the blog's own posts."""

import click

from scheduler.commands.posts.check import check
from scheduler.commands.posts.import_ import import_
from scheduler.commands.posts.list import list_


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_context
def posts(context: click.Context, as_json: bool) -> None:
    """Your own posts: import them, list them, check them. Without a command: list them."""
    context.default_map = {"list": {"as_json": as_json}}  # the word may stand before or after
    if context.invoked_subcommand is None:
        context.invoke(list_, limit=None, as_json=as_json)


for _command in (import_, list_, check):
    posts.add_command(_command)
