"""`chipwatch status`: how the watch is doing."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

import click

from scheduler.cli import Front
from scheduler.clock import utc_now
from scheduler.counted import counted
from scheduler.output import megabytes, plain_json, print_json
from storage.errors import plain_line
from storage.hiding import hide_secrets

if TYPE_CHECKING:
    from scheduler.status import Status
    from storage.digests.history import Handed


@click.command()
@click.option("--alive", is_flag=True, help="Say only whether the daemon's loop turns: exit code 0, else 1.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def status(front: Front, alive: bool, as_json: bool) -> int:
    """Say what runs, what comes next, what became of the last digest, and how large the store is.

    The exit code is 1 if something needs a person; what it is stands at the end.
    """
    settings = front.settings()
    now = utc_now()
    if alive:
        return _tell_alive(front, now)
    from scheduler.status import status_of

    with front.open(settings) as database, database.read() as session:
        found = status_of(session, settings, now)
    if as_json:
        print_json(_json(found))
    else:
        for heading, line in _lines(found, settings.digest.timezone):
            click.echo(f"{heading:<9} {plain_line(hide_secrets(line))}")
    return 1 if found.problems else 0


def _tell_alive(front: Front, now: datetime) -> int:
    from scheduler.status import is_alive
    from storage.watch import watching

    with front.open(front.settings()) as database, database.read() as session:
        daemon = watching(session)
    if is_alive(daemon, now):
        click.echo("alive")
        return 0
    since = f" since {daemon.beat_at:%Y-%m-%d %H:%M:%S} UTC" if daemon else ""
    click.echo(f"no daemon has been heard of{since}")
    return 1


def _lines(status: "Status", zone: tzinfo) -> Iterator[tuple[str, str]]:
    from scheduler.status import is_at_work

    daemon, sizes, now = status.daemon, status.sizes, status.now
    if daemon is None:
        yield "daemon", "not running"
    else:
        heard = f"last heard of {_ago(now - daemon.beat_at)} ago"
        state = "running" if status.alive else "gone without a word"
        since = f"since {_local(daemon.started_at, zone)}"
        yield "daemon", f"{state}: process {daemon.process} on {daemon.host}, {since}, {heard}"
    for job in status.jobs:
        if status.alive and is_at_work(job, daemon):
            yield "now", f"{job.name}, for {_ago(now - job.started_at)}"
        elif job.ended_at is not None:
            told = f"failed: {job.error}" if job.error else job.did
            yield "last", f"{job.name} at {_local(job.started_at, zone)}: {told}"
    for coming in status.coming:
        at = "now" if coming.at is None else f"at {_local(coming.at, coming.at.tzinfo or zone)}"
        yield "next", f"{coming.what} {at}"
    for digest in status.digests:
        yield (
            "digest",
            f"for {digest.recipient}, of {_local(digest.created_at, zone)}: {_became(digest, zone)}",
        )
    words = [f"{count} {condition}" for condition, count in sorted(status.sources.items())]
    yield "sources", ", ".join(words) or "none was asked yet"
    waiting = f" ({sizes.waiting:,} wait to be linked)" if sizes.waiting else ""
    held = f"{counted(sizes.posts, 'post')}, {counted(sizes.items, 'item')}{waiting}"
    yield "store", f"{held}, {megabytes(sizes.bytes)}"
    age = f", the oldest for {_ago(now - sizes.oldest)}" if sizes.oldest else ""
    yield "followups", f"{sizes.open} open{age}; {sizes.snoozed} snoozed"
    for problem in status.problems:
        yield "LOOK", problem
    if not status.problems:
        yield "all well", "nothing needs a person"


def _became(digest: "Handed", zone: tzinfo) -> str:
    if digest.silent:
        return "nothing new, nothing sent"
    told = counted(digest.followups, "follow-up")
    if digest.sent_at is not None:
        return f"{told}, sent at {_local(digest.sent_at, zone)}"
    if digest.given_up:
        return f"{told}, given up: {digest.error}"
    if digest.refused_at is not None:
        return f"{told}, refused: {digest.error}"
    tried = f" (tried {counted(digest.attempts, 'time')}: {digest.error})" if digest.attempts else ""
    return f"{told}, waits to be sent{tried}"


def _local(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _ago(span: timedelta) -> str:
    seconds = max(0, round(span.total_seconds()))
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"


def _json(status: "Status") -> dict[str, Any]:
    """The status with stable field names."""
    said: dict[str, Any] = plain_json(
        {
            "now": status.now,
            "alive": status.alive,
            "daemon": asdict(status.daemon) if status.daemon else None,
            "jobs": [asdict(job) for job in status.jobs],
            "next": [asdict(coming) for coming in status.coming],
            "digests": [asdict(digest) for digest in status.digests],
            "sources": dict(status.sources),
            "troubled": list(status.troubled),
            "sizes": asdict(status.sizes),
            "problems": [hide_secrets(problem) for problem in status.problems],
        }
    )
    return said
