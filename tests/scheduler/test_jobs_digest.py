"""The outbox: recorded before it is mailed, each recipient once, what was refused tried again."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.jobs.digest import Sent, make_todays_digest, send_outbox
from scheduler.settings import Settings
from storage.digests import last_scheduled, outbox
from storage.engine import Database
from storage.errors import SettingsError
from storage.models import ClaimRow
from tests.conftest import NOW
from tests.scheduler.conftest import Folder, Mailbox, add_followup, mail_server, mail_settings
from tests.storage.conftest import add_post


def make(database: Database, settings: Settings, *, scheduled_for: datetime | None = NOW) -> int:
    return asyncio.run(make_todays_digest(database, settings, scheduled_for=scheduled_for, now=NOW))


def send(
    database: Database, settings: Settings, *, after: timedelta = timedelta(0), retry_now: bool = False
) -> Sent:
    return asyncio.run(send_outbox(database, settings, now=lambda: NOW + after, retry_now=retry_now))


def waiting(database: Database) -> list[str]:
    with database.read() as session:
        return [outgoing.recipient for outgoing in outbox(session)]


def test_each_recipient_gets_the_digest_once(database: Database, folder: Folder, mailbox: Mailbox) -> None:
    add_followup(database)
    with mail_server(mailbox) as port:
        settings = folder.settings(mail_settings(port, "a@b.c", "d@e.f", "a@b.c"))
        assert make(database, settings) == 1
        assert not mailbox.mails
        assert send(database, settings) == Sent(("a@b.c", "d@e.f"), ())
        assert send(database, settings) == Sent((), ())
    assert sorted(recipient for recipient, _ in mailbox.mails) == ["a@b.c", "d@e.f"]
    assert len({message["Message-ID"] for _, message in mailbox.mails}) == 1


def test_a_plan_is_due_on_the_morning_after_where_the_digest_is_read(
    database: Database, folder: Folder, mailbox: Mailbox
) -> None:
    post = add_post(database)
    with database.write() as session:
        session.add(
            ClaimRow(
                post_id=post,
                place=0,
                sentence="量産は11月24日の予定です。",
                names=[],
                figures=[],
                plan=True,
                due=NOW.date(),
            )
        )
    settings = folder.settings(mail_settings(1))
    assert settings.digest.timezone == ZoneInfo("Asia/Tokyo")
    evening, morning = (datetime(2026, 11, 24, hour, 30, tzinfo=UTC) for hour in (14, 22))

    def made(now: datetime) -> int:
        return asyncio.run(make_todays_digest(database, settings, scheduled_for=now, now=now))

    assert (made(evening), made(morning)) == (0, 1)


def test_one_bad_recipient_does_not_hold_up_the_other(
    database: Database, folder: Folder, mailbox: Mailbox
) -> None:
    add_followup(database)
    mailbox.refused.add("a@b.c")
    with mail_server(mailbox) as port:
        settings = folder.settings(mail_settings(port, "a@b.c", "d@e.f"))
        make(database, settings)
        sent = send(database, settings)
        assert sent.to == ("d@e.f",)
        assert "refuses a@b.c" in sent.failures[0]
        send(database, settings, after=timedelta(hours=1))
    assert [recipient for recipient, _ in mailbox.mails] == ["d@e.f"]
    assert waiting(database) == ["a@b.c"]


def test_a_failed_mail_is_tried_again_later_with_the_same_message_id(
    database: Database, folder: Folder, mailbox: Mailbox
) -> None:
    add_followup(database)
    with mail_server(mailbox) as port:
        settings = folder.settings(mail_settings(port))
        make(database, settings)
        with database.read() as session:
            message_id = outbox(session)[0].mail.message_id
        mailbox.refuse_data = "451 later"
        assert "451 later" in send(database, settings).failures[0]
        mailbox.refuse_data = ""
        assert send(database, settings, after=timedelta(seconds=119)) == Sent((), ())
        assert send(database, settings, after=timedelta(seconds=120)).to == ("editor@blog.example",)
    ((_, message),) = mailbox.mails
    assert message["Message-ID"] == message_id
    assert message["Date"].datetime == NOW
    assert waiting(database) == []


def test_a_mail_by_hand_does_not_wait_to_be_tried_again(
    database: Database, folder: Folder, mailbox: Mailbox
) -> None:
    add_followup(database)
    with mail_server(mailbox) as port:
        settings = folder.settings(mail_settings(port))
        make(database, settings)
        mailbox.refuse_data = "451 later"
        send(database, settings)
        mailbox.refuse_data = ""
        assert send(database, settings, retry_now=True).to == ("editor@blog.example",)


def test_a_post_title_adds_no_header(database: Database, folder: Folder, mailbox: Mailbox) -> None:
    add_followup(database, post="=?utf-8?q?a=0D=0ABcc:_evil@example.org?=")
    with mail_server(mailbox) as port:
        settings = folder.settings(mail_settings(port))
        make(database, settings)
        send(database, settings)
    assert b"\nBcc:" not in mailbox.raw[0].replace(b"\r", b"")
    assert mailbox.mails[0][1]["Auto-Submitted"] == "auto-generated"


def test_a_digest_carries_only_what_no_earlier_one_did(
    database: Database, folder: Folder, mailbox: Mailbox
) -> None:
    settings = folder.settings(mail_settings(25))
    add_followup(database, post="Old")
    make(database, settings)
    add_followup(database, post="New")
    assert make(database, settings, scheduled_for=NOW + timedelta(days=1)) == 1
    with database.read() as session:
        first, second = (outgoing.mail for outgoing in outbox(session))
    assert "Old" in first.subject
    assert "New" in second.subject
    assert "Old" not in second.text


def test_nothing_new_is_no_mail_but_the_day_is_done(database: Database, folder: Folder) -> None:
    settings = folder.settings(mail_settings(25))
    assert make(database, settings) == 0
    assert waiting(database) == []
    with database.read() as session:
        assert last_scheduled(session) == NOW


def test_one_slot_is_made_once(database: Database, folder: Folder) -> None:
    settings = folder.settings(mail_settings(25))
    make(database, settings)
    add_followup(database)
    assert make(database, settings) == 0
    assert make(database, settings, scheduled_for=None) == 1


def test_missing_settings_are_told_before_anything_is_recorded(database: Database, folder: Folder) -> None:
    add_followup(database)
    with pytest.raises(SettingsError, match="host"):
        make(database, folder.settings('[digest]\nto = ["a@b.c"]'))
    with database.read() as session:
        assert last_scheduled(session) is None
    assert make(database, folder.settings(mail_settings(25))) == 1
