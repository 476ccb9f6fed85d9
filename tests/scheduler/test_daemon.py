"""The daemon, with its clock handed in: what is due is done, at its time and once, until it is stopped."""

import asyncio
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from scheduler.daemon import Daemon
from scheduler.settings import Settings
from scheduler.status import status_of
from storage.engine import Database, open_database
from storage.errors import HeldError
from storage.followups.listing import list_followups
from storage.models import LinkRow, PostRow
from storage.sources import list_sources
from storage.watch import list_jobs, watching
from tests.scheduler.conftest import (
    ALLOWED,
    Folder,
    Mailbox,
    Site,
    add_followup,
    feed,
    mail_server,
    mail_settings,
)
from tests.scheduler.running import BEFORE, Clock, Log, running
from tests.storage.conftest import add_story, raise_pairs


def test_it_crawls_what_is_due_and_mails_at_its_time_once(
    folder: Folder, site: Site, mailbox: Mailbox, log: Log
) -> None:
    site.pages["/feed"] = feed("Acme moves production", "Acme hires")

    async def run(port: int, database: Database) -> None:
        settings = folder.settings(mail_settings(port) + ALLOWED + site.source("News", "/feed"))
        clock = Clock(BEFORE)
        async with running(database, settings, clock):
            await log.tells("items: 2 new, 0 known")
            await clock.looked_at()
            assert not mailbox.mails
            clock.time = BEFORE + timedelta(minutes=1)
            await log.tells("digest sent to editor@blog.example")
            clock.time = BEFORE + timedelta(minutes=34)
            await log.tells("1 unchanged, 0 failed")

    with mail_server(mailbox) as port, folder.database() as database:
        add_followup(database, post="A stale post")
        asyncio.run(run(port, database))
    assert [message["Subject"] for _, message in mailbox.mails] == ["1 post needs a follow-up: A stale post"]
    assert site.asked.count("/feed") == 2
    assert log.lines[0] == "INFO watching 1 source; stop with Ctrl-C or SIGTERM"
    assert log.lines[1] == "INFO next digest: 2026-11-24 07:30 JST to editor@blog.example"
    assert log.lines[-1] == "INFO stopped"


def test_a_recipient_who_is_added_while_it_runs_waits_for_the_time_of_the_digest(
    folder: Folder, site: Site, mailbox: Mailbox, log: Log
) -> None:
    def settings(port: int, *to: str) -> Settings:
        return folder.settings(mail_settings(port, *to) + ALLOWED + site.source("News", "/feed"))

    async def run(port: int, database: Database) -> None:
        clock = Clock(BEFORE)
        async with running(database, settings(port, "a@b.c"), clock) as daemon:
            await log.tells("watching")
            clock.time += timedelta(minutes=1)
            await log.tells("digest sent to a@b.c")
            clock.time += timedelta(hours=5)
            both = settings(port, "a@b.c", "new@b.c")
            daemon.read_settings = lambda: both
            daemon.reload()
            await log.tells("the settings were read again")
            await clock.looked_at()
            await clock.looked_at()
            clock.time += timedelta(hours=19)
            await log.tells("digest sent to new@b.c")

    site.pages["/feed"] = feed("Acme")
    with mail_server(mailbox) as port, folder.database() as database:
        add_followup(database)
        asyncio.run(run(port, database))
    ((_, first), (_, second)) = mailbox.mails
    assert (first["To"], second["To"]) == ("a@b.c", "new@b.c")
    assert second["Date"].datetime - first["Date"].datetime == timedelta(days=1)


def test_a_machine_that_is_off_at_the_digests_time_gets_its_first_one_the_day_after(
    folder: Folder, mailbox: Mailbox, log: Log
) -> None:
    async def run(port: int, database: Database) -> None:
        settings = folder.settings(mail_settings(port))
        clock = Clock(BEFORE.replace(hour=9))
        async with running(database, settings, clock):
            await clock.looked_at()
            clock.time += timedelta(hours=9)
            await clock.looked_at()
            await clock.looked_at()
        assert not mailbox.mails
        assert (await database.reading(status_of, settings, clock.time)).digests == []
        clock.time += timedelta(hours=15)
        async with running(database, settings, clock):
            await log.tells("digest sent to editor@blog.example")

    with mail_server(mailbox) as port, folder.database() as database:
        add_followup(database)
        asyncio.run(run(port, database))
    assert len(mailbox.mails) == 1


def test_what_was_missed_is_caught_up_and_what_was_refused_tried_again(
    folder: Folder, site: Site, mailbox: Mailbox, log: Log
) -> None:
    """A daemon that starts late; its first try is refused, and the mail comes two minutes later."""
    mailbox.refuse_data = "451 later"

    async def run(port: int, database: Database) -> None:
        settings = folder.settings(mail_settings(port))
        clock = Clock(BEFORE)
        async with running(database, settings, clock):
            await log.tells("next digest")
            clock.time += timedelta(minutes=1)
            await log.tells("digest for editor@blog.example: nothing new")
        add_followup(database)
        clock.time += timedelta(days=3, hours=2)
        async with running(database, settings, clock):
            await log.tells("digest for editor@blog.example: 1 follow-up")
            await log.tells("digest not sent, will be tried again")
            mailbox.refuse_data = ""
            clock.time += timedelta(minutes=2)
            await log.tells("digest sent to")

    with mail_server(mailbox) as port, folder.database() as database:
        asyncio.run(run(port, database))
    assert len(mailbox.mails) == 1
    assert sum(line.startswith("INFO digest for ") for line in log.lines) == 2


def test_a_digest_that_cannot_be_made_holds_up_neither_the_others_nor_the_outbox(
    folder: Folder, mailbox: Mailbox, log: Log, unwritable: None
) -> None:
    async def run(port: int, database: Database) -> None:
        settings = folder.settings(mail_settings(port, "bad@b.c", "good@b.c"))
        clock = Clock(BEFORE)
        async with running(database, settings, clock):
            await log.tells("watching")
            clock.time += timedelta(minutes=1)
            await log.tells("digest for good@b.c: 1 follow-up")
            await log.tells("digest sent to good@b.c")
            await log.tells("ERROR no digest could be made for bad@b.c: OverflowError")
            (job,) = (job for job in await database.reading(list_jobs) if job.name == "digest")
            assert job.error == "no digest could be made for bad@b.c: OverflowError"

    with mail_server(mailbox) as port, folder.database() as database:
        add_followup(database)
        asyncio.run(run(port, database))
    assert [recipient for recipient, _ in mailbox.mails] == ["good@b.c"]


def test_without_mail_settings_it_says_so_once_and_crawls(folder: Folder, site: Site, log: Log) -> None:
    site.pages["/feed"] = feed("Acme")

    async def run(database: Database) -> None:
        settings = folder.settings(ALLOWED + site.source("News", "/feed") + site.source("Gone", "/gone"))
        async with running(database, settings, Clock(BEFORE)):
            await log.tells("source Gone: ")

    with folder.database() as database:
        asyncio.run(run(database))
    assert sum("no digest will be mailed: [digest] to is empty" in line for line in log.lines) == 1
    assert "WARNING source Gone: HTTP 404 Not Found; check the address" in log.lines
    assert any("crawled 2 sources: 0 unchanged, 1 failed; items: 1 new" in line for line in log.lines)


def test_a_job_that_fails_in_a_way_nobody_thought_of_does_not_end_it(
    folder: Folder, site: Site, log: Log
) -> None:
    site.pages["/feed"] = feed("Acme")

    async def run(database: Database) -> None:
        settings = folder.settings(ALLOWED + site.source("News", "/feed"))
        clock = Clock(BEFORE)
        async with running(database, settings, clock):
            await log.tells("watching")
            clock.broken = True
            await log.tells("ERROR a job failed; it will be tried again")
            clock.broken = False
            await log.tells("crawled 1 source")

    with folder.database() as database:
        asyncio.run(run(database))


def test_what_is_in_hand_is_finished_when_it_is_stopped(folder: Folder, site: Site, log: Log) -> None:
    site.pages["/silent"] = feed("Acme moves", "Acme hires")

    async def run(database: Database) -> None:
        settings = folder.settings(ALLOWED + site.source("Slow", "/silent"))
        async with running(database, settings, Clock(BEFORE)) as daemon:
            assert await asyncio.to_thread(site.reached.wait, 30)
            daemon.stop.set()
            await log.tells("stopping")
            site.ended.set()

    with folder.database() as database:
        asyncio.run(run(database))
        with database.read() as session:
            (known,) = list_sources(session, [f"{site.url}/silent"])
    assert (known.items, known.memory.error) == (2, None)


def test_a_database_that_fails_for_a_while_does_not_end_it(
    database: Database, folder: Folder, site: Site, log: Log
) -> None:
    site.pages["/feed"] = feed("Acme")

    def rename(one: str, other: str) -> None:
        with database.write() as session:
            session.execute(text(f"ALTER TABLE {one} RENAME TO {other}"))

    async def run() -> None:
        settings = folder.settings(ALLOWED + site.source("News", "/feed"))
        rename("source", "away")
        async with running(database, settings, Clock(BEFORE)):
            await log.tells("ERROR the database ")
            rename("away", "source")
            await log.tells("crawled 1 source")

    asyncio.run(run())
    assert not any("a job failed" in line for line in log.lines)


def test_a_second_daemon_is_refused(database: Database, database_url: str, folder: Folder, log: Log) -> None:
    async def run() -> None:
        settings = folder.settings("")
        with open_database(database_url) as other:
            async with running(database, settings, Clock(BEFORE)):
                await log.tells("watching")
                with pytest.raises(HeldError, match="another daemon already runs on this database"):
                    await Daemon(other, settings, Clock(BEFORE)).run()
            async with running(other, settings, Clock(BEFORE)):
                await log.tells("watching", times=2)

    asyncio.run(run())


def test_what_it_does_is_noted_for_those_who_ask(
    database: Database, folder: Folder, site: Site, log: Log
) -> None:
    site.pages["/feed"] = feed("Acme")

    async def run() -> None:
        settings = folder.settings(ALLOWED + site.source("News", "/feed"))
        clock = Clock(BEFORE)
        async with running(database, settings, clock):
            await log.tells("crawled 1 source")
            await log.tells("housekeeping: 0 items trimmed")
            found = await database.reading(status_of, settings, BEFORE)
            assert found.alive
            clock.time += timedelta(hours=23)
            await clock.looked_at()
            clock.time += timedelta(hours=1, minutes=1)
            await log.tells("housekeeping: ", times=2)

    asyncio.run(run())
    with database.read() as session:
        assert watching(session) is None  # it was stopped as it should be
        jobs = {job.name: job for job in list_jobs(session)}
    assert jobs["crawl"].did.startswith("1 source: ")
    assert [(job.error, job.ended_at is not None) for job in jobs.values()] == [(None, True)] * 2


def test_the_service_manager_hears_of_it_while_the_database_is_busy(
    database: Database, folder: Folder, log: Log
) -> None:
    told = asyncio.Queue[str]()
    busy, over = threading.Event(), threading.Event()

    def work(_database: Database) -> None:
        busy.set()
        over.wait(30)

    async def run() -> None:
        clock = Clock(BEFORE)
        async with running(database, folder.settings(""), clock) as daemon:
            daemon.notify = told.put_nowait
            await log.tells("housekeeping: ")
            working = asyncio.create_task(database.between_writes(work))
            await asyncio.to_thread(busy.wait, 30)
            clock.time += timedelta(seconds=20)  # a beat is due, and waits
            try:
                async with asyncio.timeout(10):
                    for _ in range(told.qsize() + 3):
                        await told.get()
            finally:
                over.set()
                await working

    asyncio.run(run())


def test_it_reads_the_blog_again_and_closes_what_an_updated_post_says_by_now(
    database: Database, folder: Folder, site: Site, log: Log
) -> None:
    posts = folder.path / "posts"
    posts.mkdir()
    post = posts / "2026-01-02-acme.md"
    post.write_text("---\ntitle: Rapidusの量産\ndate: 2026-01-02\n---\n量産は2027年後半の予定です。\n")

    async def run() -> None:
        text = '[blog]\npath = "posts"\ninterval = "1h"\n' + ALLOWED + site.source("News", "/feed")
        clock = Clock(BEFORE)
        async with running(database, folder.settings(text), clock):
            await log.tells("read the blog: 1 new, 0 changed")
            with database.write() as session:
                known = session.scalars(select(PostRow)).one().id
            call_for(database, known, {"changes": ["2027年後半 → 2028年"]})
            post.write_text("---\ntitle: Rapidusの量産\ndate: 2026-01-02\n---\n量産は2028年に延びました。\n")
            clock.time += timedelta(minutes=59)
            await clock.looked_at()
            clock.time += timedelta(minutes=2)
            await log.tells("read the blog: 0 new, 1 changed, 0 unchanged; 0 gone; ")
            await log.tells("follow-ups closed: 1")

    asyncio.run(run())
    with database.read() as session:
        assert list_followups(session) == []


def call_for(database: Database, post: int, evidence: dict[str, list[str]]) -> None:
    """A story that makes the post stale, with this evidence."""
    story = add_story(database, {post: 0.9})
    with database.write() as session:
        session.execute(update(LinkRow).values(evidence={"reason": "a test", **evidence}))
    raise_pairs(database, (post, story))
