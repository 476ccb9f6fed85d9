"""The visits of one crawl: stored in batches as they come, counted and told once they are committed."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from crawler import visits as module
from crawler.failures import Failure
from crawler.fetching.fetcher import Fetched
from crawler.outcome import Answer
from crawler.rhythm import Bounds
from crawler.sources import Source
from crawler.visits import Ask, Found, Visit, Visits
from storage.engine import Database
from storage.entry import Entry
from storage.errors import StorageError
from storage.sources import SourceSetting, register
from tests.conftest import NOW
from tests.crawler.conftest import feed, items, remembered

SOURCE = Source(name="News", url="https://news.example/feed", interval=timedelta(hours=2))
ENTRIES = tuple(Entry(f"https://news.example/{n}", f"Chip {n}", "Text.") for n in range(3))
WEEK = timedelta(days=7)


def ask(database: Database, source: Source = SOURCE) -> Ask:
    """The source with what the store knows of it."""
    setting = SourceSetting(source.url, source.name, source.kind, int(source.interval.total_seconds()))
    with database.write() as session:
        return Ask(source, register(session, [setting])[source.url])


def reading(entries: Sequence[Entry] | None, etag: str | None = None, flaw: str | None = None) -> Answer:
    """An answer as it was read."""
    headers = {"etag": etag} if etag else {}
    given = None if entries is None else tuple(entries)
    return Answer(Fetched(SOURCE.url, 200, headers, b""), given, body_hash="h", flaw=flaw)


def crawl(database: Database, *found: tuple[Ask, Found]) -> list[Visit]:
    """What is told of a crawl that finds this."""
    told: list[Visit] = []

    async def run() -> Visits:
        async with Visits(database, Bounds(), WEEK, lambda: NOW, told.append, lambda: None) as visits:
            for each, what in found:
                await visits.found(each, what)
        return visits

    assert asyncio.run(run()).done == told
    return told


def test_an_answer_is_stored_before_it_is_told(database: Database) -> None:
    seen: list[Sequence[str]] = []

    def tell(visit: Visit) -> None:
        seen.append([item.title for item in items(database)])

    async def run() -> None:
        async with Visits(database, Bounds(), WEEK, lambda: NOW, tell, lambda: None) as visits:
            await visits.found(ask(database), reading(ENTRIES))

    asyncio.run(run())
    assert seen == [["Chip 0", "Chip 1", "Chip 2"]]


def test_answers_are_counted_and_remembered(database: Database) -> None:
    assert crawl(database, (ask(database), reading(ENTRIES[:2], '"1"', flaw="cut"))) == [
        Visit(SOURCE, new=2, flaw="cut")
    ]
    changed = [Entry(ENTRIES[0].url, "Chip 0, updated", "Text."), *ENTRIES[1:]]
    assert crawl(database, (ask(database), reading(changed, '"2"'))) == [
        Visit(SOURCE, new=1, known=2, changed=1)
    ]
    assert crawl(database, (ask(database), reading(None))) == [Visit(SOURCE, unchanged=True)]
    known = remembered(database, SOURCE)
    assert (known.etag, known.failures, known.counts) == ('"2"', 0, (2, 3, 3))


def test_a_failure_is_told_and_remembered(database: Database) -> None:
    told = crawl(database, (ask(database), Failure("HTTP 500 Internal Server Error", "temporary")))
    assert told == [Visit(SOURCE, failure="HTTP 500 Internal Server Error")]
    known = remembered(database, SOURCE)
    assert (known.error, known.failures, known.trouble) == ("HTTP 500 Internal Server Error", 1, "temporary")
    assert (known.asked_at, known.answered_at) == (NOW, None)


def test_many_visits_are_told_in_the_order_they_came(database: Database) -> None:
    other = feed("https://other.example/feed", "Other")
    told = crawl(
        database,
        (ask(database, other), Failure("HTTP 500")),
        (ask(database), reading(ENTRIES)),
    )
    assert [(visit.source.name, visit.new) for visit in told] == [("Other", 0), ("News", 3)]
    assert remembered(database, SOURCE).error is None
    assert remembered(database, other).error == "HTTP 500"


def test_a_flood_waits_until_there_is_room(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 4)
    monkeypatch.setattr(module, "BATCH_ENTRIES", 2)
    sources = [feed(f"https://{n}.example/feed", f"{n}") for n in range(10)]
    found = [
        (ask(sqlite, source), reading([Entry(f"{source.url}/{n}", "Chip") for n in range(3)]))
        for source in sources
    ]
    assert sum(visit.new for visit in crawl(sqlite, *found)) == 30


def test_a_database_that_fails_ends_the_crawl_and_holds_up_nobody(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    aborted: list[bool] = []
    known = ask(sqlite)
    with sqlite.write() as session:
        session.connection().exec_driver_sql("DROP TABLE sighting")

    async def run() -> Visits:
        visits = Visits(
            sqlite, Bounds(), WEEK, lambda: NOW, lambda _visit: None, lambda: aborted.append(True)
        )
        async with visits:
            for _ in range(5):
                await asyncio.wait_for(visits.found(known, reading(ENTRIES)), 10)
        return visits

    visits = asyncio.run(run())
    assert isinstance(visits.trouble, StorageError)
    assert (visits.done, aborted) == ([], [True])
