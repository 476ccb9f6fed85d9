"""Killed at any step, a digest is neither lost nor knowingly sent twice."""

import asyncio
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from scheduler.jobs.digest import check_delivery, make_digests, send_outbox
from storage.engine import open_database
from tests.conftest import NOW
from tests.scheduler.conftest import Folder, Mailbox, add_followup, mail_server, mail_settings

ROOT = Path(__file__).parents[2]
KILLED = "-9"
STEPS = 16


@contextmanager
def sender(folder: Folder) -> Iterator[Callable[[int, int], str]]:
    """Makes and sends the digest of a day, killed at a step; gives what it printed."""
    command = [sys.executable, "-m", "tests.scheduler.sender", str(folder.path / "chipwatch.toml")]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        given, told = process.stdin, process.stdout

        def send(day: int, last: int) -> str:
            given.write(f"{(NOW + timedelta(days=day)).isoformat()} {last}\n")
            given.flush()
            return told.readline().strip()

        yield send


def test_killed_at_each_step_it_is_sent_in_the_end(
    database_url: str, folder: Folder, mailbox: Mailbox
) -> None:
    with mail_server(mailbox) as port, open_database(database_url) as database:
        settings = folder.settings(f'[storage]\nurl = "{database_url}"\n{mail_settings(port)}')
        with sender(folder) as send:
            add_followup(database, post="Post -1")
            assert send(-1, 10_000) == f"{STEPS} 0"
            for step in range(STEPS):
                add_followup(database, post=f"Post {step}")
                assert send(step, step) == KILLED
                now = NOW + timedelta(days=step)
                to = [(recipient, now) for recipient in check_delivery(settings)]
                later = now + timedelta(minutes=11)  # what died at it is waited for ten minutes
                asyncio.run(make_digests(database, settings, to, now=later))
                asyncio.run(send_outbox(database, settings, now=lambda at=later: at, retry_now=False))  # type: ignore[misc]
    copies = defaultdict(list)
    for _, message in mailbox.mails:
        copies[message["Subject"]].append(message["Message-ID"])
    assert set(copies) == {f"1 post needs a follow-up: Post {n}" for n in range(-1, STEPS)}
    twice = [subject for subject, ids in copies.items() if len(ids) > 1]
    assert len(twice) <= 2  # between the server's answer and the record of it
    assert all(len(set(ids)) == 1 for ids in copies.values())
