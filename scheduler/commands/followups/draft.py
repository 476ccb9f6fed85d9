"""`chipwatch followups draft`: a section to paste into the post."""

import click

from scheduler.cli import Front
from scheduler.clock import utc_now
from storage.errors import plain_line
from storage.followups.listing import find_followup


@click.command()
@click.argument("number", type=int)
@click.pass_obj
def draft(front: Front, number: int) -> None:
    """Print a Markdown section for the post: what is new, by which sources. Standard error names the post."""
    from scheduler.drafting.section import write_section

    settings = front.settings()
    with front.open(settings) as database, database.read() as session:
        followup = find_followup(session, number)
    zone, language = settings.digest.timezone, settings.blog.language
    click.echo(write_section(followup, language=language, zone=zone, now=utc_now()), nl=False)
    click.echo(f"for {plain_line(followup.post.file)}", err=True)
    for post in followup.posts[1:]:
        click.echo(f"says nearly the same: {plain_line(post.file)}", err=True)
