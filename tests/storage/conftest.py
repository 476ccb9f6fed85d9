"""What the store's tests share: sources, entries, and posts with stories that call for follow-ups."""

import itertools
import socket
from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import select

from storage.engine import Database
from storage.followups import raise_followups
from storage.items import Entry, Stored, store_entries
from storage.models import ItemRow, LinkRow, PostRow, StoryRow
from storage.sources import KnownSource, register
from tests.conftest import NOW

FEED = "https://news.example/feed.xml"

_number = itertools.count(1)


def known_source(database: Database, url: str = FEED, name: str = "News", kind: str = "feed") -> KnownSource:
    """A registered source as the store remembers it."""
    with database.write() as session:
        return register(session, [(url, name, kind)])[url]


def store(database: Database, *entries: Entry, source: str = FEED, now: datetime = NOW) -> Stored:
    """Store a source's entries, committed."""
    source_id = known_source(database, source).id
    with database.write() as session:
        return store_entries(session, source_id, entries, now)


def all_items(database: Database) -> list[ItemRow]:
    """Every item, in the order it came."""
    with database.read() as session:
        return list(session.scalars(select(ItemRow).order_by(ItemRow.id)))


def add_post(database: Database, title: str = "A post") -> int:
    """A post of the blog; its id."""
    row = PostRow(
        file=f"post-{next(_number)}.md",
        title=title,
        url="https://blog.example/a-post",
        text="What was known then.",
        file_hash="0",
        names_version="0",
        imported_at=NOW,
    )
    with database.write() as session:
        session.add(row)
        session.flush()
        return row.id


def add_story(database: Database, scores: dict[int, float], *, when: datetime = NOW) -> int:
    """A story of one item that is linked to these posts with these scores; its id."""
    with database.write() as session:
        story = StoryRow(first_seen=when, last_seen=when)
        session.add(story)
        session.flush()
    add_report(database, story.id, scores, when=when)
    return story.id


def add_report(
    database: Database,
    story: int,
    scores: dict[int, float],
    *,
    when: datetime = NOW,
    followup: bool = True,
    published: datetime | None = None,
) -> int:
    """One more item of a story, linked to these posts; its id."""
    number = next(_number)
    entry = Entry(f"https://news.example/{number}", f"Report {number}", published=published)
    (new,) = store(database, entry, now=when).new
    with database.write() as session:
        session.get_one(ItemRow, new.id).story_id = story
        session.add_all(
            LinkRow(
                item_id=new.id,
                post_id=post,
                score=score,
                followup=followup,
                kind="extends",
                evidence={"reason": "a test"},
                linked_at=when,
            )
            for post, score in scores.items()
        )
    return new.id


def raise_pairs(database: Database, *pairs: tuple[int, int], now: datetime = NOW) -> tuple[list[int], int]:
    """Raise follow-ups for these (post, story), committed."""
    with database.write() as session:
        return raise_followups(session, pairs, now=now)


@pytest.fixture
def unused_port() -> Iterator[int]:
    """A port of this machine that is taken, but where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]
