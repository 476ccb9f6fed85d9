"""Digests: nothing is told twice or lost, and the outbox keeps what was not taken."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from storage.digests import MOST, Mail, claim, last_scheduled, make_digest, outbox, record_delivery, upcoming
from storage.engine import Database
from storage.followups.followup import Followup
from storage.followups.listing import list_followups
from storage.followups.settling import settle
from storage.followups.status import Status
from storage.models import DigestRow
from tests.conftest import NOW
from tests.storage.conftest import add_post, add_story, raise_pairs

DAY = timedelta(days=1)
EDITOR, DEPUTY = "editor@blog.example", "deputy@blog.example"


class Writer:
    """Writes digests, and remembers which stories each of them told."""

    def __init__(self) -> None:
        self.told: list[list[int]] = []
        self.more = 0

    def __call__(self, followups: Sequence[Followup], more: int) -> Mail:
        self.more = more
        self.told.append([story.id for followup in followups for story in followup.stories])
        number = len(self.told)
        return Mail(f"Digest {number}", f"<p>{number}</p>", f"{number}", f"<{number}@blog.example>")


@pytest.fixture
def writer() -> Writer:
    return Writer()


def make(
    database: Database,
    writer: Writer,
    *,
    scheduled_for: datetime | None = None,
    now: datetime = NOW,
    recipients: Sequence[str] = (EDITOR,),
) -> int:
    with database.write() as session:
        return make_digest(session, writer, recipients=recipients, scheduled_for=scheduled_for, now=now)


def news(database: Database, post: int | None = None) -> tuple[int, int]:
    """A story that makes a post stale; the post and the story."""
    post = post or add_post(database)
    story = add_story(database, {post: 0.5})
    raise_pairs(database, (post, story))
    return post, story


def waiting(database: Database) -> list[tuple[int, str]]:
    with database.read() as session:
        return [(mail.digest_id, mail.recipient) for mail in outbox(session)]


def deliver(database: Database, recipient: str, error: str | None = None, now: datetime = NOW) -> None:
    with database.write() as session:
        outgoing = next(mail for mail in outbox(session) if mail.recipient == recipient)
        assert claim(session, outgoing, now=now)
        record_delivery(session, outgoing.digest_id, recipient, error=error, now=now)


def settle_all(database: Database, status: Status, until: datetime | None = None) -> None:
    with database.write() as session:
        ids = [found.id for found in list_followups(session)]
        settle(session, ids, status, now=NOW, snoozed_until=until)


def test_nothing_is_told_in_two_digests(database: Database, writer: Writer) -> None:
    _, first = news(database)
    assert make(database, writer, now=NOW) == 1
    _, second = news(database)
    assert make(database, writer, now=NOW + DAY) == 1
    assert make(database, writer, now=NOW + 2 * DAY) == 0
    assert writer.told == [[first], [second]]


def test_a_post_comes_again_only_with_the_story_that_is_new(database: Database, writer: Writer) -> None:
    post, first = news(database)
    make(database, writer)
    _, second = news(database, post)
    make(database, writer)
    assert writer.told == [[first], [second]]


def test_a_story_remembers_the_digest_that_told_it_first(database: Database, writer: Writer) -> None:
    post, first = news(database)
    make(database, writer)
    _, second = news(database, post)
    make(database, writer)
    with database.read() as session:
        (followup,) = list_followups(session)
        digests = session.scalars(select(DigestRow.id).order_by(DigestRow.id)).all()
    assert {story.id: story.digest_id for story in followup.stories} == dict(
        zip((first, second), digests, strict=True)
    )


def test_only_what_is_open_is_told(database: Database, writer: Writer) -> None:
    news(database)
    settle_all(database, "dismissed")
    assert make(database, writer) == 0
    assert waiting(database) == []


def test_nothing_new_makes_no_digest_by_hand(database: Database, writer: Writer) -> None:
    assert make(database, writer) == 0
    with database.read() as session:
        assert session.scalars(select(DigestRow.id)).all() == []


def test_a_quiet_day_is_recorded_and_mails_nothing(database: Database, writer: Writer) -> None:
    assert make(database, writer, scheduled_for=NOW) == 0
    assert waiting(database) == []
    assert writer.told == []
    with database.read() as session:
        assert last_scheduled(session) == NOW


def test_a_digest_is_made_once_for_its_time(database: Database, writer: Writer) -> None:
    assert make(database, writer, scheduled_for=NOW) == 0
    _, story = news(database)
    assert make(database, writer, scheduled_for=NOW, now=NOW + timedelta(minutes=5)) == 0
    assert waiting(database) == []
    assert make(database, writer, scheduled_for=NOW + DAY, now=NOW + DAY) == 1
    assert writer.told == [[story]]


def test_the_latest_scheduled_time_is_known_and_one_by_hand_does_not_count(
    database: Database, writer: Writer
) -> None:
    with database.read() as session:
        assert last_scheduled(session) is None
    make(database, writer, scheduled_for=NOW + DAY)
    make(database, writer, scheduled_for=NOW)
    news(database)
    make(database, writer, now=NOW + 5 * DAY)
    with database.read() as session:
        assert last_scheduled(session) == NOW + DAY


def test_a_digest_waits_for_each_recipient_as_it_was_written(database: Database, writer: Writer) -> None:
    news(database)
    make(database, writer, recipients=[EDITOR, DEPUTY, EDITOR])
    with database.read() as session:
        mails = outbox(session)
    assert [mail.recipient for mail in mails] == [DEPUTY, EDITOR]
    assert {mail.mail for mail in mails} == {Mail("Digest 1", "<p>1</p>", "1", "<1@blog.example>")}
    assert [(mail.created_at, mail.attempts, mail.tried_at) for mail in mails] == [(NOW, 0, None)] * 2


def test_what_was_taken_leaves_the_outbox_for_that_recipient_only(database: Database, writer: Writer) -> None:
    news(database)
    make(database, writer, recipients=[EDITOR, DEPUTY])
    deliver(database, EDITOR)
    assert [recipient for _, recipient in waiting(database)] == [DEPUTY]
    deliver(database, DEPUTY)
    assert waiting(database) == []


def test_what_was_refused_stays_and_is_the_same_mail(database: Database, writer: Writer) -> None:
    news(database)
    make(database, writer)
    with database.read() as session:
        (before,) = outbox(session)
    deliver(database, EDITOR, error="the server is full", now=NOW + DAY)
    with database.read() as session:
        (after,) = outbox(session)
    assert after.mail == before.mail
    assert (after.attempts, after.tried_at) == (1, NOW + DAY)
    deliver(database, EDITOR, now=NOW + 2 * DAY)
    assert waiting(database) == []


def test_a_digest_carries_the_best_and_leaves_the_rest_for_the_next(
    database: Database, writer: Writer
) -> None:
    for n in range(MOST + 2):
        post = add_post(database)
        raise_pairs(database, (post, add_story(database, {post: 0.3 + n / 100})))
    assert (make(database, writer), writer.more) == (MOST, 2)
    assert (make(database, writer), writer.more) == (2, 0)
    assert len({story for told in writer.told for story in told}) == MOST + 2


def test_what_a_digest_would_carry_is_what_it_carries(database: Database, writer: Writer) -> None:
    for _ in range(3):
        news(database)
    settle_all(database, "snoozed", until=NOW)
    news(database)
    with database.read() as session:
        foreseen, _ = upcoming(session, now=NOW)
    make(database, writer)
    assert [story.id for followup in foreseen for story in followup.stories] == writer.told[0]


def test_a_mail_is_taken_in_hand_by_one_process_only(database: Database, writer: Writer) -> None:
    news(database)
    make(database, writer)
    with database.read() as session:
        (listed,) = outbox(session)
    with database.write() as session:
        assert claim(session, listed, now=NOW)
    with database.write() as session:
        assert not claim(session, listed, now=NOW)


def test_the_oldest_digest_is_mailed_first(database: Database, writer: Writer) -> None:
    for day in range(3):
        news(database)
        make(database, writer, now=NOW + day * DAY)
    assert [digest for digest, _ in waiting(database)] == sorted(digest for digest, _ in waiting(database))
    with database.read() as session:
        assert [mail.mail.subject for mail in outbox(session)] == ["Digest 1", "Digest 2", "Digest 3"]


def test_a_snoozed_follow_up_comes_again_when_its_time_has_come(database: Database, writer: Writer) -> None:
    _, story = news(database)
    make(database, writer)
    settle_all(database, "snoozed", until=NOW + 3 * DAY)
    assert make(database, writer, now=NOW + DAY) == 0
    assert make(database, writer, now=NOW + 3 * DAY) == 1
    assert make(database, writer, now=NOW + 4 * DAY) == 0
    assert writer.told == [[story], [story]]


def test_news_of_a_snoozed_post_waits_and_is_told_with_the_rest(database: Database, writer: Writer) -> None:
    post, first = news(database)
    make(database, writer)
    settle_all(database, "snoozed", until=NOW + 3 * DAY)
    _, second = news(database, post)
    assert make(database, writer, now=NOW + DAY) == 0
    make(database, writer, now=NOW + 3 * DAY)
    assert [sorted(told) for told in writer.told] == [[first], [first, second]]


def test_a_digest_that_cannot_be_written_leaves_everything_for_the_next(
    database: Database, writer: Writer
) -> None:
    _, story = news(database)

    def fail(_followups: Sequence[Followup], _more: int) -> Mail:
        raise LookupError("no template")

    with pytest.raises(LookupError), database.write() as session:
        make_digest(session, fail, recipients=[EDITOR], scheduled_for=NOW, now=NOW)
    assert waiting(database) == []
    assert make(database, writer, scheduled_for=NOW) == 1
    assert writer.told == [[story]]
