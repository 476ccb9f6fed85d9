"""What waits for the linker, and what is not even loaded while nothing does."""

import asyncio
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.engine import Database, open_database
from storage.entry import Entry
from storage.linking.names import Vocabulary
from storage.linking.report import LinkReport
from storage.linking.waiting import link_waiting
from storage.models import FollowupRow, LinkRow, StoryRow
from tests.conftest import NOW
from tests.storage.conftest import all_items, only_item, store
from tests.storage.linking.conftest import import_blog

ROOT = Path(__file__).parents[3]
EVENT = Entry("https://news.example/1", "アクメ、オリオンの量産を2027年に延期", language="ja", published=NOW)
OLD = replace(EVENT, published=NOW - timedelta(days=60))
WEEK_AGO = NOW - timedelta(days=7)


class Names:
    """A function that gives the words of names, and counts how often it was asked."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self.asked = 0

    def __call__(self) -> Vocabulary:
        self.asked += 1
        return self.words


def link(database: Database, names: Names, *, stopped: bool = False) -> LinkReport:
    return asyncio.run(link_waiting(database, names, now=lambda: NOW, stopped=lambda: stopped))


@pytest.fixture
def names(words: Vocabulary) -> Names:
    """The made-up names."""
    return Names(words)


def test_the_table_of_names_is_read_only_when_something_waits_and_there_are_posts(
    database: Database, tmp_path: Path, names: Names
) -> None:
    assert link(database, names) == LinkReport()
    store(database, EVENT)
    assert link(database, names) == LinkReport(waiting=1)
    assert names.asked == 0
    import_blog(database, tmp_path / "posts", names.words)
    assert link(database, names).linked == 1
    assert names.asked == 1
    assert link(database, names) == LinkReport()
    assert names.asked == 1


def test_without_posts_what_waits_is_counted_and_stays_as_it_is(database: Database, names: Names) -> None:
    store(database, EVENT, Entry("https://news.example/2", "Roses"), backlog_before=WEEK_AGO)
    assert link(database, names) == LinkReport(waiting=2)
    assert [item.linked_at for item in all_items(database)] == [None, None]


def test_backlog_does_not_wait_and_is_never_linked(database: Database, tmp_path: Path, names: Names) -> None:
    import_blog(database, tmp_path / "posts", names.words, day="2026-01-02")
    store(database, OLD, backlog_before=WEEK_AGO)
    assert link(database, names) == LinkReport()
    # Nor once its source words it differently: then every old item of a feed would be news again.
    store(database, replace(OLD, title=f"{OLD.title}, at last"), now=NOW + timedelta(hours=1))
    assert link(database, names) == LinkReport()
    assert (only_item(database).story_id, names.asked) == (None, 0)
    with database.read() as session:
        assert [session.scalar(select(table)) for table in (LinkRow, StoryRow, FollowupRow)] == [None] * 3


def test_what_is_no_backlog_is_linked_beside_it(database: Database, tmp_path: Path, names: Names) -> None:
    import_blog(database, tmp_path / "posts", names.words)
    fresh = replace(EVENT, url="https://news.example/2")
    store(database, OLD, fresh, backlog_before=WEEK_AGO)
    report = link(database, names)
    assert (report.linked, len(report.opened)) == (1, 1)
    assert [item.story_id is None for item in all_items(database)] == [True, False]


def test_a_run_that_is_stopped_at_once_leaves_all_waiting(
    database: Database, tmp_path: Path, names: Names
) -> None:
    import_blog(database, tmp_path / "posts", names.words)
    store(database, EVENT)
    assert link(database, names, stopped=True) == LinkReport()
    assert only_item(database).linked_at is None


def test_reports_of_two_runs_add_up_and_what_waits_is_what_waits_at_the_end() -> None:
    report = LinkReport(linked=3, opened=[1], added=2, waiting=7)
    report += LinkReport(linked=1, opened=[4, 5], added=2, waiting=1)
    assert report == LinkReport(linked=4, opened=[1, 4, 5], added=4, waiting=1)


IDLE = """
import asyncio, sys
from datetime import UTC, datetime
from storage.engine import open_database
from storage.linking.waiting import link_waiting
with open_database(sys.argv[1]) as database:
    asyncio.run(link_waiting(database, lambda: 1 / 0, now=lambda: datetime.now(UTC), stopped=lambda: False))
print(*sorted({name for name in sys.modules if name.startswith("storage.linking.") or name == "ahocorasick"}))
"""


def test_nothing_of_the_linker_is_loaded_while_nothing_waits(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'chipwatch.db'}"
    open_database(url).close()
    ran = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", IDLE, url], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert ran.stdout.split() == [
        *("storage.linking.queue", "storage.linking.report", "storage.linking.waiting")
    ]


LOADING = """
import asyncio, sys, threading
from datetime import UTC, datetime
from storage.engine import open_database
from storage.linking.waiting import link_waiting
here = set()
def hear(event, args):
    if event == "import" and threading.current_thread() is threading.main_thread():
        here.add(args[0])
def words():
    from storage.linking.names import default_vocabulary
    return default_vocabulary()
with open_database(sys.argv[1]) as database:
    sys.addaudithook(hear)
    report = asyncio.run(link_waiting(database, words, now=lambda: datetime.now(UTC), stopped=lambda: False))
loaded = [name for name in here if name.startswith(("numpy", "storage.linking"))]
print(report.linked, "numpy" in sys.modules, *loaded)
"""


def test_the_linker_is_loaded_on_another_thread_than_the_loops(tmp_path: Path, words: Vocabulary) -> None:
    url = f"sqlite:///{tmp_path / 'chipwatch.db'}"
    with open_database(url) as database:
        import_blog(database, tmp_path / "posts", words)
        store(database, EVENT)
    ran = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", LOADING, url], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert ran.stdout.split() == ["1", "True"]
