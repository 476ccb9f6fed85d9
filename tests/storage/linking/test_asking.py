"""Any pair of the store can be asked about, by id, address or file name, and nothing is written."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from storage.engine import Database
from storage.entry import Entry
from storage.errors import InputError
from storage.followups.settling import settle
from storage.linking.asking import Answer, ask
from storage.linking.names import Vocabulary
from storage.linking.waiting import link_waiting
from storage.models import ItemRow, PostRow
from storage.posts.encoding import encode_posts
from tests.conftest import NOW
from tests.storage.conftest import only_item, store
from tests.storage.linking.conftest import Trigrams, import_blog

URL = "https://news.example/orion"
STALE = Entry(URL, "アクメ、オリオンの量産を2027年に延期", "", "ja", NOW, "1")
POST = "2026-01-02-1.md"


def _linked(database: Database, tmp_path: Path, words: Vocabulary, *, day: str = "2026-01-02") -> int:
    """A blog and one item, linked; gives the item's id."""
    import_blog(database, tmp_path / "posts", words, day=day)
    store(database, STALE)
    asyncio.run(link_waiting(database, lambda: words, now=lambda: NOW, stopped=lambda: False))
    return only_item(database).id


def _ask(database: Database, words: Vocabulary, item: str, post: str) -> Answer:
    with database.read() as session:
        return ask(session, item, post, words, None)


def test_a_pair_is_found_by_every_name_it_has(database: Database, tmp_path: Path, words: Vocabulary) -> None:
    item = _linked(database, tmp_path, words)
    with database.write() as session:
        session.execute(
            update(PostRow).where(PostRow.file == POST).values(url="https://blog.example/orion.html")
        )
    with database.read() as session:
        post = session.scalar(select(PostRow.id).where(PostRow.file == POST))
    for named in (str(item), URL, f"{URL}?utm_source=rss"):
        for file in (
            POST,
            str(post),
            "https://blog.example/orion.html",
            "http://blog.example/orion.html#new",
        ):
            answer = _ask(database, words, named, file)
            assert (answer.item.id, answer.post.file) == (item, POST)
            assert answer.stopped is None
            assert answer.stored is not None
            assert answer.stored.followup
            assert answer.evidence.new_figures == ("2027年",)


@pytest.mark.parametrize(
    "item",
    ["0", "99", "9" * 30, "9" * 5000, "https://news.example/\udcff", "\udcff", "x", "", "https://[", "²"],
)
def test_an_item_that_is_not_there_is_named(
    database: Database, tmp_path: Path, words: Vocabulary, item: str
) -> None:
    _linked(database, tmp_path, words)
    with pytest.raises(InputError, match="there is no item"):
        _ask(database, words, item, POST)


@pytest.mark.parametrize(
    "post", ["0", "99", "9" * 30, "9" * 5000, "https://blog.example/", "\udcff.md", "", "https://["]
)
def test_a_post_that_is_not_there_is_named(
    database: Database, tmp_path: Path, words: Vocabulary, post: str
) -> None:
    _linked(database, tmp_path, words)
    with pytest.raises(InputError, match="there is no post"):
        _ask(database, words, URL, post)


def test_a_pair_that_was_never_linked_is_explained_too(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    _linked(database, tmp_path, words)
    answer = _ask(database, words, URL, "2026-01-02-4.md")
    assert answer.stored is None
    assert answer.stopped == answer.checks[0]
    assert not answer.stopped.passed


def test_a_post_that_is_newer_than_the_news_is_stopped_by_that(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    day = NOW + timedelta(days=3)
    _linked(database, tmp_path, words, day=f"{day:%Y-%m-%d}")
    answer = _ask(database, words, URL, f"{day:%Y-%m-%d}-1.md")
    assert answer.stopped is not None
    assert answer.stopped.rule == "the news is not older than the post"
    assert f"post of {day:%Y-%m-%d}" in answer.stopped.found


def test_a_story_that_was_settled_for_the_post_is_stopped_by_that_until_it_is_reopened(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    _linked(database, tmp_path, words)
    with database.write() as session:
        settle(session, [1], "dismissed", now=NOW, snoozed_until=None, reason=None)
    stopped = _ask(database, words, URL, POST).stopped
    assert stopped is not None
    assert (stopped.found, stopped.needed) == (
        "follow-up 1 is dismissed",
        "something new of the story, or chipwatch followups reopen 1",
    )
    with database.write() as session:
        settle(session, [1], "open", now=NOW, snoozed_until=None, reason=None)
    assert _ask(database, words, URL, POST).stopped is None


def test_backlog_is_stopped_by_being_backlog(database: Database, tmp_path: Path, words: Vocabulary) -> None:
    _linked(database, tmp_path, words)
    with database.write() as session:
        session.execute(update(ItemRow).values(backlog=True))
    stopped = _ask(database, words, URL, POST).stopped
    assert stopped is not None
    assert stopped.found == "it was older than [crawl] backlog"


def test_with_an_encoder_the_signals_of_vectors_are_told(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    _linked(database, tmp_path, words)
    encode_posts(database, Trigrams())
    with database.read() as session:
        answer = ask(session, URL, POST, words, Trigrams())
    assert "title_opening" in {share.signal for share in answer.explanation.signals}
