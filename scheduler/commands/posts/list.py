"""`chipwatch posts list`: the imported posts."""

from dataclasses import asdict

import click

from scheduler.cli import Front
from scheduler.output import print_json, print_table
from storage.posts.listing import list_posts


@click.command(name="list")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def list_(front: Front, limit: int | None, as_json: bool) -> None:
    """The imported posts, newest first, with the news that is linked to each."""
    settings = front.settings()
    with front.open(settings) as database, database.read() as session:
        found = list_posts(session, limit)
    if as_json:
        print_json([asdict(post) for post in found])
    elif not found:
        click.echo("no posts are imported yet: chipwatch posts import PATH")
    else:
        print_table(
            ["date", "links", "follow-up", "file", "title"],
            [
                (
                    f"{post.published:%Y-%m-%d}" if post.published else "",
                    post.links,
                    post.followup or "",
                    post.file,
                    post.title,
                )
                for post in found
            ],
        )
