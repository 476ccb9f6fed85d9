"""Where the time of a first pass goes: chipwatch's own functions on the same feeds, one stage after another.

    python -m benchmarks.collecting.stages FOLDER [BLOG]

FOLDER is a chipwatch folder that has not crawled yet, BLOG one with the same settings and imported posts.
Prints the seconds and CPU seconds of each stage as JSON. In a real pass the stages overlap.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from benchmarks.collecting.passes import watched_loop
from benchmarks.collecting.raw import Downloaded, download
from crawler.fetching.fetcher import Fetched
from crawler.outcome import Answer, after_answer
from crawler.parsing.document import Contents, Document
from crawler.parsing.feed import read_patiently, read_quickly
from crawler.rhythm import Bounds
from crawler.sources import Source
from scheduler.clock import utc_now
from scheduler.garbage import collect_less
from scheduler.settings import Settings, load_settings
from storage.engine import Database, open_database
from storage.entries import store_entries
from storage.entry import Entry
from storage.items import Stored
from storage.linking.names import default_vocabulary
from storage.linking.waiting import link_waiting
from storage.sources import KnownSource, Memory, Outcome, SourceSetting, record_outcomes, register

AT_ONCE = 150  # feeds whose bodies are held: with some thirty entries each, as much as a crawl writes at once
LINKED = 300  # items that are linked to see what one takes


@dataclass
class Stage:
    """What a stage took so far."""

    seconds: float = 0.0
    cpu: float = 0.0

    @contextmanager
    def taking(self) -> Iterator[None]:
        """Count what the block takes."""
        start, cpu = time.perf_counter(), time.process_time()
        yield
        self.seconds += time.perf_counter() - start
        self.cpu += time.process_time() - cpu


@dataclass
class Stages:
    """What was measured."""

    settings: Stage = field(default_factory=Stage)
    parse: Stage = field(default_factory=Stage)
    store: Stage = field(default_factory=Stage)
    slowly: int = 0  # feeds that the fast parser does not read
    items: int = 0  # that were stored
    waiting: int = 0  # of these, those that the linker would look at
    loading: Stage | None = None  # names, posts and linker, with one item
    link: Stage | None = None  # of `linked` more
    linked: int = 0
    lag: float = 0.0  # ms, the worst of the event loop while linking


def read(document: Document, stages: Stages) -> Contents:
    """A feed's contents, by the parser that a crawl would use."""
    contents = read_quickly(document)
    if contents is not None:
        return contents
    stages.slowly += 1
    return read_patiently(document)


def outcome(known: KnownSource, answer: Downloaded, contents: Contents, before: datetime) -> Outcome:
    """What a crawl would store of an answer."""
    fetched = Fetched(known.url, answer.status, answer.headers, answer.body)
    given = Answer(fetched, tuple(contents.entries), contents.wishes, "", contents.flaw)

    def remember(stored: Stored) -> Memory:
        return after_answer(known.memory, known.url, given, stored, Bounds(), utc_now())

    return Outcome(known.id, given.entries, remember, before)


def known_sources(database: Database, sources: Sequence[Source]) -> dict[str, KnownSource]:
    """Make the sources known to a database."""
    wanted = [SourceSetting(s.url, s.name, s.kind, int(s.interval.total_seconds())) for s in sources]
    with database.write() as session:
        return register(session, wanted)


def collect(settings: Settings, stages: Stages) -> list[tuple[str, Entry]]:
    """Download, parse and store all feeds; returns some of the entries, from as many feeds as possible."""
    some: list[tuple[str, Entry]] = []
    share = -(-LINKED // max(len(settings.sources), 1))
    with open_database(settings.database_url) as database:
        with stages.store.taking():
            known = known_sources(database, settings.sources)
        for part in _in_parts([source.url for source in settings.sources]):
            answers: dict[str, Downloaded] = {}
            asyncio.run(download(part, answers.__setitem__, {}))  # measured as the raw pass
            contents = {}
            with stages.parse.taking():
                for url, answer in answers.items():
                    kind = answer.headers.get("content-type", "")
                    contents[url] = read(Document(url, answer.body, kind, utc_now()), stages)
            before = utc_now() - settings.crawling.backlog
            with stages.store.taking():
                outcomes = [
                    outcome(known[url], answers[url], found, before) for url, found in contents.items()
                ]
                with database.write() as session:
                    stored = record_outcomes(session, outcomes, utc_now())
            stages.items += sum(len(one.new) for one in stored)
            stages.waiting += sum(len(one.new) - one.backlog for one in stored)
            some += [(url, entry) for url, found in contents.items() for entry in found.entries[:share]]
    return some[:LINKED]


async def link(settings: Settings, some: Sequence[tuple[str, Entry]], stages: Stages) -> None:
    """Link these entries to the posts of a database: first one alone, which loads all that is needed."""
    stages.loading, stages.link = Stage(), Stage()
    with open_database(settings.database_url) as database:
        known = known_sources(database, settings.sources)
        for entries, stage in ((some[:1], stages.loading), (some[1:], stages.link)):
            given = [(known[url].id, [entry], None) for url, entry in entries]
            with database.write() as session:
                store_entries(session, given, utc_now())
            with watched_loop() as lag, stage.taking():
                report = await link_waiting(database, default_vocabulary, now=utc_now, stopped=lambda: False)
            stages.linked, stages.lag = report.linked, max(stages.lag, lag.worst * 1000)


def main() -> None:
    """Measure all stages and print them."""
    collect_less()
    folders = [Path(folder) for folder in sys.argv[1:]]
    stages = Stages()
    with stages.settings.taking():
        settings = load_settings(folders[0] / "chipwatch.toml")
    some = collect(settings, stages)
    if len(folders) > 1:
        asyncio.run(link(load_settings(folders[1] / "chipwatch.toml"), some, stages))
    print(json.dumps(asdict(stages)))


def _in_parts(urls: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(urls), AT_ONCE):
        yield urls[start : start + AT_ONCE]


if __name__ == "__main__":
    main()
