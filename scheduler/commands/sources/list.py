"""`chipwatch sources list`: how each source is doing, and when it is asked again."""

from datetime import datetime, timedelta
from typing import Any

import click

from crawler.health import Health, health_of
from crawler.sources import Source, format_duration
from scheduler.cli import Front
from scheduler.clock import utc_now
from scheduler.output import print_json, print_table
from storage.sources import KnownSource, list_sources


@click.command(name="list")
@click.option("--trouble", is_flag=True, help="Only those that need someone to look at them.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def list_(front: Front, trouble: bool, as_json: bool) -> None:
    """The sources of the settings, how they are doing, and when they are asked again."""
    settings = front.settings()
    now = utc_now()
    with front.open(settings) as database, database.read() as session:
        known = {source.url: source for source in list_sources(session, [s.url for s in settings.sources])}
    rows = []
    for source in settings.sources:
        seen = known.get(source.url)
        health = health_of(seen, now) if seen is not None else Health("new", "not asked yet")
        if health.needs_a_person or not trouble:
            rows.append(_row(source, seen, health))
    if as_json:
        print_json(rows)
        return
    if trouble and not rows:
        click.echo("no source needs anyone to look at it")
        return
    print_table(
        ["name", "kind", "every", "items", "newest (UTC)", "next (UTC)", "state"],
        [
            (
                row["name"],
                row["kind"],
                row["every"],
                row["items"],
                _time(row["newest_at"]) or "-",
                _next(row),
                f"{row['condition']}: {row['why']}" if row["why"] else row["condition"],
            )
            for row in rows
        ],
    )


def _row(source: Source, seen: KnownSource | None, health: Health) -> dict[str, Any]:
    """A source with stable field names."""
    memory = seen.memory if seen is not None else None
    every = timedelta(seconds=memory.interval) if memory is not None else source.interval
    return {
        "name": source.name,
        "url": source.url,
        "kind": source.kind,
        "language": source.language,
        "address": memory.address if memory is not None else source.url,
        "interval": format_duration(source.interval),
        "every": rounded(every),
        "every_seconds": int(every.total_seconds()),
        "items": seen.items if seen is not None else 0,
        "condition": health.condition,
        "why": health.why,
        "needs_a_person": health.needs_a_person,
        "asked_at": memory.asked_at if memory is not None else None,
        "answered_at": memory.answered_at if memory is not None else None,
        "newest_at": memory.newest_at if memory is not None else None,
        "due_at": memory.due_at if memory is not None else None,
        "due_why": memory.due_why if memory is not None else None,
        "entries": list(memory.counts) if memory is not None else [],
        "failures": memory.failures if memory is not None else 0,
        "failing_since": memory.failing_since if memory is not None else None,
        "error": memory.error if memory is not None else None,
        "retired_at": memory.retired_at if memory is not None else None,
    }


def rounded(interval: timedelta) -> str:
    """An interval as it is shown: in hours, minutes or seconds, whichever tells enough."""
    seconds = int(interval.total_seconds())
    for unit, size in (("h", 3_600), ("m", 60)):
        if seconds >= size * 2 or (seconds >= size and seconds % size == 0):
            return f"{round(seconds / size)}{unit}"
    return f"{seconds}s"


def _time(moment: datetime | None) -> str:
    return f"{moment:%m-%d %H:%M}" if moment is not None else ""


def _next(row: dict[str, Any]) -> str:
    if row["retired_at"] is not None:
        return "never"
    if row["due_at"] is None:
        return "at once"
    reason = "" if row["due_why"] == "its interval" else f", {row['due_why']}"
    return f"{_time(row['due_at'])}{reason}"
