"""`chipwatch followups done`, `dismiss`, `snooze` and `reopen`: what the editor decides."""

from collections.abc import Sequence
from datetime import datetime

import click

from crawler.sources import parse_duration
from scheduler.cli import Front
from scheduler.clock import utc_now
from storage.errors import InputError, plain_line
from storage.followups.settling import settle, titles_of
from storage.followups.status import GROUNDS, Ground, Status


def _settle(
    front: Front,
    numbers: Sequence[int],
    status: Status,
    said: str,
    *,
    until: datetime | None = None,
    ground: Ground | None = None,
    reason: str | None = None,
) -> None:
    settings = front.settings()
    with front.open(settings) as database, database.write() as session:
        settle(session, numbers, status, now=utc_now(), snoozed_until=until, ground=ground, reason=reason)
        titles = titles_of(session, numbers)
    for number in numbers:
        click.echo(f"{number} {said}: {plain_line(titles[number])}")


@click.command()
@click.argument("numbers", type=int, nargs=-1, required=True)
@click.pass_obj
def done(front: Front, numbers: Sequence[int]) -> None:
    """Mark follow-ups as done: the posts are updated."""
    _settle(front, numbers, "done", "done")


@click.command()
@click.argument("numbers", type=int, nargs=-1, required=True)
@click.option(
    "--because",
    "ground",
    type=click.Choice(GROUNDS),
    help="What the linker is to learn: the news is not about the post, it adds nothing to it, or the post is "
    "evergreen and only to come up when it is contradicted.",
)
@click.option("--reason", help="In your own words, for the record.")
@click.pass_obj
def dismiss(front: Front, numbers: Sequence[int], ground: Ground | None, reason: str | None) -> None:
    """Dismiss follow-ups: a story comes back for these posts only with something new."""
    _settle(front, numbers, "dismissed", "dismissed", ground=ground, reason=reason)


@click.command()
@click.argument("numbers", type=int, nargs=-1, required=True)
@click.option("--for", "wait", default="7d", show_default=True, help="How long: 12h, 7d.")
@click.pass_obj
def snooze(front: Front, numbers: Sequence[int], wait: str) -> None:
    """Put follow-ups off; they come back in a later digest."""
    try:
        length = parse_duration(wait)
    except ValueError as error:
        raise InputError(f"--for {error}") from error
    until = utc_now() + length
    _settle(front, numbers, "snoozed", f"snoozed until {until:%Y-%m-%d %H:%M} UTC", until=until)


@click.command()
@click.argument("numbers", type=int, nargs=-1, required=True)
@click.pass_obj
def reopen(front: Front, numbers: Sequence[int]) -> None:
    """Open follow-ups again."""
    _settle(front, numbers, "open", "open again")
