"""The daemon as the store knows it: who it is, when its loop last turned, what its jobs last did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.models import JobRow, WatchRow

ONLY = 1  # the id of the one row


@dataclass(frozen=True)
class Watching:
    """A daemon that runs, or that died without a word."""

    host: str
    process: int
    version: str
    started_at: datetime
    beat_at: datetime


@dataclass(frozen=True)
class Job:
    """What the daemon last did of one kind."""

    name: str
    started_at: datetime
    ended_at: datetime | None  # none: it is at it, or died at it
    did: str
    error: str | None


def beat(
    session: Session, host: str, process: int, version: str, *, started_at: datetime, now: datetime
) -> None:
    """Note that a daemon runs, and that its loop turns."""
    session.merge(
        WatchRow(id=ONLY, host=host, process=process, version=version, started_at=started_at, beat_at=now)
    )


def end_watch(session: Session) -> None:
    """Note that the daemon was stopped as it should be."""
    session.execute(delete(WatchRow))


def forget_watch(session: Session) -> None:
    """Forget the daemon and its jobs: these were another database's."""
    session.execute(delete(WatchRow))
    session.execute(delete(JobRow))


def watching(session: Session) -> Watching | None:
    """The daemon that was not stopped; none if the last one was, or there never was one."""
    row = session.get(WatchRow, ONLY)
    if row is None:
        return None
    return Watching(row.host, row.process, row.version, row.started_at, row.beat_at)


def begin_job(session: Session, name: str, *, now: datetime) -> None:
    """Note that a job has begun."""
    session.merge(JobRow(name=name, started_at=now, ended_at=None, did="", error=None))


def end_job(session: Session, name: str, *, did: str = "", error: str | None = None, now: datetime) -> None:
    """Note what came of a job, or why it failed."""
    row = session.get(JobRow, name)
    if row is not None:
        row.ended_at, row.did, row.error = now, did, error


def list_jobs(session: Session) -> Sequence[Job]:
    """What the jobs last did, by name."""
    rows = session.scalars(select(JobRow).order_by(JobRow.name))
    return [Job(row.name, row.started_at, row.ended_at, row.did, row.error) for row in rows]
