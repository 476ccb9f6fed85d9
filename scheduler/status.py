"""How the watch is doing, and whether someone should look at it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crawler.health import Condition, health_of
from scheduler.digest.schedule import next_slot
from scheduler.jobs.digest import within_reach
from scheduler.jobs.housekeeping import HOUSEKEEPING
from scheduler.settings import Settings
from storage.digests.history import Handed, last_handed
from storage.engine import Session
from storage.sizes import Sizes, sizes_of
from storage.sources import KnownSource, list_sources
from storage.watch import Job, Watching, list_jobs, watching

ALIVE = timedelta(minutes=1)  # since a daemon was last heard of; it says so four times as often
FORGOTTEN = timedelta(days=7)  # since a digest was made; one that was refused then is nobody's worry now
LATE = timedelta(days=1)  # that a digest may wait for its mail server before someone should look


@dataclass(frozen=True)
class Next:
    """What comes next, and when."""

    what: str
    at: datetime | None  # none: at once


@dataclass(frozen=True)
class Status:
    """How the watch is doing."""

    now: datetime
    daemon: Watching | None
    alive: bool
    jobs: Sequence[Job]
    coming: Sequence[Next]
    digests: Sequence[Handed]
    sources: Mapping[Condition, int]
    troubled: Sequence[str]  # names of sources that someone should look at
    sizes: Sizes
    problems: Sequence[str] = ()  # what someone should look at, each in a line


def is_alive(daemon: Watching | None, now: datetime) -> bool:
    """Whether a daemon's loop turned within the last minute."""
    return daemon is not None and abs(now - daemon.beat_at) < ALIVE


def status_of(session: Session, settings: Settings, now: datetime) -> Status:
    """How the watch of these settings is doing now."""
    sources = list_sources(session, [source.url for source in settings.sources])
    health = {source.name: health_of(source, now) for source in sources}
    daemon, jobs, to = watching(session), list_jobs(session), _names(settings)
    status = Status(
        now=now,
        daemon=daemon,
        alive=is_alive(daemon, now),
        jobs=jobs,
        coming=list(_coming(settings, sources, jobs, now)),
        digests=[digest for digest in last_handed(session) if to is None or digest.recipient in to],
        sources=Counter(found.condition for found in health.values()),
        troubled=[name for name, found in health.items() if found.needs_a_person],
        sizes=sizes_of(session),
    )
    return replace(status, problems=list(_problems(status, settings)))


def is_at_work(job: Job, daemon: Watching | None) -> bool:
    """Whether a job is being done, and was not left by a daemon that died at it."""
    return job.ended_at is None and daemon is not None and job.started_at >= daemon.started_at


def _names(settings: Settings) -> set[str] | None:
    """Who gets a digest, none if that cannot be told; what somebody else did not take is nobody's worry."""
    reach = within_reach(settings)
    return None if reach.problems else {recipient.name for recipient in reach.recipients}


def _coming(
    settings: Settings, sources: Sequence[KnownSource], jobs: Sequence[Job], now: datetime
) -> Iterator[Next]:
    zone = settings.digest.timezone
    due = [source.memory.due_at for source in sources if source.memory.retired_at is None]
    unknown = len(settings.sources) - len(sources)
    if unknown or None in due:
        yield Next("crawl", None)
    elif due:
        at = min(when for when in due if when is not None)
        yield Next("crawl", at.astimezone(zone) if at > now else None)
    began = {job.name: job.started_at for job in jobs}
    for name, interval in (("posts", settings.blog.interval), ("housekeeping", HOUSEKEEPING)):
        if name in began:
            yield Next(name, (began[name] + interval).astimezone(zone))
    for recipient in within_reach(settings).recipients:
        slot = next_slot(now, recipient.at, recipient.timezone).astimezone(recipient.timezone)
        yield Next(f"digest for {recipient.name}", slot)


def _problems(status: Status, settings: Settings) -> Iterator[str]:
    daemon = status.daemon
    if daemon is not None and not status.alive:
        yield (
            f"the daemon (process {daemon.process} on {daemon.host}) was last heard of at "
            f"{daemon.beat_at:%Y-%m-%d %H:%M} UTC, and was not stopped: start it again"
        )
    for job in status.jobs:
        # Once the daemon was stopped nobody does it again, by which the error would go.
        if job.error is not None and daemon is not None:
            yield f"{job.name} failed at {job.started_at:%Y-%m-%d %H:%M} UTC: {job.error}"
    reach, digest = within_reach(settings), settings.digest
    if digest.to or digest.chat_file or reach.recipients:  # else nobody wants one
        for problem in reach.problems:
            yield f"{'not every' if reach.recipients else 'no'} digest can be sent: {problem}"
    yield from _stuck(status)
    if status.troubled:
        count = len(status.troubled)
        yield (
            f"{count} source{' needs' if count == 1 else 's need'} a look: chipwatch sources list --trouble"
        )
    if not status.sizes.posts:
        yield "no posts are imported, so that no news can be linked: chipwatch posts import"


def _stuck(status: Status) -> Iterator[str]:
    """The digests that were not taken."""
    for digest in status.digests:
        if status.now - digest.created_at > FORGOTTEN:
            continue
        which = f"the digest of {digest.created_at:%Y-%m-%d} for {digest.recipient}"
        if digest.given_up:
            yield f"{which} was given up: {digest.error}; the next one tells it again"
        elif digest.refused_at is not None:
            yield f"{which} was refused: {digest.error}; chipwatch digest --send tries it again"
        elif not digest.silent and digest.sent_at is None and _is_late(digest, status):
            yield f"{which} waits: {digest.error or 'it was not tried yet'}"


def _is_late(digest: Handed, status: Status) -> bool:
    """Whether a digest has waited too long, or nobody is there to try it again."""
    abandoned = digest.error is not None and not status.alive
    return abandoned or status.now - digest.created_at > LATE
