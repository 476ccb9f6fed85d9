"""What front matter says of a post's follow-ups."""

from pathlib import Path

import pytest
from sqlalchemy import select

from storage.engine import Database
from storage.followups.listing import list_followups
from storage.followups.status import STATUSES
from storage.linking.names import default_vocabulary
from storage.models import PostRow
from storage.posts.importing import ImportReport, import_posts
from storage.posts.jekyll import Blog
from storage.posts.wish import read_wish
from tests.conftest import NOW
from tests.storage.conftest import add_story, raise_pairs


@pytest.mark.parametrize(
    ("value", "wish"),
    [
        *(
            (None, ""),
            (True, ""),
            ("", ""),
            (False, "never"),
            ("never", "never"),
            (" Evergreen ", "evergreen"),
        ),
        *(("sometimes", None), (3, None), (["never"], None), ({"never": 1}, None)),
    ],
)
def test_a_value_is_a_wish_or_is_not_understood(value: object, wish: str | None) -> None:
    assert read_wish(value) == wish


def _import(database: Database, folder: Path, front: str) -> ImportReport:
    (folder / "2026-01-02-a.md").write_text(f"---\ntitle: 量産\n{front}\n---\n本文。\n", encoding="utf-8")
    return import_posts(database, folder, blog=Blog(), vocabulary=default_vocabulary(), now=NOW)


def _post(database: Database) -> PostRow:
    with database.read() as session:
        return session.scalars(select(PostRow)).one()


def test_an_import_keeps_the_wish_and_names_what_it_does_not_understand(
    database: Database, tmp_path: Path
) -> None:
    assert _import(database, tmp_path, "followup: evergreen").unclear == []
    assert _post(database).wish == "evergreen"
    assert _import(database, tmp_path, "followup: perhaps").unclear == ["2026-01-02-a.md"]
    assert _post(database).wish == ""


def test_what_waits_for_a_post_that_wants_none_is_dismissed(database: Database, tmp_path: Path) -> None:
    _import(database, tmp_path, "")
    post = _post(database).id
    raise_pairs(database, (post, add_story(database, {post: 0.9})))
    _import(database, tmp_path, "followup: never")
    with database.read() as session:
        (found,) = list_followups(session, statuses=STATUSES)
    assert (found.status, found.settled_at) == ("dismissed", NOW)
    assert found.reason == "its front matter says followup: never"
