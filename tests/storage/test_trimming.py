"""Old items that no follow-up needs go, with all that hangs on them; everything else stays."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from storage import trimming
from storage.engine import Database
from storage.entry import Entry
from storage.models import FollowupRow, ItemRow, LinkRow, SightingRow, StoryRow, TrimmedRow
from storage.trimming import trim_items
from tests.conftest import NOW
from tests.storage.conftest import (
    OTHER,
    add_post,
    add_report,
    add_story,
    all_items,
    count,
    mark_linked,
    raise_pairs,
    store,
)

YEAR = timedelta(days=365)
BEFORE = NOW - YEAR
OLD = BEFORE - timedelta(days=1)  # when an item was first seen


def trim(database: Database, before: datetime = BEFORE) -> int:
    with database.write() as session:
        return trim_items(session, before, NOW)


def titles(database: Database) -> list[str]:
    return [item.title for item in all_items(database)]


def test_there_may_be_nothing_to_trim(database: Database) -> None:
    assert trim(database) == 0
    store(database, Entry("https://news.example/1", "Fresh"))
    assert trim(database) == 0
    assert titles(database) == ["Fresh"]
    assert count(database, TrimmedRow) == [0]


def test_an_old_item_goes_with_its_sightings_links_and_its_empty_story(database: Database) -> None:
    add_story(database, {add_post(database): 0.2, add_post(database): 0.3}, when=OLD)
    (item,) = all_items(database)
    store(database, Entry(item.url, "What they call it", feed_id="other-7"), source=OTHER, now=OLD)
    assert count(database, SightingRow, LinkRow, StoryRow) == [2, 2, 1]
    assert trim(database) == 1
    assert count(database, ItemRow, SightingRow, LinkRow, StoryRow) == [0, 0, 0, 0]
    assert trim(database) == 0


def test_an_old_item_without_a_story_goes_whether_it_was_linked_or_not(database: Database) -> None:
    backlog = Entry("https://news.example/1", "Backlog", published=OLD - YEAR)
    store(database, backlog, Entry("https://news.example/2", "Waits"), now=OLD, backlog_before=OLD)
    assert trim(database) == 2
    assert titles(database) == []


def test_an_item_that_waits_for_the_linker_is_not_trimmed_before_it_was_linked(database: Database) -> None:
    backlog = Entry("https://news.example/1", "Backlog", published=OLD - YEAR)
    store(database, backlog, Entry("https://news.example/2", "Waits"), now=OLD, backlog_before=OLD)
    add_post(database)
    assert trim(database) == 1
    assert titles(database) == ["Waits"]
    mark_linked(database)
    assert trim(database) == 1


def test_a_change_that_waits_for_the_linker_keeps_no_item_that_was_linked(database: Database) -> None:
    add_story(database, {add_post(database): 0.2}, when=OLD)
    mark_linked(database)
    (item,) = all_items(database)
    store(database, Entry(item.url, "One, changed"))
    assert trim(database) == 1


def test_fresh_items_are_left_as_they_are(database: Database) -> None:
    post = add_post(database)
    add_story(database, {post: 0.2}, when=OLD)
    story = add_story(database, {post: 0.2}, when=NOW)
    (_, kept) = all_items(database)
    assert trim(database) == 1
    (item,) = all_items(database)
    assert (item.id, item.story_id) == (kept.id, story)
    assert count(database, SightingRow, LinkRow, StoryRow) == [1, 1, 1]


@pytest.mark.parametrize(
    ("beside", "goes"), [(timedelta(microseconds=-1), True), (timedelta(0), False)], ids=["before", "at"]
)
def test_the_time_itself_is_not_old(database: Database, beside: timedelta, goes: bool) -> None:
    store(database, Entry("https://news.example/1", "One"), now=BEFORE + beside)
    assert trim(database) == goes


@pytest.mark.parametrize(
    ("first_seen", "published", "goes"),
    [
        (OLD, None, True),
        (OLD, OLD - YEAR, True),
        (OLD, BEFORE + timedelta(days=1), True),  # its source's clock is fast
        (OLD, BEFORE + timedelta(days=3), False),  # an event announced ahead
        (NOW, None, False),
        (NOW, OLD - YEAR, False),  # old news, but only just found
    ],
)
def test_it_counts_when_an_item_was_first_seen_and_not_when_it_came_out(
    database: Database, first_seen: datetime, published: datetime | None, goes: bool
) -> None:
    store(database, Entry("https://news.example/1", "One", published=published), now=first_seen)
    assert trim(database) == goes


def test_an_item_that_says_it_comes_out_later_goes_when_that_is_long_ago(database: Database) -> None:
    announced = Entry("https://news.example/1", "One", published=OLD + timedelta(days=30))
    store(database, announced, now=OLD)
    assert trim(database) == 0
    assert trim(database, BEFORE + timedelta(days=30)) == 1


def test_a_change_does_not_make_an_old_item_fresh(database: Database) -> None:
    store(database, Entry("https://news.example/1", "One"), now=OLD)
    store(database, Entry("https://news.example/1", "One, changed"), now=NOW)
    assert trim(database) == 1


@pytest.mark.parametrize("status", ["open", "snoozed", "done", "dismissed"])
def test_items_whose_story_calls_for_a_followup_stay_with_all_that_hangs_on_them(
    database: Database, status: str
) -> None:
    post = add_post(database)
    story = add_story(database, {post: 0.9}, when=OLD)
    add_report(database, story, {}, when=OLD)  # not linked itself, but of the story's coverage
    raise_pairs(database, (post, story), now=OLD)
    with database.write() as session:
        session.execute(update(FollowupRow).values(status=status))
    assert trim(database) == 0
    assert count(database, ItemRow, SightingRow, LinkRow, StoryRow) == [2, 2, 1, 1]


def test_items_go_once_nothing_calls_for_their_followup_any_more(database: Database) -> None:
    post = add_post(database)
    story = add_story(database, {post: 0.9}, when=OLD)
    raise_pairs(database, (post, story), now=OLD)
    with database.write() as session:
        session.delete(session.scalars(select(FollowupRow)).one())
    assert trim(database) == 1
    assert count(database, StoryRow) == [0]


def test_a_followup_of_another_story_keeps_no_item(database: Database) -> None:
    post = add_post(database)
    needed = add_story(database, {post: 0.9}, when=OLD)
    add_story(database, {post: 0.2}, when=OLD)
    raise_pairs(database, (post, needed), now=OLD)
    assert trim(database) == 1
    assert [item.story_id for item in all_items(database)] == [needed]


def test_a_story_that_keeps_a_fresh_item_stays(database: Database) -> None:
    post = add_post(database)
    story = add_story(database, {post: 0.2}, when=OLD)
    fresh = add_report(database, story, {post: 0.2}, when=NOW)
    assert trim(database) == 1
    assert [(item.id, item.story_id) for item in all_items(database)] == [(fresh, story)]
    assert count(database, StoryRow) == [1]


def test_an_empty_story_of_others_is_left_alone(database: Database) -> None:
    """It is not this item's; another process may be about to fill it."""
    with database.write() as session:
        session.add(StoryRow(first_seen=OLD, last_seen=OLD))
    add_story(database, {}, when=OLD)
    assert trim(database) == 1
    assert count(database, StoryRow) == [1]


def test_it_works_in_portions_and_says_so_until_nothing_is_left(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trimming, "AT_ONCE", 3)
    store(database, *(Entry(f"https://news.example/{n}", f"Report {n}") for n in range(7)), now=OLD)
    store(database, Entry("https://news.example/fresh", "Fresh"), now=NOW)
    mark_linked(database)
    assert [trim(database) for _ in range(4)] == [3, 3, 1, 0]
    assert titles(database) == ["Fresh"]
    assert count(database, TrimmedRow) == [7]


def test_a_story_whose_items_go_in_two_portions_goes_with_the_last(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trimming, "AT_ONCE", 1)
    story = add_story(database, {}, when=OLD)
    add_report(database, story, {}, when=OLD)
    assert trim(database) == 1
    assert count(database, StoryRow) == [1]
    assert trim(database) == 1
    assert count(database, StoryRow) == [0]


def test_a_portion_is_as_large_as_it_says(database: Database) -> None:
    more = trimming.AT_ONCE + 10
    store(database, *(Entry(f"https://news.example/{n}", "N", feed_id=str(n)) for n in range(more)), now=OLD)
    mark_linked(database)
    assert [trim(database) for _ in range(3)] == [trimming.AT_ONCE, 10, 0]
    assert count(database, ItemRow, SightingRow, TrimmedRow) == [0, 0, 2 * more]


def test_breaking_off_leaves_all_as_it_was(database: Database) -> None:
    add_story(database, {add_post(database): 0.2}, when=OLD)

    def stop() -> None:
        with database.write() as session:
            trim_items(session, BEFORE, NOW)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    assert count(database, ItemRow, SightingRow, LinkRow, StoryRow, TrimmedRow) == [1, 1, 1, 1, 0]
