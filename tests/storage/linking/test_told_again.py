"""What a digest has said decides what it says again, not when it came: with the real linker."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage.engine import Database
from storage.entry import Entry
from storage.followups.listing import find_followup
from storage.followups.settling import settle
from storage.linking.names import Vocabulary
from tests.conftest import NOW
from tests.storage.conftest import store
from tests.storage.linking.conftest import import_blog
from tests.storage.linking.test_again import NEWS, _link
from tests.storage.test_digests import DAY, Writer, make

MINUTE = timedelta(minutes=1)
AMOUNT = f"{NEWS}、違約金は400億ドル"
OTHER = "https://other.example/feed.xml"


class Desk:
    """A blog whose news is stored, linked and mailed at given times."""

    def __init__(self, database: Database, folder: Path, words: Vocabulary) -> None:
        import_blog(database, folder / "posts", words)
        self._database, self._words, self._writer = database, words, Writer()

    def store(self, title: str, when: datetime, source: str = "https://news.example/feed.xml") -> None:
        """The one article of a source, with the title that it has by then."""
        entry = Entry(f"{source}/1", title, "", "ja", NOW - DAY, "1")
        store(self._database, entry, now=when, source=source)

    def link(self, when: datetime) -> None:
        _link(self._database, self._words, when)

    def mail(self, when: datetime) -> int:
        """How many follow-ups the digest of that time tells of."""
        return make(self._database, self._writer, now=when)


@pytest.fixture
def desk(database: Database, tmp_path: Path, words: Vocabulary) -> Desk:
    made = Desk(database, tmp_path, words)
    made.store(NEWS, NOW - DAY)
    made.link(NOW - DAY)
    return made


def test_a_report_that_came_before_the_digest_and_was_linked_after_it_is_told(desk: Desk) -> None:
    desk.store(AMOUNT, NOW - MINUTE, OTHER)
    assert desk.mail(NOW) == 1
    desk.link(NOW + MINUTE)
    assert [desk.mail(NOW + days * DAY) for days in (1, 2)] == [1, 0]


def test_the_only_report_is_told_again_when_its_source_adds_a_figure(desk: Desk) -> None:
    assert desk.mail(NOW) == 1
    desk.store(AMOUNT, NOW + MINUTE)
    desk.link(NOW + MINUTE)
    assert [desk.mail(NOW + days * DAY) for days in (1, 2)] == [1, 0]


def test_nothing_is_told_again_for_a_comma(desk: Desk) -> None:
    desk.store(AMOUNT, NOW - DAY, OTHER)
    desk.link(NOW - DAY)
    assert desk.mail(NOW) == 1
    for days in (1, 2, 3):
        desk.store(AMOUNT + "。" * days, NOW + days * DAY - MINUTE, OTHER)
        desk.link(NOW + days * DAY - MINUTE)
        assert desk.mail(NOW + days * DAY) == 0


@pytest.mark.parametrize("snoozed", [False, True])
def test_what_was_mailed_is_closed_when_its_source_makes_other_news_of_it(
    desk: Desk, database: Database, snoozed: bool
) -> None:
    assert desk.mail(NOW) == 1
    if snoozed:
        with database.write() as session:
            settle(session, [1], "snoozed", now=NOW, snoozed_until=NOW + 3 * DAY)
    desk.store("Roses in winter", NOW + MINUTE)
    desk.link(NOW + MINUTE)
    assert desk.mail(NOW + 4 * DAY) == 0
    with database.read() as session:
        found = find_followup(session, 1)
    assert (found.status, found.ground, found.stories) == ("done", "unearned", ())
    assert found.reason == "its source changed the news, which is not about the post any more"
