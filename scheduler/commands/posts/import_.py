"""`chipwatch posts import`: new and changed posts into the store."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from scheduler.cli import Front
from scheduler.clock import utc_now
from scheduler.commands.posts.finding import progress_bar
from scheduler.counted import counted
from scheduler.output import print_json
from scheduler.signals import stopping_on_signals
from storage.errors import InputError, plain_line
from storage.hiding import hide_secrets
from storage.linking.encoder import default_encoder
from storage.posts.encoding import encode_posts
from storage.posts.importing import ImportReport
from storage.urls import is_web_url


@click.command(name="import")
@click.argument("path", metavar="[PATH|URL]", required=False)
@click.option("--remove", is_flag=True, help="Take posts out of the store that are no longer there.")
@click.option("--no-vectors", is_flag=True, help="Make no vectors now; the next import does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def import_(front: Front, path: str | None, remove: bool, no_vectors: bool, as_json: bool) -> int:
    """Read the posts of a blog, new and changed ones only: Jekyll or Hugo files at PATH, or the blog at URL.

    A URL is the blog's home page, its feed or its sitemap. Without either, [blog] path or url is read.
    """
    from scheduler.jobs.blog import read_blog  # for --help, too much to wait for

    settings = front.settings()
    with front.open(settings) as database, progress_bar() as bar:
        task = bar.add_task("reading posts", total=None)

        async def run() -> ImportReport:
            stop = asyncio.Event()
            with stopping_on_signals(stop):
                return await read_blog(
                    database,
                    settings,
                    now=utc_now,
                    stop=stop,
                    where=_place(path),
                    remove=remove,
                    tell=lambda done, total: bar.update(task, completed=done, total=total),
                )

        report = asyncio.run(run())
        encoder = None if no_vectors or report.stopped else default_encoder()
        if encoder is not None:
            task = bar.add_task("making vectors", total=None)
            encode_posts(
                database,
                encoder,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
    if as_json:
        print_json(_row(report))
    else:
        for line in _summary(report):
            click.echo(line)
    return 130 if report.stopped else 0


def _place(word: str | None) -> Path | str | None:
    """Where the posts are: an address on the web, or a folder or file."""
    if word is None or "://" not in word:
        return Path(word) if word is not None else None
    if not is_web_url(word):
        raise InputError(f"{plain_line(word)} is not an http:// or https:// address")
    return word


def _row(report: ImportReport) -> dict[str, Any]:
    """What an import did, with stable field names."""
    return {
        "by": report.by,
        "address": hide_secrets(report.address),
        "new": len(report.new),
        "changed": len(report.changed),
        "unchanged": report.unchanged,
        "skipped": [{"file": skipped.file, "reason": skipped.reason} for skipped in report.skipped],
        "failed": report.failed,
        "unclear": report.unclear,
        "closed": report.closed,
        "missing": report.missing,
        "removed": report.removed,
        "others": report.others,
        "notes": report.notes,
        "stopped": report.stopped,
    }


# What a blog on the web was read by, and what that means for what is missing.
_MEANS = {
    "WordPress": "by its WordPress API, which has all posts",
    "sitemap": "by its sitemap, page by page; it names all posts",
    "feed": "by its feed, which has the newest posts only: stored ones that it lacks stay as they are",
}


def _summary(report: ImportReport) -> Iterator[str]:
    """What an import did, in lines for a person."""
    for skipped in report.skipped:
        yield f"not imported: {plain_line(skipped.file)}: {plain_line(skipped.reason)}"
    if report.by in _MEANS:
        yield f"read {_MEANS[report.by]} ({plain_line(hide_secrets(report.address))})"
    yield from map(plain_line, report.notes)
    total = len(report.new) + len(report.changed) + report.unchanged
    yield (
        f"{counted(total, 'post')}: "
        f"{len(report.new)} new, {len(report.changed)} changed, {report.unchanged} unchanged; "
        f"{len(report.skipped)} not imported"
    )
    if report.others:
        yield f"{report.others} other pages of the blog have no text of an article"
    if report.closed:
        numbers = ", ".join(map(str, report.closed))
        yield f"follow-ups done, as their posts say the news now: {numbers}"
    yield from _flaws(report)
    if report.stopped:
        yield "stopped early; the next import goes on where it was"
    elif not total and not report.skipped and report.by == "files":
        yield "there are no Markdown files at that path"
    elif report.unchanged and not report.new and not report.changed:
        yield "nothing to do: every post is as it was"
    yield from _missing(report, total)


def _flaws(report: ImportReport) -> Iterator[str]:
    """What an editor may want to mend in posts that were read."""
    if report.failed:
        yield (
            f"{len(report.failed)} of them are a text generator's apology, which no news makes stale; "
            f"the first is {plain_line(report.failed[0])}"
        )
    for file in report.unclear:
        yield f"{plain_line(file)}: its `followup` is not known; write evergreen or never, or leave it out"


def _missing(report: ImportReport, total: int) -> Iterator[str]:
    """What became of stored posts that were not found."""
    if report.missing and report.removed:
        yield f"removed {len(report.missing)} posts that are no longer there"
    elif report.missing:
        how = (
            "--remove takes them and their follow-ups out"
            if total
            else "nothing is removed for an empty folder"
        )
        where = "path" if report.by == "files" else "address"
        yield f"{len(report.missing)} stored posts are not at that {where}; {how}"
