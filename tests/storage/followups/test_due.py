"""A plan whose time has passed is a follow-up of its own kind, once, without news."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, update

from storage.digests.content import Mail, Watch
from storage.digests.making import Asked, make_digest
from storage.engine import Database
from storage.followups.due import raise_due_plans
from storage.followups.followup import Followup
from storage.followups.leaving import remove_posts
from storage.followups.listing import list_followups
from storage.followups.settling import settle, wake
from storage.followups.status import STATUSES, Status
from storage.models import ClaimRow, MentionRow, PostRow
from tests.conftest import NOW
from tests.storage.conftest import add_post, add_story, raise_pairs

TODAY = NOW.date()
PASSED = TODAY - timedelta(days=1)
SENTENCE = "アクメのオリオンは2026年11月に量産の予定です。"
EDITOR = "editor@blog.example"


def planned(
    database: Database,
    *,
    due: date | None = PASSED,
    names: tuple[str, ...] = ("Orion",),
    sentence: str = SENTENCE,
    published: datetime = NOW - timedelta(days=90),
    post: int | None = None,
) -> int:
    """A post with a plan; its id."""
    known = add_post(database) if post is None else post
    with database.write() as session:
        session.get_one(PostRow, known).published = published
        session.add(
            ClaimRow(
                post_id=known,
                place=0 if post is None else 1,
                sentence=sentence,
                names=list(names),
                figures=[],
                plan=True,
                due=due,
            )
        )
        if post is None:
            session.add_all(
                MentionRow(post_id=known, name=name, in_title=False, in_lead=False, count=1) for name in names
            )
    return known


def raised(database: Database, now: datetime = NOW) -> list[int]:
    with database.write() as session:
        return raise_due_plans(session, now=now)


def listed(database: Database, *, untold_to: str | None = None) -> list[Followup]:
    with database.read() as session:
        return list_followups(session, statuses=STATUSES, untold_to=untold_to)


def test_a_plan_is_raised_on_the_day_after_its_last_and_once(database: Database) -> None:
    post = planned(database, due=TODAY)
    assert raised(database) == []
    tomorrow = NOW + timedelta(days=1)
    assert len(raised(database, tomorrow)) == 1
    (found,) = listed(database)
    assert (found.status, found.post.id, found.stories, found.score) == ("open", post, (), 0.0)
    (plan,) = found.plans
    assert (plan.post_id, plan.sentence, plan.due) == (post, SENTENCE, TODAY)
    assert raised(database, tomorrow) == []


@pytest.mark.parametrize("due", [None, TODAY + timedelta(days=1), TODAY - timedelta(days=31)])
def test_what_is_in_doubt_not_due_or_long_past_is_left_alone(database: Database, due: date | None) -> None:
    planned(database, due=due)
    assert raised(database) == []


@pytest.mark.parametrize("wish", ["never", "evergreen"])
def test_a_post_that_is_to_stay_as_it_is_stays(database: Database, wish: str) -> None:
    planned(database)
    with database.write() as session:
        session.execute(update(PostRow).values(wish=wish))
    assert raised(database) == []


def test_posts_that_plan_one_thing_for_one_day_share_a_followup(database: Database) -> None:
    old = planned(database, names=("Acme", "Orion"), published=NOW - timedelta(days=200))
    new = planned(database, names=("Orion",))
    other = planned(database, names=("Acme",))
    planned(database, names=("Acme",), due=None)
    assert len(raised(database)) == 2
    posts = {tuple(post.id for post in found.posts) for found in listed(database)}
    assert posts == {(new, old), (other,)}


def test_a_plan_joins_the_followup_that_its_post_waits_in(database: Database) -> None:
    post = planned(database)
    story = add_story(database, {post: 0.5})
    ((followup,), _) = raise_pairs(database, (post, story))
    assert raised(database) == []
    (found,) = listed(database)
    assert (found.id, len(found.stories), len(found.plans)) == (followup, 1, 1)


@pytest.mark.parametrize("status", ["done", "dismissed"])
def test_what_the_editor_settled_does_not_come_back(database: Database, status: Status) -> None:
    post = planned(database)
    (followup,) = raised(database)
    with database.write() as session:
        settle(session, [followup], status, now=NOW)
    assert raised(database) == []
    planned(database, sentence="別の計画。", post=post)
    assert len(raised(database)) == 1


def test_what_the_post_does_not_say_any_more_is_taken_back_unless_it_was_mailed(database: Database) -> None:
    planned(database)
    raised(database)
    with database.write() as session:
        session.execute(delete(ClaimRow))
    assert raised(database) == []
    assert listed(database) == []


def test_what_was_settled_stays_on_record_when_the_post_does_not_say_it_any_more(database: Database) -> None:
    post = planned(database)
    (followup,) = raised(database)
    with database.write() as session:
        settle(session, [followup], "done", now=NOW)
        session.execute(delete(ClaimRow))
    assert raised(database) == []
    assert [(found.id, found.status) for found in listed(database)] == [(followup, "done")]
    planned(database, post=post)
    assert raised(database) == []


def test_a_post_that_was_called_evergreen_is_left_alone(database: Database) -> None:
    post = planned(database)
    (followup,) = raised(database)
    with database.write() as session:
        settle(session, [followup], "dismissed", now=NOW, ground="evergreen")
    planned(database, sentence="別の計画。", post=post)
    assert raised(database) == []


def test_a_digest_carries_a_plan_once_and_again_when_it_was_snoozed(database: Database) -> None:
    planned(database)
    (followup,) = raised(database)

    def digest() -> int:
        with database.write() as session:
            contents = make_digest(
                session,
                lambda contents: None if contents.quiet else Mail("s", "h", "t", "<1@x>", {}),
                Asked(EDITOR, ZoneInfo("UTC"), str.split, 0, (), Watch()),
                scheduled_for=None,
                now=NOW,
            )
        return len(contents.followups) if contents else 0

    assert digest() == 1
    assert listed(database, untold_to=EDITOR) == []
    assert digest() == 0
    with database.write() as session:
        session.execute(delete(ClaimRow))
    assert raised(database) == []
    assert len(listed(database)) == 1  # it was mailed
    with database.write() as session:
        settle(session, [followup], "snoozed", now=NOW, snoozed_until=NOW)
        wake(session, now=NOW)
    assert digest() == 1


def test_news_of_a_post_that_only_shares_a_plan_opens_its_own_followup(database: Database) -> None:
    old = planned(database, published=NOW - timedelta(days=200))
    new = planned(database)
    (shared,) = raised(database)
    story = add_story(database, {old: 0.5, new: 0.5})
    ((own,), added) = raise_pairs(database, (old, story), (new, story))
    assert added == 2
    found = {followup.id: followup for followup in listed(database)}
    assert [post.id for post in found[own].posts] == [old]
    assert (len(found[shared].plans), len(found[shared].stories)) == (2, 1)


def test_a_plan_of_a_post_that_waits_elsewhere_goes_there_when_the_post_it_was_shared_with_is_removed(
    database: Database,
) -> None:
    old = planned(database, published=NOW - timedelta(days=200))
    new = planned(database)
    raised(database)
    before = {plan.post_id for followup in listed(database) for plan in followup.plans}
    assert before == {old, new}
    story = add_story(database, {old: 0.5})
    ((own,), _) = raise_pairs(database, (old, story))
    with database.write() as session:
        remove_posts(session, [new])
    assert raised(database, NOW + timedelta(days=1)) == []
    (found,) = listed(database)
    assert (found.id, [plan.post_id for plan in found.plans], len(found.stories)) == (own, [old], 1)
