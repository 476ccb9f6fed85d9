"""`chipwatch replay`: what the present linker would make of stored news."""

import asyncio
from dataclasses import asdict
from datetime import timedelta
from math import isnan
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import Progress

from scheduler.cli import Front
from scheduler.clock import utc_now
from scheduler.counted import counted
from scheduler.output import print_json, print_table
from storage.errors import InputError

if TYPE_CHECKING:
    from storage.engine import Database
    from storage.linking.encoder import Encoder
    from storage.linking.names import Vocabulary
    from storage.linking.replaying import Change


@click.command()
@click.option(
    "--days", type=click.IntRange(1, 3650), default=30, show_default=True, help="How far back, in days."
)
@click.option(
    "--probability",
    type=click.FloatRange(0, 1, min_open=True),
    help="Try another [linking] probability than the settings have.",
)
@click.option("--apply", is_flag=True, help="Link the items of changed stories again; else nothing changes.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def replay(front: Front, days: int, probability: float | None, apply: bool, as_json: bool) -> None:
    """Link stored news again, and show the follow-ups that would be raised, dropped or moved."""
    from storage.linking.encoder import default_encoder
    from storage.linking.names import default_vocabulary
    from storage.linking.replaying import put_back
    from storage.linking.waiting import link_waiting

    settings = front.settings()
    if probability is not None and isnan(probability):
        raise InputError("--probability is a number above 0 and not above 1")
    if apply and probability is not None:
        raise InputError("--probability is for trying; write it into the settings, [linking], to apply it")
    wanted = settings.linking.probability if probability is None else probability
    with front.open(settings) as database:
        words, encoder = default_vocabulary(), default_encoder()
        changes = _replayed(database, words, encoder, days, wanted)
        if as_json:
            print_json([_json(change) for change in changes])
        else:
            _tell(changes, days, applied=apply)
        if not apply or not changes:
            return
        with database.write() as session:
            count = put_back(session, changes)
        report = asyncio.run(
            link_waiting(
                database,
                lambda: words,
                lambda: encoder,
                now=utc_now,
                stopped=lambda: False,
                probability=settings.linking.probability,
            )
        )
    if not as_json:
        opened = counted(len(report.opened), "follow-up")
        click.echo(f"applied: {counted(count, 'item')} linked again, {opened} opened")


def _replayed(
    database: "Database", words: "Vocabulary", encoder: "Encoder | None", days: int, wanted: float | None
) -> "list[Change]":
    from storage.linking.loading import load_linker
    from storage.linking.replaying import replay as replayed
    from storage.linking.replaying import stories_since

    console = Console(stderr=True)
    changes: list[Change] = []
    with (
        database.read() as session,
        Progress(console=console, transient=True, disable=not console.is_terminal) as bar,
    ):
        stories = stories_since(session, utc_now() - timedelta(days=days))
        task = bar.add_task("linking again", total=len(stories))
        linker = load_linker(session, words, encoder, probability=wanted)
        for done, found in replayed(session, stories, linker, encoder):
            changes += found
            bar.update(task, completed=done)
    return changes


def _json(change: "Change") -> dict[str, Any]:
    row = asdict(change)
    for side in ("before", "after"):
        if row[side] is not None:
            del row[side]["new"]
    return row


def _tell(changes: "list[Change]", days: int, *, applied: bool) -> None:
    if not changes:
        click.echo(f"nothing would change: the last {days} days are linked as they would be now")
        return
    print_table(["what", "post", "score", "kind", "news"], map(_row, changes))
    counts = [f"{sum(c.what == what for c in changes)} {what}" for what in ("raised", "dropped", "moved")]
    click.echo(", ".join(counts) + ("" if applied else "; --apply makes it so"))


def _row(change: "Change") -> list[str]:
    sides = [side for side in (change.before, change.after) if side is not None]
    scores, kinds = [f"{side.score:.2f}" for side in sides], [side.kind for side in sides]
    return [
        change.what,
        change.post_title,
        *(" → ".join(dict.fromkeys(both)) for both in (scores, kinds)),
        sides[-1].title,
    ]
