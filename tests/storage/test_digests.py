"""Digests: nothing is told twice or lost, and the outbox keeps what was not taken."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from storage.digests.content import Contents, Mail, Watch
from storage.digests.history import latest_digests, trim_digests
from storage.digests.making import MOST, STORIES, Asked, last_scheduled, make_digest, upcoming
from storage.digests.outbox import claim, give_up, outbox, record_delivery
from storage.engine import Database
from storage.entry import Entry
from storage.followups.listing import list_followups
from storage.followups.settling import settle
from storage.followups.status import Status
from storage.models import DigestRow, ItemRow, LinkRow, StoryRow
from tests.conftest import NOW
from tests.storage.conftest import add_post, add_report, add_story, raise_pairs, store

DAY = timedelta(days=1)
EDITOR, DEPUTY = "editor@blog.example", "deputy@blog.example"


class Writer:
    """Writes digests, and remembers which stories each of them told."""

    def __init__(self) -> None:
        self.told: list[list[int]] = []
        self.back: list[int] = []  # how many of each digest came back of a snooze
        self.more = 0

    def __call__(self, contents: Contents) -> Mail | None:
        if contents.quiet:
            return None
        self.more = contents.more
        self.told.append([story.id for followup in contents.followups for story in followup.stories])
        self.back.append(sum(f.woken_at(NOW + 30 * DAY) is not None for f in contents.followups))
        number = len(self.told)
        return Mail(f"Digest {number}", f"<p>{number}</p>", f"{number}", f"<{number}@blog.example>", {})


def asked(recipient: str = EDITOR, ideas: int = 0) -> Asked:
    """What a digest for a recipient needs; texts are about their capitalised words."""
    return Asked(
        recipient,
        ZoneInfo("Asia/Tokyo"),
        lambda text: [w for w in text.split() if w.istitle()],
        ideas,
        (),
        Watch(),
    )


@pytest.fixture
def writer() -> Writer:
    return Writer()


def make(
    database: Database,
    writer: Writer,
    *,
    scheduled_for: datetime | None = None,
    now: datetime = NOW,
    recipient: str = EDITOR,
) -> int:
    """Make a recipient's digest; how many follow-ups it tells of."""
    with database.write() as session:
        contents = make_digest(session, writer, asked(recipient), scheduled_for=scheduled_for, now=now)
    return len(contents.followups) if contents else 0


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
        record_delivery(session, outgoing.digest_id, error=error, now=now)


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


def test_a_story_remembers_that_it_was_told(database: Database, writer: Writer) -> None:
    post, first = news(database)
    make(database, writer)
    _, second = news(database, post)
    with database.read() as session:
        (followup,) = list_followups(session)
    assert {story.id: story.told for story in followup.stories} == {first: True, second: False}
    assert followup.told_at == NOW


def test_a_story_that_later_news_changes_is_told_again(database: Database, writer: Writer) -> None:
    post, story = news(database)
    make(database, writer)
    assert make(database, writer, now=NOW + DAY) == 0
    item = add_report(database, story, {post: 0.9}, when=NOW + DAY)
    with database.write() as session:
        changed = {"changes": ["Q3 2026 → Q3 2027"]}
        session.execute(update(LinkRow).where(LinkRow.item_id == item).values(evidence=changed))
    assert make(database, writer, now=NOW + 2 * DAY) == 1
    assert make(database, writer, now=NOW + 3 * DAY) == 0
    assert writer.told == [[story], [story]]


def test_each_recipient_is_told_everything_once(database: Database, writer: Writer) -> None:
    post, first = news(database)
    make(database, writer, recipient=EDITOR)
    _, second = news(database, post)
    for recipient in (DEPUTY, EDITOR, DEPUTY):
        make(database, writer, recipient=recipient, now=NOW + DAY)
    assert [sorted(told) for told in writer.told] == [[first], [first, second], [second]]
    with database.read() as session:
        (waits,) = list_followups(session, untold_to="somebody@else.example")
        assert list_followups(session, untold_to=DEPUTY) == []
    assert (len(waits.stories), waits.told_at) == (2, None)


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
        assert last_scheduled(session, EDITOR, NOW) == NOW


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
        assert last_scheduled(session, EDITOR, NOW) is None
    make(database, writer, scheduled_for=NOW + DAY)
    make(database, writer, scheduled_for=NOW)
    make(database, writer, scheduled_for=NOW + 20 * DAY)  # by a clock that was wrong
    make(database, writer, scheduled_for=NOW + 8 * DAY, recipient=DEPUTY)
    news(database)
    make(database, writer, now=NOW + 5 * DAY)
    with database.read() as session:
        assert last_scheduled(session, EDITOR, NOW + 9 * DAY) == NOW + DAY


def test_a_digest_waits_for_its_recipient_as_it_was_written(database: Database, writer: Writer) -> None:
    news(database)
    make(database, writer, recipient=EDITOR)
    make(database, writer, recipient=DEPUTY)
    with database.read() as session:
        deputy, editor = outbox(session)
        assert outbox(session, [EDITOR]) == [editor]
    assert (editor.recipient, editor.mail) == (
        EDITOR,
        Mail("Digest 1", "<p>1</p>", "1", "<1@blog.example>", {}),
    )
    assert (deputy.recipient, deputy.mail.subject) == (DEPUTY, "Digest 2")
    assert (editor.created_at, editor.attempts, editor.tried_at) == (NOW, 0, None)


def test_what_was_taken_leaves_the_outbox_for_that_recipient_only(database: Database, writer: Writer) -> None:
    news(database)
    make(database, writer, recipient=EDITOR)
    make(database, writer, recipient=DEPUTY)
    deliver(database, EDITOR)
    assert [recipient for _, recipient in waiting(database)] == [DEPUTY]
    deliver(database, DEPUTY)
    assert waiting(database) == []


def test_what_was_refused_for_good_is_kept_apart(database: Database, writer: Writer) -> None:
    news(database)
    make(database, writer)
    with database.write() as session:
        (outgoing,) = outbox(session)
        assert claim(session, outgoing, now=NOW)
        record_delivery(session, outgoing.digest_id, error="no such person", for_good=True, now=NOW)
    assert waiting(database) == []
    with database.write() as session:
        (refused,) = outbox(session, refused=True)
        assert (refused.error, refused.refused_at) == ("no such person", NOW)
        assert claim(session, refused, now=NOW)
        record_delivery(session, refused.digest_id, error=None, now=NOW)
        assert outbox(session, refused=True) == []


def test_what_was_given_up_is_new_for_that_recipient_alone(database: Database, writer: Writer) -> None:
    news(database)
    for recipient in (DEPUTY, EDITOR):
        make(database, writer, recipient=recipient)
    with database.write() as session:
        (outgoing,) = outbox(session, [EDITOR])
        give_up(session, outgoing.digest_id, error="451 later", now=NOW + DAY)
        assert outbox(session, [EDITOR], refused=True) == []
        assert latest_digests(session, EDITOR, 9) == []
    again = [make(database, writer, recipient=who, now=NOW + DAY) for who in (DEPUTY, EDITOR)]
    assert again == [0, 1]


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


def test_follow_ups_of_many_stories_leave_room_for_fewer(database: Database, writer: Writer) -> None:
    for _ in range(12):
        post = add_post(database)
        raise_pairs(database, *((post, add_story(database, {post: 0.5})) for _ in range(4)))
    assert (make(database, writer), writer.more) == (STORIES // 3, 2)
    assert (make(database, writer), writer.more) == (2, 0)


def test_what_a_digest_would_carry_is_what_it_carries(database: Database, writer: Writer) -> None:
    for _ in range(3):
        news(database)
    settle_all(database, "snoozed", until=NOW)
    news(database)
    with database.read() as session:
        foreseen = upcoming(session, asked(), now=NOW)
    make(database, writer)
    assert [story.id for followup in foreseen.followups for story in followup.stories] == writer.told[0]


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
    assert writer.back == [0, 1]


def test_one_that_came_back_of_a_snooze_says_so_once(database: Database, writer: Writer) -> None:
    post, _ = news(database)
    make(database, writer)
    settle_all(database, "snoozed", until=NOW + DAY)
    make(database, writer, now=NOW + DAY)
    news(database, post)
    make(database, writer, now=NOW + 2 * DAY)
    assert writer.back == [0, 1, 0]
    assert len(writer.told[2]) == 1


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

    def fail(_contents: Contents) -> Mail:
        raise LookupError("no template")

    with pytest.raises(LookupError), database.write() as session:
        make_digest(session, fail, asked(), scheduled_for=NOW, now=NOW)
    assert waiting(database) == []
    assert make(database, writer, scheduled_for=NOW) == 1
    assert writer.told == [[story]]


def report_by(database: Database, story: int, source: str, title: str) -> None:
    """One more report of a story, by a source of its own."""
    (new,) = store(
        database, Entry(f"{source}/{story}", title, language="en", published=NOW), source=source
    ).new
    with database.write() as session:
        session.get_one(ItemRow, new.id).story_id = story


def new_story(database: Database, title: str, sources: int, score: float | None = None) -> int:
    """A story that so many sources report, linked to a post with a score; its id."""
    with database.write() as session:
        story = StoryRow(first_seen=NOW, last_seen=NOW)
        session.add(story)
        session.flush()
    for n in range(sources):
        report_by(database, story.id, f"https://source-{n}.example", title)
    if score is not None:
        add_report(database, story.id, {add_post(database): score}, followup=False)
    return story.id


def test_stories_that_no_post_treats_are_ideas_the_most_reported_first(database: Database) -> None:
    three = new_story(database, "on Initech and Acme", 4)
    two = new_story(database, "on Globex", 2, score=0.1)
    new_story(database, "treated by a post: Hooli", 4, score=0.3)
    new_story(database, "of one source: Umbrella", 1)
    new_story(database, "without a name", 5)
    _, called = news(database)
    report_by(database, called, "https://source-1.example", "Acme again")
    with database.read() as session:
        ideas = upcoming(session, asked(ideas=5), now=NOW).ideas
        assert [idea.story_id for idea in ideas] == [three, two]
        assert [(idea.sources, idea.names) for idea in ideas] == [
            (4, ("Acme", "Initech")),
            (3, ("Globex", "Report")),
        ]
        assert json.loads(json.dumps(asdict(ideas[0]), default=str))["coverage"]["languages"] == {"en": 4}
        assert upcoming(session, asked(ideas=1), now=NOW).ideas == ideas[:1]
        assert upcoming(session, asked(ideas=0), now=NOW).ideas == ()
        assert upcoming(session, asked(ideas=5), now=NOW + 4 * DAY).ideas == ()


def test_an_idea_is_told_each_recipient_once(database: Database, writer: Writer) -> None:
    new_story(database, "on Initech", 2)
    told = []
    for recipient in (EDITOR, DEPUTY, EDITOR):
        with database.write() as session:
            contents = make_digest(session, writer, asked(recipient, ideas=5), scheduled_for=None, now=NOW)
        told.append(len(contents.ideas) if contents else None)
    assert told == [1, 1, 0]


def test_items_are_counted_since_the_digest_before_not_since_one_of_a_wrong_clock(
    database: Database, writer: Writer
) -> None:
    for days in (0, 365):
        news(database)
        make(database, writer, now=NOW + timedelta(days=days))
    store(database, Entry("https://news.example/new", "New"), now=NOW + timedelta(hours=1))
    with database.read() as session:
        assert upcoming(session, asked(), now=NOW + timedelta(days=1)).watch.items == 1


def test_the_last_days_are_counted_where_the_digest_is_read(database: Database) -> None:
    news(database)  # at 12:00 UTC on the 24th
    late = NOW + timedelta(hours=4)  # 01:00 on the 25th in Tokyo
    store(database, Entry("https://news.example/late", "Late", published=late), now=late)
    with database.read() as session:
        days = upcoming(session, asked(), now=late).days
    assert [(day.day.isoformat(), day.items, day.followups) for day in days[-3:]] == [
        ("2026-11-23", 0, 0),
        ("2026-11-24", 1, 1),
        ("2026-11-25", 1, 0),
    ]
    assert len(days) == 14


def test_old_digests_are_let_go_but_what_they_told_is_not_told_again(
    database: Database, writer: Writer
) -> None:
    news(database)
    make(database, writer, scheduled_for=NOW)
    make(database, writer, scheduled_for=NOW + DAY, now=NOW + DAY)  # a silent day
    with database.write() as session:
        trim_digests(session, NOW + 2 * DAY)
        assert [mail.mail.text for mail in outbox(session)] == ["1"]  # still to be sent
    deliver(database, EDITOR)
    with database.write() as session:
        trim_digests(session, NOW + 2 * DAY)
        rows = session.scalars(select(DigestRow)).all()
        assert [(row.text, row.html, row.message_id) for row in rows] == [("", "", "<1@blog.example>")]
        assert latest_digests(session, EDITOR, 5) == []
    assert make(database, writer, now=NOW + 3 * DAY) == 0


def test_a_digest_without_html_as_of_a_chat_is_let_go_too(database: Database) -> None:
    mail = Mail("One", "", "What a chat was told", "<1@blog.example>", {"followups": []})
    with database.write() as session:
        make_digest(session, lambda _: mail, asked("chat"), scheduled_for=NOW, now=NOW)
    deliver(database, "chat")
    with database.write() as session:
        trim_digests(session, NOW + DAY)
        assert [(row.text, row.data) for row in session.scalars(select(DigestRow))] == [("", {})]
