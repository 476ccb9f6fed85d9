"""Posts are listed newest first, with the news that is linked to them."""

from datetime import timedelta

import pytest

from storage.engine import Database
from storage.models import FollowupPostRow, FollowupRow, PostRow
from storage.posts.listing import ListedPost, count_posts, list_posts
from tests.conftest import NOW
from tests.storage.posts.conftest import link_news


def _post(file: str, days_ago: int | None) -> PostRow:
    row = PostRow(file=file, title=file, url=f"/{file}", text="", file_hash="", names_version="")
    row.published = None if days_ago is None else NOW - timedelta(days=days_ago)
    row.imported_at = NOW
    return row


@pytest.fixture
def ids(database: Database) -> dict[str, int]:
    """The ids of four posts by file; a.md has two links."""
    rows = [_post("old.md", 9), _post("undated.md", None), _post("b.md", 1), _post("a.md", 1)]
    with database.write() as session:
        session.add_all(rows)
        session.flush()
        link_news(session, [rows[3].id], items=2)
        return {row.file: row.id for row in rows}


def _followup(database: Database, post_id: int, status: str) -> int:
    with database.write() as session:
        row = FollowupRow(post_id=post_id, status=status, opened_at=NOW)
        session.add(row)
        session.flush()
        session.add(FollowupPostRow(followup_id=row.id, post_id=post_id))
        return row.id


def test_posts_come_newest_first_then_by_file_and_undated_last(
    database: Database, ids: dict[str, int]
) -> None:
    with database.read() as session:
        assert [post.file for post in list_posts(session)] == ["a.md", "b.md", "old.md", "undated.md"]
        assert [post.file for post in list_posts(session, 1)] == ["a.md"]
        assert count_posts(session) == 4


def test_a_post_is_listed_with_its_links(database: Database, ids: dict[str, int]) -> None:
    with database.read() as session:
        first, second, *_ = list_posts(session)
    assert first == ListedPost("a.md", "a.md", "/a.md", NOW - timedelta(days=1), links=2, followup=None)
    assert second.links == 0


@pytest.mark.parametrize(
    ("status", "waits"), [("open", True), ("snoozed", True), ("done", False), ("dismissed", False)]
)
def test_a_post_is_listed_with_the_followup_that_waits(
    database: Database, ids: dict[str, int], status: str, waits: bool
) -> None:
    followup = _followup(database, ids["old.md"], status)
    with database.read() as session:
        listed = {post.file: post.followup for post in list_posts(session)}
    assert listed["old.md"] == (followup if waits else None)
    assert listed["a.md"] is None


def test_settled_followups_list_no_post_twice(database: Database, ids: dict[str, int]) -> None:
    for status in ("done", "dismissed", "open"):
        _followup(database, ids["a.md"], status)
    with database.read() as session:
        assert len(list_posts(session)) == 4


def test_an_empty_store_lists_no_post(database: Database) -> None:
    with database.read() as session:
        assert (list_posts(session), count_posts(session)) == ([], 0)
