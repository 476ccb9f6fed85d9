"""What the daemon's jobs do is noted in the store, for those who ask how it is doing."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from storage.engine import Database
from storage.hiding import hide_secrets
from storage.watch import begin_job, end_job, list_jobs


@dataclass
class Run:
    """One run of a job: what it did, in a line, once that is known."""

    did: str = ""


@asynccontextmanager
async def recorded(database: Database, name: str, now: Callable[[], datetime]) -> AsyncIterator[Run]:
    """Note that a job runs for the length of the block, and what came of it; errors are noted and go on."""
    run = Run()
    await database.writing(begin_job, name, now=now())
    try:
        yield run
    except Exception as error:
        said = hide_secrets(str(error)) or type(error).__name__
        await database.writing(end_job, name, error=said, now=now())
        raise
    await database.writing(end_job, name, did=run.did, now=now())


async def last_begun(database: Database, name: str, now: datetime) -> datetime | None:
    """When a job last began; none if it never did, or at a time to come, by a clock that was wrong."""
    jobs = await database.reading(list_jobs)
    began = next((job.started_at for job in jobs if job.name == name), None)
    return None if began is None or began > now else began
