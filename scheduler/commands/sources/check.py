"""`chipwatch sources check`: try each source once, and say what it gives."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from scheduler.cli import Front
from scheduler.clock import utc_now
from scheduler.commands.crawl import choose_sources
from scheduler.counted import counted
from scheduler.output import print_json
from scheduler.signals import stopping_on_signals
from storage.errors import plain_line

if TYPE_CHECKING:
    from crawler.looking import Look


@click.command()
@click.argument("names", metavar="[SOURCE]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def check(front: Front, names: Sequence[str], as_json: bool) -> int:
    """Try every source once, or the named ones, and say what each gives; nothing is stored.

    The exit code is 1 if one of them failed.
    """
    from crawler.looking import look_at_all, looking  # not at the start of every command

    settings = front.settings()
    chosen = choose_sources(settings, names)

    async def run() -> "list[Look]":
        stop = asyncio.Event()
        with stopping_on_signals(stop), front.open(settings) as database:
            async with looking(database, settings.crawling, now=utc_now, stop=stop) as reader:
                tell = (lambda _look: None) if as_json else (lambda look: click.echo(describe(look)))
                return await look_at_all(chosen, reader, tell)

    looks = asyncio.run(run())
    failed = sum(look.failure is not None for look in looks)
    if as_json:
        print_json([_row(look) for look in looks])
    else:
        tried = counted(len(looks), "source")
        click.echo(f"{tried} tried: {len(looks) - failed} give something, {failed} failed.")
    return 1 if failed or len(looks) < len(chosen) else 0


def describe(look: "Look") -> str:
    """What a source gives, in a line."""
    name = plain_line(look.source.name)
    if look.failure is not None or look.contents is None:
        return f"{name}: failed: {plain_line(look.failure.reason if look.failure else 'nothing')}"
    entries = look.contents.entries
    languages = sorted({entry.language or "?" for entry in entries})
    dates = [entry.published for entry in entries if entry.published is not None]
    newest = f", newest {max(dates):%Y-%m-%d}" if dates else ", without dates"
    moved = f"; moved to {plain_line(look.moved_to)}" if look.moved_to else ""
    flaw = f"; {plain_line(look.contents.flaw)}" if look.contents.flaw else ""
    first = f": {plain_line(entries[0].title)}" if entries else ""
    found = f"{len(entries)} entries in {', '.join(languages) or 'no language'}"
    return f"{name}: {found}{newest}{moved}{flaw}{first}"


def _row(look: "Look") -> dict[str, Any]:
    """A look with stable field names."""
    entries = look.contents.entries if look.contents is not None else ()
    return {
        "name": look.source.name,
        "url": look.source.url,
        "kind": look.source.kind,
        "entries": len(entries),
        "languages": sorted({entry.language for entry in entries}),
        "newest_at": max((entry.published for entry in entries if entry.published is not None), default=None),
        "titles": [entry.title for entry in entries[:3]],
        "moved_to": look.moved_to,
        "flaw": look.contents.flaw if look.contents is not None else None,
        "failure": look.failure.reason if look.failure is not None else None,
    }
