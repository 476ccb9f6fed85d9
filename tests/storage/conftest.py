"""What the store's tests share: sources, entries, and posts with stories that call for follow-ups."""

import itertools
import socket
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from storage.engine import Database
from storage.entries import store_entries
from storage.entry import Entry
from storage.followups.raising import Call, raise_followups, unsettled
from storage.items import Stored
from storage.models import Base, ItemRow, LinkRow, PostRow, SightingRow, StoryRow
from storage.sources import KnownSource, Memory, Outcome, SourceSetting, record_outcomes, register
from tests.conftest import NOW

FEED = "https://news.example/feed.xml"
OTHER = "https://other.example/feed.xml"
INTERVAL = 1800  # seconds
SEEN = Memory(  # of a source that has answered
    FEED,
    INTERVAL,
    3 * INTERVAL,  # as it has adapted
    etag='"1"',
    last_modified="Tue, 24 Nov 2026 12:00:00 GMT",
    validated_url=FEED,
    body_hash="abc",
    asked_at=NOW,
    answered_at=NOW,
    due_at=NOW + timedelta(hours=1),
    due_why="its interval",
    counts=(10, 12),
)

_number = itertools.count(1)


def known_source(
    database: Database, url: str = FEED, name: str = "News", kind: str = "feed", interval: int = INTERVAL
) -> KnownSource:
    """A registered source as the store remembers it."""
    with database.write() as session:
        return register(session, [SourceSetting(url, name, kind, interval)])[url]


def remember(database: Database, memory: Memory, url: str = FEED) -> None:
    """Keep this of a source, committed; it is registered if it is not known."""
    source_id = known_source(database, url).id
    with database.write() as session:
        record_outcomes(session, [Outcome(source_id, None, lambda _stored: memory)], NOW)


def store(
    database: Database,
    *entries: Entry,
    source: str = FEED,
    now: datetime = NOW,
    backlog_before: datetime | None = None,
) -> Stored:
    """Store a source's entries, committed."""
    (stored,) = store_batch(database, (source, entries, backlog_before), now=now)
    return stored


def store_batch(
    database: Database, *given: tuple[str, Sequence[Entry], datetime | None], now: datetime = NOW
) -> list[Stored]:
    """Store several sources' entries at once, committed; each with its URL and where its backlog ends."""
    batch = [(known_source(database, url).id, entries, before) for url, entries, before in given]
    with database.write() as session:
        return store_entries(session, batch, now)


def all_items(database: Database) -> list[ItemRow]:
    """Every item, in the order it came."""
    with database.read() as session:
        return list(session.scalars(select(ItemRow).order_by(ItemRow.id)))


def only_item(database: Database) -> ItemRow:
    """The one item there is."""
    (item,) = all_items(database)
    return item


def sightings(database: Database) -> list[tuple[int, str | None]]:
    """Each item's id, and a source's id of it, in order of items and sources."""
    with database.read() as session:
        rows = session.scalars(select(SightingRow).order_by(SightingRow.item_id, SightingRow.source_id))
        return [(row.item_id, row.feed_id) for row in rows]


def mark_linked(database: Database, when: datetime = NOW) -> None:
    """Take every item as linked."""
    with database.write() as session:
        session.execute(update(ItemRow).values(linked_at=when))


def count(database: Database, *tables: type[Base]) -> list[int]:
    """How many rows each table has."""
    with database.read() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


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
        calls = unsettled(session, [Call(post, story) for post, story in pairs])
        return raise_followups(session, calls, now=now)


@pytest.fixture
def unused_port() -> Iterator[int]:
    """A port of this machine that is taken, but where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]
