"""A post that leaves a follow-up leaves the others that say the same in it."""

from datetime import timedelta
from pathlib import Path

import pytest

from storage.engine import Database
from storage.followups.due import raise_due_plans
from storage.followups.followup import Followup
from storage.followups.leaving import leave
from storage.followups.listing import list_followups
from storage.followups.raising import Call, add_posts, raise_followups
from storage.followups.settling import settle
from storage.followups.status import STATUSES
from storage.linking.names import default_vocabulary
from storage.models import FollowupPostRow, FollowupRow, PostRow
from storage.posts.importing import import_posts
from storage.posts.jekyll import Blog
from tests.conftest import NOW
from tests.storage.conftest import add_post, add_story

FILES = ("2026-01-01-old.md", "2026-01-02-new.md", "2026-01-03-other.md")
PLAN = "TSMCは2026年11月に量産を始める予定です。"
DECEMBER = NOW + timedelta(days=10)


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    """Three posts with one plan, in files of their own."""
    for file in FILES:
        write(tmp_path, file)
    return tmp_path


def write(blog: Path, file: str, front: str = "", text: str = PLAN) -> None:
    (blog / file).write_text(f"---\ntitle: 量産\n{front}---\n{text}\n", encoding="utf-8")


def imported(database: Database, blog: Path) -> dict[str, int]:
    """Import the posts, without those that are gone; their ids by file."""
    import_posts(database, blog, blog=Blog(), vocabulary=default_vocabulary(), now=NOW, remove=True)
    with database.read() as session:
        return {post.file: post.id for post in session.query(PostRow)}


def shared(database: Database, owner: int, *others: int) -> int:
    """A follow-up of these posts, which was opened for the first; its id."""
    story = add_story(database, dict.fromkeys((owner, *others), 0.9))
    with database.write() as session:
        call = Call(owner, story, alike=dict.fromkeys(others, 0.9))
        ((followup,), _) = raise_followups(session, [call], now=NOW)
    return followup


def due(database: Database) -> list[int]:
    with database.write() as session:
        return raise_due_plans(session, now=DECEMBER)


def listed(database: Database) -> list[Followup]:
    with database.read() as session:
        return list_followups(session, statuses=STATUSES)


def files(followup: Followup) -> list[str]:
    return [post.file for post in followup.posts]


def test_a_removed_post_leaves_the_followup_to_those_that_say_the_same(
    database: Database, blog: Path
) -> None:
    old, new, other = (imported(database, blog)[file] for file in FILES)
    waits, settled = shared(database, new, old, other), shared(database, add_post(database))
    with database.write() as session:
        settle(session, [waits], "done", now=NOW)
    again = shared(database, new, old)
    (blog / FILES[1]).unlink()
    imported(database, blog)
    assert {found.id: (found.status, files(found)) for found in listed(database)} == {
        waits: ("done", [FILES[2], FILES[0]]),
        again: ("open", [FILES[0]]),
    }
    assert settled not in {found.id for found in listed(database)}  # its only post is in no file


def test_a_due_plan_that_was_settled_stays_so_when_the_newest_of_its_posts_goes(
    database: Database, blog: Path
) -> None:
    imported(database, blog)
    (followup,) = due(database)
    with database.write() as session:
        settle(session, [followup], "done", now=NOW)
    (blog / FILES[2]).unlink()
    imported(database, blog)
    assert due(database) == []
    assert [(found.status, files(found)) for found in listed(database)] == [("done", [FILES[1], FILES[0]])]


def test_a_due_plan_is_handed_to_no_post_that_waits_already(database: Database, blog: Path) -> None:
    ids = imported(database, blog)
    (plan,) = due(database)
    waits = [shared(database, ids[file]) for file in FILES[:2]]
    (blog / FILES[2]).unlink()
    imported(database, blog)
    assert due(database) == []
    assert sorted(found.id for found in listed(database)) == waits
    assert plan not in waits
    assert [len(found.plans) for found in sorted(listed(database), key=lambda found: found.id)] == [0, 2]


def test_a_post_that_wants_no_updates_leaves_the_others_waiting(database: Database, blog: Path) -> None:
    ids = imported(database, blog)
    shared(database, ids[FILES[1]], ids[FILES[0]])
    due(database)
    for file in FILES[1:]:
        write(blog, file, "followup: never\n")
    imported(database, blog)
    (found,) = (found for found in listed(database) if found.status == "open")
    assert files(found) == [FILES[0]]
    write(blog, FILES[0], "followup: never\n")
    imported(database, blog)
    assert {found.status for found in listed(database)} == {"dismissed"}


def test_a_post_that_says_something_else_now_is_no_longer_one_of_the_same(
    database: Database, blog: Path
) -> None:
    ids = imported(database, blog)
    followup = shared(database, ids[FILES[1]], ids[FILES[0]])
    write(blog, FILES[0], "layout: wide\n")
    imported(database, blog)
    assert [files(found) for found in listed(database)] == [[FILES[1], FILES[0]]]
    write(blog, FILES[1], text="花が咲いた。")
    imported(database, blog)
    assert [(found.id, files(found)) for found in listed(database)] == [(followup, [FILES[0]])]


def test_a_post_that_was_edited_keeps_its_news_from_those_that_only_share_a_plan(
    database: Database, blog: Path
) -> None:
    ids = imported(database, blog)
    followup = shared(database, ids[FILES[2]])
    assert due(database) == []
    write(blog, FILES[2], text=f"{PLAN}\n\n補足。")
    imported(database, blog)
    with database.read() as session:
        assert session.get_one(FollowupRow, followup).post_id == ids[FILES[2]]
        assert session.get(FollowupPostRow, (followup, ids[FILES[2]])) is not None


def test_a_followup_goes_with_the_last_that_called_for_it(database: Database, blog: Path) -> None:
    ids = imported(database, blog)
    write(blog, FILES[0], text="花が咲いた。")
    write(blog, FILES[1], text="雪が降った。")
    imported(database, blog)
    (plan,) = due(database)
    with database.write() as session:
        add_posts(session, session.get_one(FollowupRow, plan), [ids[FILES[0]]])
    (blog / FILES[2]).unlink()
    imported(database, blog)
    with database.read() as session:
        assert session.get(FollowupRow, plan) is None


def test_a_lone_post_does_not_leave(database: Database) -> None:
    post = add_post(database)
    followup = shared(database, post)
    with database.write() as session:
        leave(session, [post], plans=True)
    assert [found.id for found in listed(database)] == [followup]
