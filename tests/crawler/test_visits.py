"""The visits of one crawl: stored as they come, counted and told."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from crawler.sources import Source
from crawler.visits import Ask, Visit, Visits
from storage.engine import Database
from storage.items import Entry, ItemPage
from storage.sources import list_sources, register
from tests.conftest import NOW
from tests.crawler.conftest import feed, items, remembered

SOURCE = Source(name="News", url="https://news.example/feed", interval=timedelta(hours=2))
ENTRIES = [Entry(f"https://news.example/{n}", f"Chip {n}", "Text.") for n in range(3)]


def visits(database: Database, told: list[Visit] | None = None) -> Visits:
    """The visits of a crawl that has just begun."""
    return Visits(database, lambda: NOW, (told if told is not None else []).append)


def ask(database: Database, source: Source = SOURCE) -> Ask:
    """The source with what the store knows of it."""
    with database.write() as session:
        known = register(session, [(source.url, source.name, source.kind)])
    return Ask(source, known[source.url])


def test_an_answer_is_stored_before_it_is_told(database: Database) -> None:
    seen: list[Sequence[str]] = []

    def tell(visit: Visit) -> None:
        seen.append([item.title for item in items(database)])

    crawl = Visits(database, lambda: NOW, tell)
    asyncio.run(crawl.answered(ask(database), ENTRIES, etag='"1"', last_modified=None, body_hash="h"))
    assert seen == [["Chip 0", "Chip 1", "Chip 2"]]


def test_an_answer_is_counted_and_remembered(database: Database) -> None:
    told: list[Visit] = []
    crawl = visits(database, told)
    first = ask(database)
    asyncio.run(
        crawl.answered(first, ENTRIES[:2], etag='"1"', last_modified="Tue", body_hash="h", flaw="cut")
    )
    changed = [Entry(ENTRIES[0].url, "Chip 0, updated", "Text."), *ENTRIES[1:]]
    asyncio.run(crawl.answered(first, changed, etag='"2"', last_modified=None))
    asyncio.run(crawl.answered(first, None, etag=None, last_modified=None))
    assert told == [
        Visit(SOURCE, new=2, flaw="cut"),
        Visit(SOURCE, new=1, known=2, changed=1),
        Visit(SOURCE, unchanged=True),
    ]
    assert crawl.done == told
    known = remembered(database, SOURCE)
    assert (known.etag, known.last_modified, known.failures) == ('"2"', None, 0)
    assert known.due_at == NOW + SOURCE.interval


def test_a_failure_is_told_and_the_source_is_due_after_its_interval(database: Database) -> None:
    told: list[Visit] = []
    asyncio.run(visits(database, told).failed(ask(database), "HTTP 500 Internal Server Error"))
    assert told == [Visit(SOURCE, failure="HTTP 500 Internal Server Error")]
    known = remembered(database, SOURCE)
    assert (known.error, known.failures) == ("HTTP 500 Internal Server Error", 1)
    assert (known.asked_at, known.answered_at, known.due_at) == (NOW, None, NOW + SOURCE.interval)


def test_an_article_is_kept_and_its_absence_remembered(database: Database) -> None:
    crawl = visits(database)
    asyncio.run(crawl.answered(ask(database), ENTRIES[:2], etag=None, last_modified=None))
    first, second = (ItemPage(item.id, item.url) for item in items(database))
    asyncio.run(crawl.article(first, "The whole text."))
    asyncio.run(crawl.article(second, None))
    assert [(item.article, item.article_asked_at) for item in items(database)] == [
        ("The whole text.", NOW),
        (None, NOW),
    ]


def test_sources_do_not_touch_each_other(database: Database) -> None:
    other = feed("https://other.example/feed", "Other")
    crawl = visits(database)
    asyncio.run(crawl.failed(ask(database, other), "HTTP 500"))
    asyncio.run(crawl.answered(ask(database), ENTRIES, etag='"1"', last_modified=None))
    with database.read() as session:
        known = list_sources(session, [SOURCE.url, other.url])
    assert [(source.error, source.items) for source in known] == [(None, 3), ("HTTP 500", 0)]
