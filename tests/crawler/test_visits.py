"""The visits of one crawl: stored as they come, counted, told, and the budget for article pages."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from crawler.sources import Source
from crawler.visits import TEASER, Ask, Visit, Visits
from storage.engine import Database
from storage.items import Entry, NewItem
from storage.sources import list_sources, register
from tests.conftest import NOW
from tests.crawler.conftest import feed, items, remembered

SOURCE = Source(name="News", url="https://news.example/feed", interval=timedelta(hours=2))
ENTRIES = [Entry(f"https://news.example/{n}", f"Chip {n}", "Text.") for n in range(3)]


def new(*items: tuple[int, str, int | None]) -> list[NewItem]:
    """New items by number, text and age in hours."""
    return [
        NewItem(n, f"https://news.example/{n}", text, None if age is None else NOW - timedelta(hours=age))
        for n, text, age in items
    ]


def visits(database: Database, told: list[Visit] | None = None, articles: int = 5) -> Visits:
    """The visits of a crawl that has just begun."""
    return Visits(database, lambda: NOW, (told if told is not None else []).append, articles)


def ask(database: Database, source: Source = SOURCE) -> Ask:
    """The source with what the store knows of it."""
    with database.write() as session:
        known = register(session, [(source.url, source.name, source.kind)])
    return Ask(source, known[source.url])


def test_an_answer_is_stored_before_it_is_told(database: Database) -> None:
    seen: list[Sequence[str]] = []

    def tell(visit: Visit) -> None:
        seen.append([item.title for item in items(database)])

    crawl = Visits(database, lambda: NOW, tell, 0)
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


@pytest.mark.parametrize(("text", "wanted"), [("x" * (TEASER - 1), True), ("x" * TEASER, False), ("", True)])
def test_only_a_teaser_wants_its_article(sqlite: Database, text: str, wanted: bool) -> None:
    assert bool(visits(sqlite).wanting_article(new((1, text, 0)))) == wanted


def test_the_newest_go_first_within_what_is_left(sqlite: Database) -> None:
    crawl = visits(sqlite, articles=3)
    chosen = crawl.wanting_article(new((1, "", 5), (2, "", None), (3, "", 1), (4, "x" * TEASER, 0)))
    assert [item.id for item in chosen] == [3, 1, 2]
    assert crawl.wanting_article(new((5, "", 0))) == []


def test_an_article_is_kept_and_its_absence_remembered(database: Database) -> None:
    crawl = visits(database)
    found = asyncio.run(crawl.answered(ask(database), ENTRIES[:2], etag=None, last_modified=None))
    asyncio.run(crawl.article(found[0], "The whole text."))
    asyncio.run(crawl.article(found[1], None))
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
