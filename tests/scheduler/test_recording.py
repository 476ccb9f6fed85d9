"""What is noted of a job."""

import asyncio

import pytest

from scheduler.jobs.recording import recorded
from storage.engine import Database
from storage.errors import SourceError
from storage.watch import list_jobs
from tests.conftest import NOW


def test_why_a_job_failed_is_noted_without_a_secret(database: Database) -> None:
    async def run() -> None:
        async with recorded(database, "posts", lambda: NOW):
            raise SourceError("https://me:s3cret@blog.example/?key=s3cret gives no blog")

    with pytest.raises(SourceError):
        asyncio.run(run())
    with database.read() as session:
        assert list_jobs(session)[0].error == "https://***@blog.example/?key=*** gives no blog"
