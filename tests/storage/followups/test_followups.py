"""Follow-ups: raised once for a post and a story, settled by the editor, listed best first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, update

from storage.engine import Database
from storage.errors import InputError
from storage.followups.followup import Followup, Report
from storage.followups.listing import find_followup, list_followups
from storage.followups.settling import settle, wake
from storage.followups.status import STATUSES, Status
from storage.followups.telling import brings_more, facts_in
from storage.models import LinkRow
from tests.conftest import NOW
from tests.storage.conftest import add_post, add_report, add_story, known_source, raise_pairs

LATER = NOW + timedelta(days=3)


def listed(database: Database, *statuses: str) -> list[Followup]:
    with database.read() as session:
        return list_followups(session, statuses=statuses or STATUSES)


def give(
    database: Database, status: Status, *ids: int, until: datetime | None = None, why: str | None = None
) -> None:
    with database.write() as session:
        settle(session, ids, status, now=LATER, snoozed_until=until, reason=why)


def wake_at(database: Database, now: datetime) -> int:
    with database.write() as session:
        return wake(session, now=now)


def open_one(database: Database) -> tuple[int, int, int]:
    """A post, a story that makes it stale, and its follow-up."""
    post = add_post(database)
    story = add_story(database, {post: 0.5})
    (followup,), _ = raise_pairs(database, (post, story))
    return post, story, followup


def test_a_story_opens_a_follow_up_of_its_post(database: Database) -> None:
    _, story, followup = open_one(database)
    (found,) = listed(database)
    assert (found.id, found.status, found.opened_at) == (followup, "open", NOW)
    assert (found.post.title, found.post.url) == ("A post", "https://blog.example/a-post")
    assert (found.settled_at, found.snoozed_until, found.reason) == (None, None, None)
    assert [(told.id, told.added_at, told.told) for told in found.stories] == [(story, NOW, False)]


def test_a_report_says_where_it_came_from_and_why(database: Database) -> None:
    open_one(database)
    best = listed(database)[0].stories[0].best
    assert (best.source, best.kind, best.score, best.followup) == ("News", "extends", 0.5, True)
    assert best.when == NOW  # first seen, as the source gave no date
    assert best.evidence == {"reason": "a test"}


def test_another_story_joins_the_follow_up_that_waits(database: Database) -> None:
    post, story, followup = open_one(database)
    second = add_story(database, {post: 0.7}, when=LATER)
    assert raise_pairs(database, (post, second), now=LATER) == ([], 1)
    (found,) = listed(database)
    assert found.id == followup
    assert [told.id for told in found.stories] == [second, story]  # newest first
    assert found.score == 0.7


def test_a_pair_is_raised_once(database: Database) -> None:
    post, story, _ = open_one(database)
    assert raise_pairs(database, (post, story), (post, story), now=LATER) == ([], 0)
    assert len(listed(database)[0].stories) == 1


def test_several_stories_and_posts_at_once(database: Database) -> None:
    first, second = add_post(database), add_post(database)
    stories = [add_story(database, {first: 0.5, second: 0.5}) for _ in range(2)]
    opened, added = raise_pairs(database, *((post, story) for post in (first, second) for story in stories))
    assert (len(opened), added) == (2, 4)


@pytest.mark.parametrize("status", ["done", "dismissed"])
def test_a_pair_that_the_editor_settled_does_not_come_back(database: Database, status: Status) -> None:
    post, story, followup = open_one(database)
    give(database, status, followup)
    assert raise_pairs(database, (post, story), now=LATER) == ([], 0)
    assert listed(database, "open") == []


def test_news_of_a_settled_post_opens_a_new_follow_up(database: Database) -> None:
    post, _, first = open_one(database)
    give(database, "done", first)
    news = add_story(database, {post: 0.9})
    (second,), added = raise_pairs(database, (post, news), now=LATER)
    assert second != first
    assert added == 1
    assert [(found.id, found.status) for found in listed(database)] == [(second, "open"), (first, "done")]


def test_news_of_a_snoozed_post_does_not_wake_it(database: Database) -> None:
    post, _, followup = open_one(database)
    give(database, "snoozed", followup, until=LATER)
    news = add_story(database, {post: 0.9})
    assert raise_pairs(database, (post, news)) == ([], 1)
    assert [found.status for found in listed(database)] == ["snoozed"]


def test_a_dismissal_keeps_its_reason_and_its_time(database: Database) -> None:
    _, _, followup = open_one(database)
    give(database, "dismissed", followup, why="about another company")
    (found,) = listed(database)
    assert (found.status, found.settled_at, found.reason) == ("dismissed", LATER, "about another company")


def test_a_reason_may_hold_bytes_that_are_no_text(database: Database) -> None:
    _, _, followup = open_one(database)
    give(database, "dismissed", followup, why="off \udcfftopic")
    assert listed(database)[0].reason == "off topic"


def test_what_is_opened_again_is_as_it_was(database: Database) -> None:
    _, _, followup = open_one(database)
    before = listed(database)
    give(database, "dismissed", followup, why="a mistake")
    give(database, "open", followup)
    assert listed(database) == before


def test_a_follow_up_that_does_not_exist_is_named_and_nothing_is_settled(database: Database) -> None:
    _, _, followup = open_one(database)
    with pytest.raises(InputError, match="no follow-up 999"):
        give(database, "done", followup, 999)
    assert [found.status for found in listed(database)] == ["open"]


@pytest.mark.parametrize("number", [2**70, 0, -1, -(2**70)])
def test_a_number_that_no_id_can_be_is_named_too(database: Database, number: int) -> None:
    with pytest.raises(InputError, match=f"no follow-up {number};"):
        give(database, "done", number)
    with database.read() as session:
        assert list_followups(session, ids=[number]) == []


def test_a_settled_one_cannot_wait_again_beside_a_newer_one(database: Database) -> None:
    post, _, first = open_one(database)
    give(database, "done", first)
    (second,), _ = raise_pairs(database, (post, add_story(database, {post: 0.9})))
    with pytest.raises(InputError, match=f"follow-up {first}: its post already waits as follow-up {second}"):
        give(database, "open", first)


def test_a_settled_one_is_not_snoozed_by_mistake(database: Database) -> None:
    *_, followup = open_one(database)
    give(database, "done", followup)
    with pytest.raises(InputError, match=f"follow-up {followup} is done; reopen it before you snooze it"):
        give(database, "snoozed", followup, until=LATER)


def report_with(database: Database, story: int, post: int, when: datetime, evidence: dict[str, Any]) -> int:
    """A later report of a story that calls for the post by this evidence; its id."""
    item = add_report(database, story, {post: 0.5}, when=when)
    with database.write() as session:
        session.execute(update(LinkRow).where(LinkRow.item_id == item).values(evidence=evidence))
    return item


def test_of_several_changes_the_latest_leads(database: Database) -> None:
    post, story, _ = open_one(database)
    with database.write() as session:
        session.execute(update(LinkRow).values(evidence={"changes": ["Q3 2026 → Q1 2027"]}))
    later = report_with(database, story, post, LATER, {"changes": ["Q3 2026 → Q3 2027"]})
    report_with(database, story, post, LATER + timedelta(days=1), {"new_figures": ["9%"]})
    assert listed(database)[0].stories[0].best.item_id == later


@pytest.mark.parametrize(
    ("evidence", "more"),
    [
        ({"changes": ["Q3 2026 → Q3 2027"]}, True),
        ({"new_figures": ["$60 billion"]}, True),
        ({"changes": ["Q3 2026 → Q1 2027"]}, False),
        ({"new_figures": [], "new_names": ["Initech"]}, False),
    ],
)
def test_a_story_comes_again_when_a_report_has_another_figure(evidence: dict[str, Any], more: bool) -> None:
    first = Report(
        1, "A", "u", "s", "en", NOW, NOW, 0.9, True, "contradicts", {"changes": ["Q3 2026 → Q1 2027"]}
    )
    other = replace(first, item_id=2, evidence=evidence)
    said = facts_in([first])
    assert brings_more([first, other], said) is more
    assert not brings_more([first, other], facts_in([first, other]))
    assert not brings_more([first, replace(other, followup=False)], said)


def test_two_settled_ones_of_a_post_cannot_be_opened_together(database: Database) -> None:
    post, _, first = open_one(database)
    give(database, "done", first)
    (second,), _ = raise_pairs(database, (post, add_story(database, {post: 0.9})))
    give(database, "done", second)
    with pytest.raises(InputError, match=f"already waits as follow-up {first}"):
        give(database, "open", first, second)
    assert {found.status for found in listed(database)} == {"done"}


def test_a_snoozed_one_wakes_when_its_time_has_come_and_not_before(database: Database) -> None:
    _, _, followup = open_one(database)
    give(database, "snoozed", followup, until=LATER)
    assert wake_at(database, LATER - timedelta(seconds=1)) == 0
    (asleep,) = listed(database, "snoozed")
    assert asleep.snoozed_until == LATER
    assert asleep.settled_at is None
    assert wake_at(database, LATER) == 1
    (awake,) = listed(database, "open")
    assert wake_at(database, LATER) == 0
    assert awake.woken_at(LATER) == LATER
    give(database, "open", followup)
    (reopened,) = listed(database, "open")
    assert reopened.woken_at(LATER) is None


def test_settling_a_snoozed_one_forgets_when_it_would_have_woken(database: Database) -> None:
    _, _, followup = open_one(database)
    give(database, "snoozed", followup, until=LATER)
    give(database, "done", followup)
    assert wake_at(database, LATER) == 0
    assert [(found.status, found.snoozed_until) for found in listed(database)] == [("done", None)]


def test_the_best_comes_first_and_the_older_of_equals(database: Database) -> None:
    posts = [add_post(database) for _ in range(4)]
    story = add_story(database, dict(zip(posts, (0.2, 0.9, 0.9, 0.4), strict=True)))
    opened, _ = raise_pairs(database, *((post, story) for post in posts))
    assert [found.id for found in listed(database)] == [opened[1], opened[2], opened[3], opened[0]]


def test_the_report_that_calls_for_the_follow_up_comes_before_one_that_only_scores_higher(
    database: Database,
) -> None:
    post, story, _ = open_one(database)
    higher = add_report(database, story, {post: 0.9}, followup=False)
    lower = add_report(database, story, {post: 0.1})
    (found,) = listed(database)
    assert [report.score for report in found.stories[0].reports] == [0.5, 0.1, 0.9]
    assert [report.item_id for report in found.stories[0].reports][1:] == [lower, higher]
    assert found.score == 0.5


def test_of_equal_reports_the_one_published_first_comes_first(database: Database) -> None:
    post, story, _ = open_one(database)
    early = add_report(database, story, {post: 0.5}, published=NOW - timedelta(hours=5))
    (found,) = listed(database)
    assert (found.stories[0].best.item_id, found.stories[0].best.when) == (early, NOW - timedelta(hours=5))


def test_a_post_is_told_only_what_touches_it(database: Database) -> None:
    first, second = add_post(database), add_post(database)
    story = add_story(database, {first: 0.5, second: 0.4})
    add_report(database, story, {second: 0.3})
    raise_pairs(database, (first, story), (second, story))
    assert [len(found.stories[0].reports) for found in listed(database)] == [1, 2]


def test_only_the_statuses_and_ids_asked_for_are_listed(database: Database) -> None:
    _, _, first = open_one(database)
    _, _, second = open_one(database)
    _, _, third = open_one(database)
    give(database, "done", second)
    with database.read() as session:
        assert [found.id for found in list_followups(session)] == [first, third]
        assert [found.id for found in list_followups(session, statuses=("done",))] == [second]
        assert [found.id for found in list_followups(session, ids=[second, third])] == [third]
        assert list_followups(session, ids=[]) == []


def test_a_renamed_source_is_called_by_its_new_name(database: Database) -> None:
    open_one(database)
    known_source(database, name="The News")
    assert listed(database)[0].stories[0].best.source == "The News"


def test_however_many_there_are_a_statement_takes_them(database: Database) -> None:
    """SQLite takes 32,766 values in a statement, PostgreSQL 65,535."""
    for _ in range(30):
        open_one(database)
    most = 0

    def count(_connection: Any, _cursor: Any, _statement: str, values: Any, *_: Any) -> None:
        nonlocal most
        most = max(most, len(values))

    event.listen(database.engine, "before_cursor_execute", count)
    try:
        assert len(listed(database)) == 30
    finally:
        event.remove(database.engine, "before_cursor_execute", count)
    assert 0 < most < 30


def test_one_that_waits_has_an_age_in_days_of_a_zone_and_a_settled_one_has_none(database: Database) -> None:
    _, _, followup = open_one(database)
    (found,) = listed(database)
    midnight = NOW.replace(hour=15)  # in Tokyo
    assert found.age_days(NOW, UTC) == 0
    assert found.age_days(midnight, UTC) == 0
    assert found.age_days(midnight, ZoneInfo("Asia/Tokyo")) == 1
    assert found.age_days(NOW - timedelta(days=1), UTC) == 0  # the clock was put back
    give(database, "snoozed", followup, until=LATER)
    assert listed(database)[0].age_days(LATER, UTC) == 3
    give(database, "done", followup)
    assert listed(database)[0].age_days(LATER, UTC) is None


def test_one_is_found_by_its_number_whatever_its_status(database: Database) -> None:
    _, _, followup = open_one(database)
    give(database, "done", followup)
    with database.read() as session:
        assert find_followup(session, followup).id == followup
        for number in (followup + 1, 0, -1, 2**40):
            with pytest.raises(InputError, match=f"there is no follow-up {number}"):
                find_followup(session, number)
