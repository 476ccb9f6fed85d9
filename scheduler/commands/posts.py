"""`chipwatch posts`: the blog's own posts."""

from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from scheduler.cli import Front
from scheduler.clock import utc_now
from scheduler.output import print_json, print_table
from storage.errors import InputError, plain_line
from storage.linking.encoder import default_encoder
from storage.linking.names import default_vocabulary
from storage.posts.blog import find_blog
from storage.posts.encoding import encode_posts
from storage.posts.importing import ImportReport, import_posts
from storage.posts.listing import list_posts


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_context
def posts(context: click.Context, as_json: bool) -> None:
    """Your own posts: import them, list them. Without a command: list them."""
    context.default_map = {"list": {"as_json": as_json}}  # the word may stand before or after
    if context.invoked_subcommand is None:
        context.invoke(list_, limit=None, as_json=as_json)


@posts.command(name="import")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--remove", is_flag=True, help="Take posts out of the store that are no longer at PATH.")
@click.option("--no-vectors", is_flag=True, help="Make no vectors now; the next import does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def import_(front: Front, path: Path | None, remove: bool, no_vectors: bool, as_json: bool) -> None:
    """Read the posts of a Jekyll blog at PATH, or at [blog] path: new and changed ones only."""
    settings = front.settings()
    where = path or settings.posts
    if where is None:
        raise InputError("where are the posts? Give a PATH, or set [blog] path")
    with (
        front.open(settings) as database,
        Progress(
            console=Console(stderr=True), transient=True, disable=not Console(stderr=True).is_terminal
        ) as bar,
    ):
        task = bar.add_task("reading posts", total=None)
        report = import_posts(
            database,
            where,
            blog=find_blog(where, settings.blog.base_url),
            vocabulary=default_vocabulary(),
            now=utc_now(),
            remove=remove,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
        encoder = None if no_vectors else default_encoder()
        if encoder is not None:
            task = bar.add_task("making vectors", total=None)
            encode_posts(
                database,
                encoder,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
    if as_json:
        print_json(
            {
                "new": len(report.new),
                "changed": len(report.changed),
                "unchanged": report.unchanged,
                "skipped": [{"file": skipped.file, "reason": skipped.reason} for skipped in report.skipped],
                "failed": report.failed,
                "unclear": report.unclear,
                "missing": report.missing,
                "removed": report.removed,
            }
        )
    else:
        _tell(report)


def _tell(report: ImportReport) -> None:
    for skipped in report.skipped:
        click.echo(f"not imported: {plain_line(skipped.file)}: {plain_line(skipped.reason)}")
    total = len(report.new) + len(report.changed) + report.unchanged
    click.echo(
        f"{total} posts: {len(report.new)} new, {len(report.changed)} changed, {report.unchanged} unchanged; "
        f"{len(report.skipped)} not imported"
    )
    if report.failed:
        click.echo(
            f"{len(report.failed)} of them are a text generator's apology, which no news makes stale; "
            f"the first is {plain_line(report.failed[0])}"
        )
    for file in report.unclear:
        click.echo(
            f"{plain_line(file)}: its `followup` is not known; write evergreen or never, or leave it out"
        )
    if not total and not report.skipped:
        click.echo("there are no Markdown files at that path")
    elif report.unchanged and not report.new and not report.changed:
        click.echo("nothing to do: every post is as it was")
    if report.missing and report.removed:
        click.echo(f"removed {len(report.missing)} posts that are no longer there")
    elif report.missing:
        how = (
            "--remove takes them and their follow-ups out"
            if total
            else "nothing is removed for an empty folder"
        )
        click.echo(f"{len(report.missing)} stored posts are not at that path; {how}")


@posts.command(name="list")
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
