"""`chipwatch posts check`: what is wrong with the blog itself."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scheduler.cli import Front
from scheduler.commands.posts.finding import find_path, progress_bar
from scheduler.counted import counted
from scheduler.output import print_json
from storage.errors import plain_line
from storage.posts.blog import find_blog

if TYPE_CHECKING:
    from storage.posts.checking.check import Checked
    from storage.posts.checking.finding import Finding

SHOWN = 10  # findings of a kind where no --limit is given; JSON has all
FILES = 3  # of a group that are named
HEADINGS = {
    "unreadable": "cannot be imported",
    "undated": "no date",
    "empty": "no text",
    "apology": "a text generator's apology",
    "leftover": "leftover marks",
    "repeated": "repeated sections",
    "same-title": "same title twice",
    "near-copy": "near-copies",
    "year": "a year in the title that is not the post's",
}


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--limit", type=click.IntRange(min=1), help=f"At most so many of a kind; {SHOWN} without it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def check(context: click.Context, path: Path | None, limit: int | None, as_json: bool) -> None:
    """Say what is wrong with the posts at PATH, or at [blog] path. The files are read, nothing is changed.

    The exit code is 0 if nothing is wrong, and 1 if something is.
    """
    from storage.posts.checking.check import check_posts

    front: Front = context.obj
    settings = front.settings()
    where = find_path(path, settings)
    blog = find_blog(where, settings.blog.base_url)
    with progress_bar() as bar:
        task = bar.add_task("reading posts", total=None)
        checked = check_posts(
            where, blog=blog, progress=lambda done, total: bar.update(task, completed=done, total=total)
        )
    if as_json:
        _print_json(checked, limit)
    else:
        _tell(checked, limit or SHOWN)
    context.exit(1 if checked.findings else 0)


def _by_kind(checked: "Checked") -> "dict[str, list[Finding]]":
    kinds: dict[str, list[Finding]] = {kind: [] for kind in HEADINGS}
    for finding in checked.findings:
        kinds[finding.kind].append(finding)
    return kinds


def _print_json(checked: "Checked", limit: int | None) -> None:
    kinds = _by_kind(checked)
    print_json(
        {
            "posts": checked.posts,
            "counts": {kind: len(found) for kind, found in kinds.items()},
            "findings": [asdict(finding) for found in kinds.values() for finding in found[:limit]],
        }
    )


def _tell(checked: "Checked", most: int) -> None:
    for kind, found in _by_kind(checked).items():
        if not found:
            continue
        click.echo(f"{HEADINGS[kind]}: {_counted(found)}")
        for finding in found[:most]:
            line = f":{finding.line}" if finding.line is not None else ""
            click.echo(f"  {plain_line(finding.file)}{line}  {plain_line(finding.said)}{_others(finding)}")
        if len(found) > most:
            click.echo(f"  {len(found) - most:,} more: --limit shows them")
        click.echo("")
    wrong = len(Counter(file for found in checked.findings for file in (found.file, *found.others)))
    posts = f"{checked.posts:,} post{'' if checked.posts == 1 else 's'}"
    click.echo(f"{posts}: {f'something is wrong with {wrong:,}' if wrong else 'nothing is wrong'}")


def _counted(found: "list[Finding]") -> str:
    """How many posts, and in how many groups if these are groups."""
    groups = len(found) if found[0].others else 0
    posts = len({file for finding in found for file in (finding.file, *finding.others)})
    said = counted(posts, "post")
    return f"{said} in {counted(groups, 'group')}" if groups else said


def _others(finding: "Finding") -> str:
    if not finding.others:
        return ""
    more = f" and {len(finding.others) - FILES} more" if len(finding.others) > FILES else ""
    return f": {', '.join(map(plain_line, finding.others[:FILES]))}{more}"
