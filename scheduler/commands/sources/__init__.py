"""`chipwatch sources`: where the news comes from."""

import click

from crawler.sources import format_duration
from scheduler.cli import Front
from scheduler.output import print_json, print_table
from storage.sources import list_sources


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_context
def sources(context: click.Context, as_json: bool) -> None:
    """Where the news comes from. Without a command: list the sources."""
    context.default_map = {"list": {"as_json": as_json}}  # the word may stand before or after
    if context.invoked_subcommand is None:
        context.invoke(list_, as_json=as_json)


@sources.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def list_(front: Front, as_json: bool) -> None:
    """The sources of the settings, how their last visit went, and when they are due."""
    settings = front.settings()
    with front.open(settings) as database, database.read() as session:
        known = {source.url: source for source in list_sources(session, [s.url for s in settings.sources])}
    rows = []
    for source in settings.sources:
        seen = known.get(source.url)
        rows.append(
            {
                "name": source.name,
                "url": source.url,
                "kind": source.kind,
                "interval": format_duration(source.interval),
                "items": seen.items if seen else 0,
                "asked_at": seen.asked_at if seen else None,
                "answered_at": seen.answered_at if seen else None,
                "due_at": seen.due_at if seen else None,
                "failures": seen.failures if seen else 0,
                "error": seen.error if seen else None,
            }
        )
    if as_json:
        print_json(rows)
        return
    print_table(
        ["name", "kind", "every", "items", "last answer (UTC)", "due (UTC)", "state"],
        [
            (
                row["name"],
                row["kind"],
                row["interval"],
                row["items"],
                f"{row['answered_at']:%Y-%m-%d %H:%M}" if row["answered_at"] else "never",
                f"{row['due_at']:%Y-%m-%d %H:%M}" if row["due_at"] else "now",
                row["error"] or ("well" if row["asked_at"] else "not asked yet"),
            )
            for row in rows
        ],
    )
