"""One follow-up for posts that say the same; a settled story comes back only with something new."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from storage.engine import Database
from storage.followups.followup import Followup
from storage.followups.listing import list_followups
from storage.followups.raising import Call, raise_followups, said_new, unsettled, withdraw_unearned
from storage.followups.settling import settle
from storage.followups.status import STATUSES, Status
from storage.models import ItemRow, LinkRow
from tests.conftest import NOW
from tests.storage.conftest import add_post, add_report, add_story

LATER = NOW + timedelta(days=3)
OLD, NEW = NOW - timedelta(days=90), NOW - timedelta(days=30)


def call(
    post: int,
    story: int,
    *,
    published: datetime = NEW,
    new: tuple[str, ...] = (),
    alike: Mapping[int, float] | None = None,
) -> Call:
    return Call(post, story, published, frozenset(new), alike or {})


def raised(database: Database, *calls: Call, now: datetime = NOW) -> list[int]:
    with database.write() as session:
        return raise_followups(session, unsettled(session, calls), now=now)[0]


def listed(database: Database) -> list[Followup]:
    with database.read() as session:
        return list_followups(session, statuses=STATUSES)


def said(database: Database, item: int, **evidence: Any) -> None:
    """Change the evidence of an item's links."""
    with database.write() as session:
        session.execute(update(LinkRow).where(LinkRow.item_id == item).values(evidence=evidence))


def test_near_copies_are_one_followup_that_lists_them_all_the_newest_first(database: Database) -> None:
    old, new, other = (add_post(database, title) for title in ("old", "new", "other"))
    unlinked = add_post(database, "unlinked")
    story = add_story(database, {old: 0.9, new: 0.5, other: 0.4})
    opened = raised(
        database,
        call(old, story, published=OLD, alike={new: 0.7}),
        call(new, story, published=NEW, alike={old: 0.7, unlinked: 0.61, other: 0.39}),
        call(other, story, published=OLD, alike={new: 0.39}),
    )
    found = {followup.id: followup for followup in listed(database)}
    assert len(found) == len(opened) == 2
    assert {post.title for post in found[opened[0]].posts} == {"new", "old", "unlinked"}
    assert [post.title for post in found[opened[1]].posts] == ["other"]


def test_a_near_copy_that_comes_later_is_listed_too(database: Database) -> None:
    post, later = add_post(database), add_post(database)
    story = add_story(database, {post: 0.9})
    raised(database, call(post, story))
    raised(database, call(post, story, alike={later: 0.7}), now=LATER)
    assert [{found.id for found in followup.posts} for followup in listed(database)] == [{post, later}]


def test_a_story_calls_once_for_posts_on_one_matter_and_two_stories_do_not(database: Database) -> None:
    one, other = add_post(database), add_post(database)
    story, second = add_story(database, {one: 0.9, other: 0.9}), add_story(database, {other: 0.9})
    raised(database, call(one, story, alike={other: 0.45}), call(other, story, alike={one: 0.45}))
    assert [len(followup.posts) for followup in listed(database)] == [2]
    third = add_post(database)
    assert len(raised(database, call(third, second, alike={one: 0.45}))) == 1


def test_the_reports_of_all_its_posts_are_told_each_once(database: Database) -> None:
    one, other = add_post(database), add_post(database)
    story = add_story(database, {one: 0.3, other: 0.9})
    lone = add_report(database, story, {other: 0.8})
    raised(database, call(one, story, alike={other: 0.7}), call(other, story, alike={one: 0.7}))
    (followup,) = listed(database)
    reports = followup.stories[0].reports
    assert len(reports) == 2
    assert reports[-1].item_id == lone or reports[0].item_id == lone


def test_what_any_of_its_posts_earns_is_not_withdrawn(database: Database) -> None:
    one, other = add_post(database), add_post(database)
    story = add_story(database, {other: 0.9})
    raised(database, call(one, story, alike={other: 0.7}), call(other, story, alike={one: 0.7}))
    with database.write() as session:
        withdraw_unearned(session, [story])
    assert len(listed(database)) == 1
    with database.write() as session:
        session.execute(update(LinkRow).values(followup=False))
        withdraw_unearned(session, [story])
    assert listed(database) == []


@pytest.mark.parametrize("status", ["done", "dismissed"])
def test_a_settled_story_comes_back_with_something_new_only(database: Database, status: Status) -> None:
    post = add_post(database)
    story = add_story(database, {post: 0.9})
    with database.read() as session:
        first = session.scalars(select(ItemRow.id)).one()
    said(database, first, new_figures=["50億ドル"], new_names=["N3"])
    (followup,) = raised(database, call(post, story, new=("5000000000", "N3")))
    with database.write() as session:
        settle(session, [followup], status, now=NOW + timedelta(hours=1))
    assert raised(database, call(post, story, new=("5000000000",)), now=LATER) == []
    (again,) = raised(database, call(post, story, new=("5000000000", "2027-Q1")), now=LATER)
    assert [(found.id, found.status) for found in listed(database)] == [(followup, status), (again, "open")]


def test_of_a_story_that_came_back_the_news_since_the_verdict_comes_first(database: Database) -> None:
    post = add_post(database)
    story = add_story(database, {post: 0.9})
    (first,) = raised(database, call(post, story))
    with database.write() as session:
        settle(session, [first], "done", now=NOW + timedelta(hours=1))
    later = add_report(database, story, {post: 0.4}, when=LATER)
    (again,) = raised(database, call(post, story, new=("2027-Q1",)), now=LATER)
    (settled, back) = ({found.id: found for found in listed(database)}[number] for number in (first, again))
    assert back.stories[0].best.item_id == later
    assert back.stories[0].settled_at == NOW + timedelta(hours=1)
    assert settled.stories[0].best.item_id != later
    assert settled.stories[0].settled_at is None


def test_a_settled_story_does_not_join_what_waits_for_its_post_by_another(database: Database) -> None:
    post = add_post(database)
    settled, other = (add_story(database, {post: 0.9}) for _ in range(2))
    (first,) = raised(database, call(post, settled))
    with database.write() as session:
        settle(session, [first], "dismissed", now=NOW)
    (second,) = raised(database, call(post, other))
    assert raised(database, call(post, settled), now=LATER) == []
    waiting = next(found for found in listed(database) if found.id == second)
    assert [story.id for story in waiting.stories] == [other]


def test_a_story_that_was_settled_for_a_like_post_is_settled(database: Database) -> None:
    one, other = add_post(database), add_post(database)
    story = add_story(database, {one: 0.9})
    (followup,) = raised(database, call(one, story))
    with database.write() as session:
        settle(session, [followup], "dismissed", now=NOW)
    assert raised(database, call(other, story, alike={one: 0.5})) == []
    assert len(raised(database, call(other, story, alike={one: 0.3}))) == 1


def test_what_is_new_is_equal_in_every_language() -> None:
    english = said_new({"new_figures": ["$5 billion", "first quarter of 2027"], "new_names": ["N3"]})
    japanese = said_new({"new_figures": ["50億ドル", "2027年第1四半期"], "new_names": ["N3"]})
    assert english == japanese == {"5000000000", "2027-Q1", "N3"}
    assert said_new({}) == frozenset()
