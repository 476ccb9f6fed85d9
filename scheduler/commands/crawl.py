"""`chipwatch crawl`: one crawl, now."""

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

from crawler.sources import Source, format_duration
from scheduler.cli import Front
from scheduler.clock import utc_now
from scheduler.counted import counted
from scheduler.output import print_json
from scheduler.settings import Settings
from scheduler.signals import stopping_on_signals
from storage.errors import InputError, SettingsError, plain_line
from storage.sources import due_sources

if TYPE_CHECKING:
    from crawler.visits import Visit
    from scheduler.jobs.crawl import CrawlResult


@click.command()
@click.argument("names", metavar="[SOURCE]...", nargs=-1)
@click.option("--force", is_flag=True, help="Ask every source now, whether it is due or not.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")
@click.pass_obj
def crawl(front: Front, names: Sequence[str], force: bool, as_json: bool) -> int:
    """Ask the sources that are due, or the named ones now, and link what is new to your posts.

    A SOURCE is a name or a URL from the settings. The exit code is 1 if every source that was asked failed.
    """
    from scheduler.jobs.crawl import crawl_and_link  # for --help, too much to wait for

    settings = front.settings()
    chosen = choose_sources(settings, names)
    only_due = not force and not names

    async def run() -> "tuple[CrawlResult, bool]":
        stop = asyncio.Event()
        with stopping_on_signals(stop), front.open(settings) as database:
            urls = {source.url for source in chosen}
            if only_due:
                urls = await database.reading(due_sources, urls, utc_now())
            with _watched(len(urls), as_json) as tell:
                result = await crawl_and_link(
                    database, settings, chosen, now=utc_now, stop=stop, only_due=only_due, tell=tell
                )
            return result, stop.is_set()

    result, stopped = asyncio.run(run())
    if as_json:
        print_json(_row(result, stopped))
    else:
        for line in _summary(result, stopped, settings):
            click.echo(line)
    if stopped:
        return 130
    report = result.crawl
    return 1 if report.visits and len(report.failed) == len(report.visits) else 0


def _row(result: "CrawlResult", stopped: bool) -> dict[str, Any]:
    """What came of a crawl, with stable field names."""
    report, links = result.crawl, result.links
    return {
        "sources": len(report.visits),
        "unchanged": report.unchanged,
        "failed": len(report.failed),
        "new": report.new,
        "known": report.known,
        "changed": sum(visit.changed for visit in report.visits),
        "backlog": report.backlog,
        "not_due": report.not_due,
        "linked": links.linked,
        "again": links.again,
        "followups": len(links.opened) + len(result.due),
        "waiting": links.waiting,
        "stopped": stopped,
        "failures": [
            {"source": visit.source.name, "url": visit.source.url, "reason": visit.failure}
            for visit in report.failed
        ],
        "flawed": [
            {"source": visit.source.name, "url": visit.source.url, "reason": visit.flaw}
            for visit in report.visits
            if visit.flaw
        ],
    }


def _summary(result: "CrawlResult", stopped: bool, settings: Settings) -> Iterator[str]:
    """What came of a crawl, in lines for a person."""
    report, links = result.crawl, result.links
    opened = len(links.opened) + len(result.due)
    yield (
        f"{counted(len(report.visits), 'source')} asked: "
        f"{report.unchanged} unchanged, {len(report.failed)} failed. "
        f"Items: {report.new} new, {report.known} known. Follow-ups opened: {opened}."
    )
    if report.not_due:
        yield not_due(report.not_due, report.next_due, utc_now())
    if report.backlog:
        yield (
            f"Of sources read for the first time, {counted(report.backlog, 'item')} older than "
            f"{format_duration(settings.crawl.backlog)} ([crawl] backlog): kept, but not linked to posts."
        )
    if stopped:
        yield "stopped early; the sources that were not asked stay due"
    if links.waiting:
        yield f"{counted(links.waiting, 'item')} to be linked to your posts: chipwatch posts import PATH"
    elif opened:
        yield "see them: chipwatch followups"


def choose_sources(settings: Settings, names: Sequence[str]) -> list[Source]:
    """The sources with these names or URLs, all if none is given.

    Raises `SettingsError` if there are none at all, `InputError` for a name that no source has.
    """
    if not settings.sources:
        raise SettingsError("there are no sources; add a [[sources]] entry with a name and a url")
    by_word = {word: source for source in settings.sources for word in (source.url, source.name)}
    any_case = {word.lower(): source for word, source in by_word.items()} | by_word
    chosen = []
    for name in names:
        source = any_case.get(name) or any_case.get(name.lower())
        if source is None:
            near = get_close_matches(name, [source.name for source in settings.sources], 1, 0.5)
            hint = f"did you mean {near[0]!r}?" if near else "chipwatch sources lists them"
            raise InputError(f"no source is named {plain_line(name)!r}; {hint}")
        chosen.append(source)
    return list(dict.fromkeys(chosen)) if names else list(settings.sources)


def not_due(count: int, next_due: datetime | None, now: datetime) -> str:
    """A line on the sources that were left alone."""
    when = ""
    if next_due is not None:
        local = next_due.astimezone()
        today = local.date() == now.astimezone().date()
        when = f"; the next one at {local:%H:%M}" if today else f"; the next one at {local:%m-%d %H:%M}"
    return f"{counted(count, 'source')} not due yet{when}: chipwatch crawl --force asks now"


def describe(visit: "Visit") -> str:
    """A visit in one line."""
    if visit.failure is not None:
        return f"{plain_line(visit.source.name)}: failed: {plain_line(visit.failure)}"
    if visit.unchanged:
        return f"{plain_line(visit.source.name)}: unchanged"
    changed = f", {visit.changed} changed" if visit.changed else ""
    flaw = f"; {plain_line(visit.flaw)}" if visit.flaw else ""
    return f"{plain_line(visit.source.name)}: {visit.new} new, {visit.known} known{changed}{flaw}"


@contextmanager
def _watched(total: int, as_json: bool) -> "Iterator[Callable[[Visit], None]]":
    """How a crawl is shown: a bar and the failures on a terminal, else a line a source."""
    if not sys.stderr.isatty():
        yield (lambda _visit: None) if as_json else (lambda visit: click.echo(describe(visit)))
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.text import Text

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("asking sources", total=total)

        def tell(visit: "Visit") -> None:
            if visit.failure or visit.flaw:
                bar.console.print(Text(describe(visit)))
            bar.advance(task)
            if bar.finished:
                bar.update(task, description="reading articles, linking")

        yield tell
