"""`chipwatch status`: what runs, what comes next, what became of the digests, and what needs a person."""

import json
from datetime import timedelta

import pytest

from storage.digests.outbox import claim, give_up, outbox, record_delivery
from storage.sources import Memory
from storage.watch import beat, begin_job, end_job, end_watch
from tests.conftest import NOW
from tests.scheduler.conftest import Folder, add_followup, mail_settings, source
from tests.scheduler.test_jobs_digest import make
from tests.storage.conftest import remember

URL = "https://news.example/feed"


def beating(folder: Folder, ago: timedelta = timedelta(seconds=3)) -> None:
    """A daemon that was last heard of then."""
    with folder.database() as database, database.write() as session:
        beat(session, "desk", 4711, "0.2.0", started_at=NOW - timedelta(hours=5), now=NOW - ago)


def seeded(folder: Folder) -> None:
    with folder.database() as database:
        add_followup(database, post="Acme's chip")
        well = Memory(
            URL, 1800, 1800, asked_at=NOW, answered_at=NOW, due_at=NOW + timedelta(hours=1), counts=(9,)
        )
        remember(database, well, URL)


def test_all_well(folder: Folder) -> None:
    folder.settings(mail_settings(25) + source("Chip Wire", URL))
    seeded(folder)
    beating(folder)
    with folder.database() as database, database.write() as session:
        begin_job(session, "crawl", now=NOW - timedelta(minutes=3))
        end_job(session, "crawl", did="1 source", now=NOW)
        begin_job(session, "posts", now=NOW - timedelta(seconds=40))
    ran = folder.run("status")
    assert (ran.code, ran.err) == (0, "")
    for line in (
        "daemon    running: process 4711 on desk, since 2026-11-24 16:00 JST, last heard of 3 seconds ago",
        "last      crawl at 2026-11-24 20:57 JST: 1 source",
        "now       posts, for 40 seconds",
        "next      crawl at 2026-11-24 22:00 JST",
        "next      posts at 2026-11-24 21:59 JST",
        "next      digest for editor@blog.example at 2026-11-25 07:30 JST",
        "sources   1 well",
        "followups 1 open, the oldest for 0 seconds; 0 snoozed",
        "all well  nothing needs a person",
    ):
        assert line in ran.out.splitlines()
    assert "store     1 post, 1 item" in ran.out


def test_as_json(folder: Folder) -> None:
    folder.settings(mail_settings(25) + source("Chip Wire", URL))
    seeded(folder)
    beating(folder)
    said = json.loads(folder.run("status", "--json").out)
    assert said["alive"] is True
    assert said["daemon"]["process"] == 4711
    assert said["sizes"]["open"] == 1
    assert said["sources"] == {"well": 1}
    assert [coming["what"] for coming in said["next"]] == ["crawl", "digest for editor@blog.example"]
    assert said["problems"] == []


def test_a_daemon_that_is_gone_without_a_word_needs_a_person(folder: Folder) -> None:
    folder.settings(source("Chip Wire", URL))
    seeded(folder)
    beating(folder, timedelta(minutes=9))
    ran = folder.run("status")
    assert ran.code == 1
    assert "daemon    gone without a word: process 4711 on desk" in ran.out
    assert "LOOK      the daemon (process 4711 on desk) was last heard of at 2026-11-24 11:51 UTC" in ran.out


def test_one_that_was_stopped_does_not(folder: Folder) -> None:
    folder.settings(source("Chip Wire", URL))
    seeded(folder)
    beating(folder, timedelta(minutes=9))
    with folder.database() as database, database.write() as session:
        end_watch(session)
    ran = folder.run("status")
    assert ran.code == 0
    assert "daemon    not running" in ran.out


def test_a_digest_that_was_given_up_says_that_the_next_one_tells_it(folder: Folder) -> None:
    settings = folder.settings(mail_settings(25) + source("Chip Wire", URL))
    seeded(folder)
    with folder.database() as database:
        make(database, settings)
        with database.write() as session:
            give_up(session, outbox(session)[0].digest_id, error="451 later", now=NOW)
    ran = folder.run("status")
    assert "of 2026-11-24 21:00 JST: 1 follow-up, given up: 451 later" in ran.out
    assert "for editor@blog.example was given up: 451 later; the next one tells it again" in ran.out
    assert "--send" not in ran.out


def test_a_digest_that_was_refused_and_a_job_that_failed_need_a_person(folder: Folder) -> None:
    settings = folder.settings(mail_settings(25) + source("Chip Wire", URL))
    seeded(folder)
    beating(folder)
    with folder.database() as database:
        make(database, settings)
        with database.write() as session:
            (outgoing,) = outbox(session)
            claim(session, outgoing, now=NOW)
            record_delivery(session, outgoing.digest_id, error="550 no such person", for_good=True, now=NOW)
            begin_job(session, "housekeeping", now=NOW)
            end_job(session, "housekeeping", error="the disk is full", now=NOW)
    ran = folder.run("status")
    assert ran.code == 1
    assert "digest    for editor@blog.example, of 2026-11-24 21:00 JST: 1 follow-up, refused: 550" in ran.out
    assert (
        "LOOK      the digest of 2026-11-24 for editor@blog.example was refused: 550 no such person"
        in ran.out
    )
    assert "LOOK      housekeeping failed at 2026-11-24 12:00 UTC: the disk is full" in ran.out
    folder.now = NOW + timedelta(days=8)
    assert "was refused" not in folder.run("status").out
    # A daemon that was stopped does nothing again, and nobody need mind one who is no recipient any more.
    folder.settings(mail_settings(25, "new@blog.example") + source("Chip Wire", URL))
    with folder.database() as database, database.write() as session:
        end_watch(session)
    ran = folder.run("status")
    assert (ran.code, "editor@blog.example" in ran.out) == (0, False)


def test_a_digest_that_waits_for_more_than_a_day_needs_a_person(folder: Folder) -> None:
    settings = folder.settings(mail_settings(25) + source("Chip Wire", URL))
    seeded(folder)
    with folder.database() as database:
        make(database, settings, now=NOW - timedelta(days=1))
    assert folder.run("status").code == 0
    folder.now = NOW + timedelta(seconds=1)
    ran = folder.run("status")
    assert ran.code == 1
    assert "LOOK      the digest of 2026-11-23 for editor@blog.example waits: it was not tried yet" in ran.out


def test_what_a_daemon_was_at_when_it_was_killed_is_not_being_done(folder: Folder) -> None:
    folder.settings(source("Chip Wire", URL))
    seeded(folder)
    beating(folder)
    with folder.database() as database, database.write() as session:
        begin_job(session, "digest", now=NOW - timedelta(hours=9))
        begin_job(session, "posts", now=NOW - timedelta(hours=1))
    out = folder.run("status").out
    assert "now       posts, for 60 minutes" in out
    assert "now       digest" not in out


def test_a_digest_that_nobody_tries_again_needs_a_person(folder: Folder) -> None:
    settings = folder.settings(mail_settings(25) + source("Chip Wire", URL))
    seeded(folder)
    with folder.database() as database:
        make(database, settings)
        with database.write() as session:
            (outgoing,) = outbox(session)
            claim(session, outgoing, now=NOW)
            record_delivery(session, outgoing.digest_id, error="451 later", now=NOW)
    said = "LOOK      the digest of 2026-11-24 for editor@blog.example waits: 451 later"
    assert said in folder.run("status").out
    beating(folder)  # it tries again
    assert said not in folder.run("status").out


def test_sources_in_trouble_and_a_mail_that_cannot_be_sent_need_a_person(folder: Folder) -> None:
    folder.settings('[digest]\nto = ["a@b.c"]\n' + source("Chip Wire", f"{URL}?token=s3cret"))
    with folder.database() as database:
        url = f"{URL}?token=s3cret"
        remember(
            database,
            Memory(url, 1800, 1800, asked_at=NOW, trouble="hard", error="no feed", failures=2),
            url,
        )
    ran = folder.run("status")
    assert ran.code == 1
    for line in (
        "LOOK      no digest can be sent: [mail] host is missing; give the name of your mail server",
        "LOOK      1 source needs a look: chipwatch sources list --trouble",
        "LOOK      no posts are imported, so that no news can be linked: chipwatch posts import",
    ):
        assert line in ran.out.splitlines()
    assert "s3cret" not in ran.out


@pytest.mark.parametrize(
    ("ago", "code", "said"),
    [
        (timedelta(seconds=30), 0, "alive\n"),
        (timedelta(minutes=2), 1, "no daemon has been heard of since 2026-11-24 11:58:00 UTC\n"),
        (-timedelta(days=300), 1, "no daemon has been heard of since 2027-09-20 12:00:00 UTC\n"),
    ],
)
def test_whether_it_is_alive(folder: Folder, ago: timedelta, code: int, said: str) -> None:
    beating(folder, ago)
    ran = folder.run("status", "--alive")
    assert (ran.code, ran.out) == (code, said)


def test_where_there_is_no_daemon_it_is_not_alive(folder: Folder) -> None:
    ran = folder.run("status", "--alive")
    assert (ran.code, ran.out) == (1, "no daemon has been heard of\n")
