"""The outbox: recorded before it is mailed, each recipient once, what was refused tried again."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.jobs.digest import (
    Sent,
    UnmadeError,
    check_delivery,
    due_recipients,
    make_digests,
    send_outbox,
    within_reach,
)
from scheduler.settings import Settings
from storage.digests.making import last_scheduled
from storage.digests.outbox import claim, outbox
from storage.engine import Database
from storage.errors import SettingsError
from storage.models import ClaimRow, FollowupPlanRow, FollowupRow
from storage.sources import Memory
from tests.conftest import NOW
from tests.scheduler.conftest import Folder, Mailbox, add_followup, mail_server, mail_settings, source
from tests.storage.conftest import add_post, remember

EDITOR = "editor@blog.example"


def make(
    database: Database,
    settings: Settings,
    *,
    scheduled_for: datetime | None = NOW,
    now: datetime = NOW,
) -> int:
    """Make a digest for every recipient; how many follow-ups were told in all."""
    to = [(recipient, scheduled_for) for recipient in check_delivery(settings)]
    made = asyncio.run(make_digests(database, settings, to, now=now))
    return sum(len(contents.followups) for contents in made.values())


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
        settings = folder.settings(mail_settings(port, "a@b.c", "d@e.f"))
        assert make(database, settings) == 2
        assert not mailbox.mails
        assert send(database, settings) == Sent(("a@b.c", "d@e.f"), ())
        assert send(database, settings) == Sent((), ())
    assert sorted(recipient for recipient, _ in mailbox.mails) == ["a@b.c", "d@e.f"]
    assert len({message["Message-ID"] for _, message in mailbox.mails}) == 2


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
        return make(database, settings, scheduled_for=now, now=now)

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
        assert "refuses a@b.c" in sent.refused[0]
        assert send(database, settings, after=timedelta(hours=1)) == Sent((), ())
        assert waiting(database) == []
        mailbox.refused.clear()
        assert send(database, settings, after=timedelta(hours=2), retry_now=True) == Sent(("a@b.c",), ())
    assert [recipient for recipient, _ in mailbox.mails] == ["d@e.f", "a@b.c"]


def test_a_digest_that_cannot_be_made_keeps_nobody_else_from_theirs(
    database: Database, folder: Folder, mailbox: Mailbox, unwritable: None
) -> None:
    add_followup(database)
    with mail_server(mailbox) as port:
        settings = folder.settings(mail_settings(port, "bad@b.c", "d@e.f"))
        with pytest.raises(
            UnmadeError, match=r"^no digest could be made for bad@b\.c: OverflowError$"
        ) as raised:
            make(database, settings)
        assert list(raised.value.made) == ["d@e.f"]
        assert send(database, settings) == Sent(("d@e.f",), ())


def test_a_fault_that_nobody_thought_of_is_that_recipients_alone(
    database: Database, folder: Folder, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a library's own")

    monkeypatch.setattr("scheduler.jobs.digest.write_files", fail)
    add_followup(database)
    with mail_server(mailbox) as port:
        text = mail_settings(port).replace("[digest]", '[digest]\natom = "digests.atom"')
        settings = folder.settings(text)
        make(database, settings)
        sent = send(database, settings)
    assert (sent.to, sent.failures) == ((EDITOR,), ("files: RuntimeError",))
    with database.read() as session:
        assert [outgoing.error for outgoing in outbox(session)] == ["files: RuntimeError"]


def test_a_mail_that_nobody_takes_for_three_days_is_given_up(
    database: Database, folder: Folder, mailbox: Mailbox
) -> None:
    add_followup(database)
    mailbox.refuse_data = "451 later"
    with mail_server(mailbox) as port:
        settings = folder.settings(mail_settings(port))
        make(database, settings)
        tries, after = 0, timedelta(0)
        while after < timedelta(days=4):
            sent = send(database, settings, after=after)
            tries += len(sent.failures)
            if sent.given_up:
                break
            after += timedelta(minutes=30)
        assert timedelta(days=3) < after < timedelta(days=3, hours=5)
    assert 15 < tries < 30
    assert sent.given_up[0].endswith("451 later")


def test_what_was_given_up_is_told_by_the_next_digest_and_not_sent_beside_it(
    database: Database, folder: Folder, mailbox: Mailbox
) -> None:
    add_followup(database, post="Old")
    mailbox.refuse_data = "451 later"
    day = timedelta(days=1)
    with mail_server(mailbox) as port:
        settings = folder.settings(mail_settings(port))
        make(database, settings)
        assert send(database, settings, after=4 * day).given_up
        mailbox.refuse_data = ""
        assert make(database, settings, scheduled_for=NOW + 4 * day, now=NOW + 4 * day) == 1
        assert send(database, settings, after=4 * day, retry_now=True) == Sent((EDITOR,), ())
        assert send(database, settings, after=5 * day, retry_now=True) == Sent((), ())
    assert [message["Subject"] for _, message in mailbox.mails] == ["1 post needs a follow-up: Old"]


def test_what_was_refused_for_good_stays_told_however_old(
    database: Database, folder: Folder, mailbox: Mailbox
) -> None:
    add_followup(database)
    mailbox.refuse_data = "554 looks like spam"
    with mail_server(mailbox) as port:
        settings = folder.settings(mail_settings(port))
        make(database, settings)
        assert send(database, settings, after=timedelta(days=4)).refused
        assert make(database, settings, scheduled_for=None) == 0
        mailbox.refuse_data = ""
        assert send(database, settings, after=timedelta(days=4), retry_now=True) == Sent((EDITOR,), ())


@pytest.mark.parametrize("fault", [SettingsError("the URL is none"), RuntimeError("a library's own")])
def test_a_digest_that_any_fault_keeps_for_three_days_is_given_up(
    database: Database, folder: Folder, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr("scheduler.jobs.digest.write_files", fail)
    add_followup(database)
    settings = folder.settings('[digest]\natom = "digests.atom"\n')
    make(database, settings)
    assert send(database, settings, after=timedelta(days=3)).failures
    assert send(database, settings, after=timedelta(days=3, hours=4)).given_up
    assert make(database, settings, scheduled_for=None) == 1


def test_each_recipient_has_a_language_a_zone_and_a_time(
    database: Database, folder: Folder, mailbox: Mailbox
) -> None:
    add_followup(database)
    text = mail_settings(25).replace(
        '["editor@blog.example"]',
        '["editor@blog.example", { address = "ny@blog.example", language = "en", at = "08:00", '
        'timezone = "America/New_York" }]',
    )
    settings = folder.settings(text.replace("[digest]", '[digest]\nlanguage = "ja"'))
    to = check_delivery(settings)
    assert [(r.name, r.language, r.timezone.key, f"{r.at:%H:%M}") for r in to] == [
        ("editor@blog.example", "ja", "Asia/Tokyo", "07:30"),
        ("ny@blog.example", "en", "America/New_York", "08:00"),
    ]
    made: list[tuple[str, int]] = []
    now = started = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    while now < started + timedelta(days=2):
        due = asyncio.run(due_recipients(database, to, started=started, now=now))
        told = asyncio.run(make_digests(database, settings, due, now=now))
        made += [(f"{now:%d %H:%M} {name}", len(contents.followups)) for name, contents in told.items()]
        now += timedelta(minutes=30)
    assert made == [
        ("24 13:00 ny@blog.example", 1),
        ("24 22:30 editor@blog.example", 1),
        ("25 13:00 ny@blog.example", 0),
        ("25 22:30 editor@blog.example", 0),
    ]
    with database.read() as session:
        subjects = {mail.recipient: mail.mail.subject for mail in outbox(session)}
    assert subjects["ny@blog.example"].startswith("1 post needs a follow-up")
    assert subjects["editor@blog.example"].startswith("続報が必要な記事")


def test_a_first_digest_that_was_missed_is_caught_up_on_once(database: Database, folder: Folder) -> None:
    first, later = (folder.settings(mail_settings(25, *to)) for to in (["a@b.c"], ["a@b.c", "new@b.c"]))
    noon = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # in Tokyo, where the digest's time is 07:30
    made = []
    for day, settings in enumerate([first, first, later, later]):
        for hours in (0, 1):
            now = noon + timedelta(days=day, hours=hours)
            due = asyncio.run(due_recipients(database, check_delivery(settings), started=now, now=now))
            made.append(list(asyncio.run(make_digests(database, settings, due, now=now))))
    assert made == [[], [], ["a@b.c"], [], ["a@b.c"], [], ["a@b.c", "new@b.c"], []]


def test_who_was_first_seen_at_a_time_to_come_is_new_once_more(database: Database, folder: Folder) -> None:
    to = check_delivery(folder.settings(mail_settings(25)))
    times = (NOW + timedelta(days=365), NOW, NOW + timedelta(days=1))
    due = [asyncio.run(due_recipients(database, to, started=now, now=now)) for now in times]
    assert [len(found) for found in due] == [0, 0, 1]


def test_a_clock_that_was_wrong_neither_skips_a_digest_nor_doubles_one(
    database: Database, folder: Folder
) -> None:
    settings = folder.settings(mail_settings(25))
    to = check_delivery(settings)
    day = timedelta(days=1)
    made = []
    # A year ahead and back again, an hour back over the digest's own time, and on.
    times = [NOW, NOW + day, NOW + 365 * day, NOW + day, NOW + 2 * day, NOW + 3 * day]
    times += [NOW + 3 * day + timedelta(hours=10, minutes=31), NOW + 3 * day + timedelta(hours=10, minutes=1)]
    for now in [*times, NOW + 4 * day]:
        add_followup(database)
        due = asyncio.run(due_recipients(database, to, started=NOW, now=now))
        made.append(list(asyncio.run(make_digests(database, settings, due, now=now))))
    once = [EDITOR]
    assert made == [[], once, once, [], once, once, once, [], []]


def test_a_try_at_a_time_to_come_holds_up_nothing(
    database: Database, folder: Folder, mailbox: Mailbox
) -> None:
    add_followup(database)
    mailbox.refuse_data = "451 later"
    with mail_server(mailbox) as port:
        settings = folder.settings(mail_settings(port))
        make(database, settings)
        send(database, settings, after=timedelta(days=2))
        mailbox.refuse_data = ""
        assert send(database, settings).to == (EDITOR,)


def test_sources_in_trouble_are_told_once_until_they_are_well_again(
    database: Database, folder: Folder
) -> None:
    url = "https://news.example/feed"
    settings = folder.settings(mail_settings(25) + source("News", url))
    told = []
    for n, failing in enumerate((True, True, False, True)):
        trouble = {"trouble": "hard", "error": "no feed", "failures": 9} if failing else {}
        remember(database, Memory(url, 1800, 1800, asked_at=NOW, counts=(5,), **trouble), url)  # type: ignore[arg-type]
        now = NOW + timedelta(days=n)
        contents = asyncio.run(
            make_digests(database, settings, [(check_delivery(settings)[0], now)], now=now)
        )
        told.append((len(contents[EDITOR].troubles), contents[EDITOR].still, contents[EDITOR].quiet))
    assert told == [(1, 0, False), (0, 1, True), (0, 0, True), (1, 0, False)]
    with database.read() as session:
        assert [mail.mail.subject for mail in outbox(session)] == [
            "A source needs a look; nothing new for your posts"
        ] * 2


def test_a_day_without_news_is_noted_where_the_settings_say_so(database: Database, folder: Folder) -> None:
    settings = folder.settings(mail_settings(25).replace("[digest]", '[digest]\nquiet = "note"'))
    make(database, settings)
    make(database, settings, scheduled_for=None)
    with database.read() as session:
        (mail,) = outbox(session)
    assert mail.mail.subject == "Nothing new for your posts; 0 sources watched"
    assert "Sources watched: 0 well, 0 silent, 0 in trouble." in mail.mail.text


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


def test_what_another_process_is_sending_is_left_to_it_by_hand_too(
    database: Database, folder: Folder, mailbox: Mailbox
) -> None:
    add_followup(database)
    with mail_server(mailbox) as port:
        settings = folder.settings(mail_settings(port))
        make(database, settings)
        with database.write() as session:
            assert claim(session, outbox(session)[0], now=NOW)
        assert send(database, settings, after=timedelta(minutes=9), retry_now=True) == Sent((), ())
        assert send(database, settings, after=timedelta(minutes=10), retry_now=True).to == (EDITOR,)


def test_each_recipient_is_told_of_a_plan(database: Database, folder: Folder) -> None:
    post = add_post(database)
    with database.write() as session:
        row = FollowupRow(post_id=post, status="open", opened_at=NOW)
        session.add(row)
        session.flush()
        plan = FollowupPlanRow(followup_id=row.id, post_id=post, sentence="x", due=NOW.date(), added_at=NOW)
        claim_of_post = {"names": [], "figures": [], "plan": True, "due": NOW.date()}
        session.add_all([plan, ClaimRow(post_id=post, place=0, sentence="x", **claim_of_post)])
    settings = folder.settings(mail_settings(25, "a@b.c", "d@e.f"))
    told = []
    for n, recipient in enumerate([*check_delivery(settings)] * 2):
        now = NOW + timedelta(hours=n)
        contents = asyncio.run(make_digests(database, settings, [(recipient, now)], now=now))
        told.append(len(contents[recipient.name].followups))
    assert told == [1, 1, 0, 0]


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
        assert last_scheduled(session, EDITOR, NOW) == NOW


def test_one_slot_is_made_once(database: Database, folder: Folder) -> None:
    settings = folder.settings(mail_settings(25))
    make(database, settings)
    add_followup(database)
    assert make(database, settings) == 0
    assert make(database, settings, scheduled_for=None) == 1


def test_what_is_missing_for_some_does_not_keep_the_others_from_theirs(folder: Folder) -> None:
    nothing = within_reach(folder.settings(""))
    assert (nothing.recipients, nothing.problems[0][:20]) == ([], "[digest] to is empty")
    no_mail = within_reach(folder.settings('[digest]\nto = ["a@b.c"]\natom = "d.atom"\n'))
    assert ([r.name for r in no_mail.recipients], no_mail.problems) == (
        ["files"],
        ["[mail] host is missing; give the name of your mail server"],
    )
    text = mail_settings(25).replace("[digest]", '[digest]\nchat_file = "chat.urls"')
    no_chat = within_reach(folder.settings(text))
    assert [r.name for r in no_chat.recipients] == [EDITOR]
    assert "chat.urls cannot be read" in no_chat.problems[0]
    with pytest.raises(SettingsError, match="chat_file"):
        check_delivery(folder.settings(text))
    whole = within_reach(folder.settings(mail_settings(25)))
    assert ([r.name for r in whole.recipients], whole.problems) == ([EDITOR], [])
