"""`chipwatch posts import`: new and changed posts into the store."""

from pathlib import Path

import click

from scheduler.cli import Front
from scheduler.clock import utc_now
from scheduler.commands.posts.finding import find_path, progress_bar
from scheduler.output import print_json
from storage.errors import plain_line
from storage.linking.encoder import default_encoder
from storage.linking.names import default_vocabulary
from storage.posts.encoding import encode_posts
from storage.posts.importing import ImportReport, import_posts
from storage.posts.jekyll import find_blog


@click.command(name="import")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--remove", is_flag=True, help="Take posts out of the store that are no longer at PATH.")
@click.option("--no-vectors", is_flag=True, help="Make no vectors now; the next import does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def import_(front: Front, path: Path | None, remove: bool, no_vectors: bool, as_json: bool) -> None:
    """Read the posts of a Jekyll blog at PATH, or at [blog] path: new and changed ones only."""
    settings = front.settings()
    where = find_path(path, settings)
    with front.open(settings) as database, progress_bar() as bar:
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
