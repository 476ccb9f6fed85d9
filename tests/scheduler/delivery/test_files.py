"""Digests as files: an Atom feed that feed readers read, and JSON; whole or not there."""

import asyncio
import json
from datetime import timedelta

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from scheduler.delivery.files import as_atom, self_contained, write_files
from scheduler.jobs.digest import check_delivery, make_digests, send_outbox
from storage.digests.content import Mail
from storage.digests.history import Recorded
from storage.engine import Database
from storage.errors import DeliveryError
from tests.conftest import NOW
from tests.scheduler.conftest import Folder, add_followup

FILES = '[digest]\natom = "digest.atom"\njson = "digest.json"\n[blog]\nbase_url = "https://blog.example"\n'


def digest(database: Database, folder: Folder, day: int) -> None:
    settings = folder.settings(FILES)
    now = NOW + timedelta(days=day)
    to = [(recipient, now) for recipient in check_delivery(settings)]
    asyncio.run(make_digests(database, settings, to, now=now))
    asyncio.run(send_outbox(database, settings, now=lambda: now, retry_now=False))


def test_the_last_digests_stand_in_both_files_newest_first(database: Database, folder: Folder) -> None:
    for day, post in enumerate(("Acme's chip", "Initech's fab")):
        add_followup(database, post=post)
        digest(database, folder, day)
    digest(database, folder, 2)  # nothing new
    feed = feedparser.parse((folder.path / "digest.atom").read_bytes())
    assert not feed.bozo
    assert [entry.title for entry in feed.entries] == [
        "1 post needs a follow-up: Initech's fab",
        "1 post needs a follow-up: Acme's chip",
    ]
    assert len({entry.id for entry in feed.entries}) == 2
    assert feed.feed.updated == "2026-11-25T12:00:00+00:00"
    assert "chipwatch followups done" in feed.entries[0].content[0].value
    data = json.loads((folder.path / "digest.json").read_text(encoding="utf-8"))
    assert [digest["subject"] for digest in data["digests"]] == [entry.title for entry in feed.entries]


def test_a_file_that_cannot_be_written_is_named_and_tried_again(database: Database, folder: Folder) -> None:
    add_followup(database)
    (folder.path / "digest.atom").mkdir()
    digest(database, folder, 0)
    assert not (folder.path / "digest.json").exists()
    (folder.path / "digest.atom").rmdir()
    digest(database, folder, 1)
    assert (folder.path / "digest.atom").is_file()
    assert (folder.path / "digest.json").is_file()


def test_a_folder_in_its_place_is_told(folder: Folder) -> None:
    settings = folder.settings(FILES)
    (folder.path / "digest.atom").mkdir()
    with pytest.raises(DeliveryError, match=r"\[digest\] atom: .* cannot be written"):
        write_files(settings, [])


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_is_said_the_feed_is_well_formed(said: str) -> None:
    mail = Mail(said, f"<html><body class='x'><p>{said}</p></body></html>", said, "<1@x>", {})
    etree.fromstring(as_atom([Recorded(NOW, mail)], "https://blog.example"))


def test_a_chart_goes_into_the_page_itself() -> None:
    mail = Mail("s", '<img src="cid:chart">', "t", "<1@x>", {}, b"PNG")
    assert self_contained(mail) == '<img src="data:image/png;base64,UE5H">'
    assert self_contained(Mail("s", "<p>", "t", "<1@x>", {})) == "<p>"


@pytest.mark.parametrize("name", ["a\\u0000b", "/dev/null/x", "."])
def test_what_cannot_be_a_file_is_told(folder: Folder, name: str) -> None:
    settings = folder.settings(f'[digest]\njson = "{name}"\n')
    with pytest.raises(DeliveryError, match=r"\[digest\] json: .* cannot be written"):
        write_files(settings, [])
