"""`chipwatch digest`: looked at without a trace, or sent by hand."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from scheduler.clock import utc_now
from scheduler.settings import PASSWORD_VARIABLE
from storage.models import DigestRow
from tests.scheduler.conftest import Folder, Mailbox, add_followup, mail_server, mail_settings


def seed(folder: Folder, title: str = "Acme's chip") -> None:
    with folder.database() as database:
        add_followup(database, post=title)


@pytest.mark.parametrize(("name", "begins"), [("d.html", "<!DOCTYPE html>"), ("d.txt", "Posts that need")])
def test_a_preview_is_written_and_marks_nothing(folder: Folder, name: str, begins: str) -> None:
    seed(folder)
    for _ in range(2):
        ran = folder.run("digest", "--preview", name)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith(f"wrote {name}: 1 follow-up; nothing was mailed\n")
        assert "base_url" not in ran.out
        written = (folder.path / name).read_text(encoding="utf-8")
        assert written.startswith(begins)
        assert "chipwatch followups done" in written


def test_a_post_without_an_address_is_told_of(folder: Folder) -> None:
    with folder.database() as database:
        add_followup(database, post_url="/2026/acme.html")
    assert (
        "set [blog] base_url so that their titles become links"
        in folder.run("digest", "--preview", "d.txt").out
    )


def test_a_preview_of_nothing_says_so(folder: Folder) -> None:
    folder.settings('[digest]\nlanguage = "ja"\n')
    assert "0 follow-ups" in folder.run("digest", "--preview", "d.txt").out
    assert "記事の更新が必要なニュースはありません" in (folder.path / "d.txt").read_text(encoding="utf-8")


def test_another_kind_of_file_is_refused(folder: Folder) -> None:
    ran = folder.run("digest", "--preview", "d.pdf")
    assert ran.code == 2
    assert not (folder.path / "d.pdf").exists()


def test_it_is_sent_once(folder: Folder, mailbox: Mailbox) -> None:
    with mail_server(mailbox) as port:
        folder.settings(mail_settings(port, "a@b.c", "d@e.f"))
        seed(folder)
        assert folder.run("digest", "--send").out == "sent to a@b.c\nsent to d@e.f\n"
        ran = folder.run("digest", "--send")
    assert (ran.code, ran.out) == (0, "nothing new since the last digest: no mail\n")
    assert len(mailbox.mails) == 2
    assert mailbox.mails[0][1]["Subject"] == "1 post needs a follow-up: Acme's chip"


def test_sending_lets_go_of_digests_of_long_ago(folder: Folder, mailbox: Mailbox) -> None:
    with mail_server(mailbox) as port:
        folder.settings(mail_settings(port))
        seed(folder)
        assert folder.run("digest", "--send").code == 0
        with folder.database() as database, database.write() as session:
            session.execute(update(DigestRow).values(created_at=utc_now() - timedelta(days=366)))
        seed(folder, "Of today")
        assert folder.run("digest", "--send").code == 0
    with folder.database() as database, database.read() as session:
        digests = session.scalars(select(DigestRow).order_by(DigestRow.id))
        assert [bool(digest.text) for digest in digests] == [False, True]


def test_what_was_refused_is_kept_for_the_next_time(folder: Folder, mailbox: Mailbox) -> None:
    mailbox.refuse_data = "451 later"
    with mail_server(mailbox) as port:
        folder.settings(mail_settings(port))
        seed(folder)
        ran = folder.run("digest", "--send")
        assert (ran.code, ran.out) == (1, "")
        assert "451 later" in ran.err
        assert "It is kept" in ran.err
        assert ran.err.count("\n") == 1
        mailbox.refuse_data = ""
        ran = folder.run("digest", "--send")
    assert ran.code == 0
    assert "an earlier digest that had not been taken" in ran.out


def test_one_refused_recipient_is_an_error_and_the_other_is_served(folder: Folder, mailbox: Mailbox) -> None:
    mailbox.refused.add("a@b.c")
    with mail_server(mailbox) as port:
        folder.settings(mail_settings(port, "a@b.c", "d@e.f"))
        seed(folder)
        ran = folder.run("digest", "--send")
    assert ran.code == 1
    assert ran.out == "sent to d@e.f\n"
    assert "refuses a@b.c" in ran.err


def test_a_digest_that_cannot_be_made_is_an_error_and_the_other_is_sent(
    folder: Folder, mailbox: Mailbox, unwritable: None
) -> None:
    with mail_server(mailbox) as port:
        folder.settings(mail_settings(port, "bad@b.c", "d@e.f"))
        seed(folder)
        ran = folder.run("digest", "--send")
    assert (ran.code, ran.out) == (1, "sent to d@e.f\n")
    assert "no digest could be made for bad@b.c: OverflowError" in ran.err


def test_without_a_password_nothing_is_recorded(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    folder.settings(mail_settings(25, more='username = "editor"\n'))
    seed(folder)
    ran = folder.run("digest", "--send")
    assert ran.code == 2
    assert ran.err.startswith("chipwatch: [mail] username is set but there is no password")
    assert "1 follow-up" in folder.run("digest", "--preview", "d.txt").out


def test_a_trial_mails_one_address_and_marks_nothing(folder: Folder, mailbox: Mailbox) -> None:
    with mail_server(mailbox) as port:
        folder.settings(mail_settings(port, "a@b.c", "d@e.f"))
        seed(folder)
        ran = folder.run("digest", "--send", "--to", "me@home.example")
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith("mailed to me@home.example as a trial: 1 follow-up; all of it stays new")
        assert [recipient for recipient, _ in mailbox.mails] == ["me@home.example"]
        assert folder.run("digest", "--send").out == "sent to a@b.c\nsent to d@e.f\n"
    assert len({message["Message-ID"] for _, message in mailbox.mails}) == 3


def test_a_trial_needs_an_address(folder: Folder) -> None:
    ran = folder.run("digest", "--send", "--to", "me")
    assert (ran.code, ran.err) == (2, "chipwatch: --to 'me' is not an e-mail address\n")


def test_a_preview_is_as_one_recipient_would_get_it(folder: Folder) -> None:
    folder.settings('[digest]\nlanguage = "ja"\nto = ["a@b.c", { address = "d@e.f", language = "en" }]\n')
    seed(folder)
    folder.run("digest", "--preview", "a.txt")
    folder.run("digest", "--preview", "d.txt", "--to", "d@e.f")
    assert "続報が必要な記事" in (folder.path / "a.txt").read_text(encoding="utf-8")
    assert "Posts that need a follow-up" in (folder.path / "d.txt").read_text(encoding="utf-8")


def test_a_preview_as_data(folder: Folder) -> None:
    seed(folder)
    assert folder.run("digest", "--preview", "d.json").code == 0
    data = json.loads((folder.path / "d.json").read_text(encoding="utf-8"))
    assert [followup["post"]["title"] for followup in data["followups"]] == ["Acme's chip"]
