"""Every item that waits gets its links, its story and its follow-ups, once, however often it is run."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from storage.engine import Database, open_database
from storage.entry import Entry
from storage.linking.names import Vocabulary
from storage.linking.news import read_news, read_title
from storage.linking.report import LinkReport
from storage.linking.run import BATCH
from storage.linking.same_event import read_report
from storage.linking.stored import news_of, opening_column
from storage.linking.waiting import link_waiting
from storage.models import Base, FollowupRow, FollowupStoryRow, ItemRow, LinkRow, PostRow, StoryRow
from tests.conftest import NOW
from tests.storage.conftest import store
from tests.storage.linking.conftest import import_blog

EVENT = "アクメ、オリオンの量産を2027年に延期"


def _link(
    database: Database,
    words: Vocabulary,
    *,
    now: Callable[[], datetime] = lambda: NOW,
    stopped: Callable[[], bool] = lambda: False,
) -> LinkReport:
    return asyncio.run(link_waiting(database, lambda: words, now=now, stopped=stopped))


def _store(
    database: Database,
    titles: Iterable[str],
    *,
    when: datetime | None = NOW,
    language: str = "ja",
    at: str = "",
) -> None:
    """Items of one source, each known by its place in the list."""
    entries = [
        Entry(f"https://news.example/{at}{n}", title, "", language, when, f"{at}{n}")
        for n, title in enumerate(titles)
    ]
    store(database, *entries)


def _state(database: Database) -> dict[str, list[Any]]:
    with database.read() as session:
        return {
            t.name: [tuple(row) for row in session.execute(select(t).order_by(*t.primary_key))]
            for t in Base.metadata.sorted_tables
        }


def _links(database: Database) -> dict[tuple[str, str], LinkRow]:
    """By title of the item and file of the post."""
    with database.read() as session:
        rows = session.execute(
            select(ItemRow.title, PostRow.file, LinkRow)
            .join(LinkRow, LinkRow.item_id == ItemRow.id)
            .join(PostRow, PostRow.id == LinkRow.post_id)
        )
        return {(title, file): link for title, file, link in rows}


def _stories(database: Database) -> set[frozenset[str]]:
    """The titles of each story."""
    stories: dict[int | None, set[str]] = {}
    with database.read() as session:
        for story, title in session.execute(select(ItemRow.story_id, ItemRow.title)):
            stories.setdefault(story, set()).add(title)
    return {frozenset(titles) for titles in stories.values()}


def _stop_after(batches: int) -> Callable[[], bool]:
    left = iter([False] * batches)
    return lambda: next(left, True)


def test_items_wait_while_there_are_no_posts_and_are_linked_after_the_import(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    _store(database, [EVENT, "Roses in winter"])
    before = _state(database)
    assert _link(database, words) == LinkReport(waiting=2)
    assert _state(database) == before
    import_blog(database, tmp_path / "posts", words)
    report = _link(database, words)
    assert (report.linked, len(report.opened), report.added, report.waiting) == (2, 1, 1, 0)


def test_nothing_waits_in_an_empty_store(database: Database, words: Vocabulary) -> None:
    assert _link(database, words) == LinkReport()


def test_an_item_gets_its_links_its_story_and_its_followup(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words)
    _store(database, [EVENT])
    report = _link(database, words)
    link = _links(database)[EVENT, "2026-01-02-1.md"]
    assert (link.followup, link.kind, link.linked_at) == (True, "contradicts", NOW)
    assert link.evidence["reason"].startswith("both titles are about")
    assert set(link.evidence["title_names"]) == {"Acme", "Orion"}
    with database.read() as session:
        (item,) = session.scalars(select(ItemRow))
        (story,) = session.scalars(select(StoryRow))
        (followup,) = session.scalars(select(FollowupRow))
        (member,) = session.scalars(select(FollowupStoryRow))
    assert (item.linked_at, item.story_id) == (NOW, story.id)
    assert (story.first_seen, story.last_seen) == (NOW, NOW)
    assert (followup.id, followup.post_id, followup.status) == (report.opened[0], link.post_id, "open")
    assert (member.followup_id, member.story_id) == (followup.id, story.id)


def test_reports_of_one_event_share_a_story_and_a_followup(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words)
    _store(database, [EVENT, "Roses in winter"])
    _store(database, ["Acme delays Orion's production"], language="en", when=NOW + timedelta(days=1), at="en")
    report = _link(database, words)
    english = "Acme delays Orion's production"
    assert _stories(database) == {frozenset({EVENT, english}), frozenset({"Roses in winter"})}
    assert (len(report.opened), report.added) == (1, 1)
    with database.read() as session:
        spans = {(s.first_seen, s.last_seen) for s in session.scalars(select(StoryRow))}
    assert spans == {(NOW, NOW + timedelta(days=1)), (NOW, NOW)}


def test_a_later_run_joins_the_stories_of_an_earlier_one(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words)
    _store(database, [EVENT])
    _link(database, words)
    _store(database, ["オリオンの量産は2027年に延期、アクメが発表"], when=NOW + timedelta(days=2), at="later")
    _store(
        database, ["アクメ、オリオンの量産を2027年に延期と正式発表"], when=NOW + timedelta(days=30), at="late"
    )
    report = _link(database, words)
    assert len(_stories(database)) == 2
    assert (report.opened, report.added) == ([], 1)  # the second story joins the follow-up that waits


@pytest.mark.parametrize("article", [None, "Short.", "The fire cost $22.5 billion. " + "And more. " * 99])
def test_an_item_is_read_back_for_its_story_as_it_was_read_at_first(
    database: Database, words: Vocabulary, article: str | None
) -> None:
    text = "Growers lost $22.5 billion to it."
    store(database, Entry("https://news.example/1", "Factory in Northland burns", text, "en", NOW, "1"))
    with database.write() as session:
        session.execute(update(ItemRow).values(article=article))
    with database.read() as session:
        (row,) = session.scalars(select(ItemRow))
        (opening,) = session.scalars(select(opening_column()))
        item = news_of(row)
    again = read_title(replace(item, text=opening), words)
    assert read_report(again) == read_report(read_news(item, words))
    assert read_report(again).figures_anywhere


def test_running_twice_changes_nothing(database: Database, tmp_path: Path, words: Vocabulary) -> None:
    import_blog(database, tmp_path / "posts", words)
    _store(database, [EVENT, "Borealis and Acme", "Roses in winter"])
    _link(database, words)
    before = _state(database)
    assert _link(database, words, now=lambda: NOW + timedelta(hours=1)) == LinkReport()
    assert _state(database) == before


def test_a_changed_item_is_linked_again_without_a_second_followup(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words)
    _store(database, [EVENT])
    (opened,) = _link(database, words).opened
    changed = "アクメ、オリオンの量産を2028年に延期"
    _store(database, [changed])
    later = NOW + timedelta(hours=1)
    report = _link(database, words, now=lambda: later)
    assert (report.linked, report.opened, report.added) == (1, [], 0)
    assert _links(database)[changed, "2026-01-02-1.md"].linked_at == later
    with database.read() as session:
        assert [row.id for row in session.scalars(select(FollowupRow))] == [opened]


def test_a_changed_item_loses_the_links_that_it_no_longer_earns(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words)
    _store(database, [EVENT])
    _link(database, words)
    assert _links(database)
    _store(database, ["Roses in winter"])
    _link(database, words)
    assert _links(database) == {}


def test_a_changed_item_stays_in_its_story(database: Database, tmp_path: Path, words: Vocabulary) -> None:
    import_blog(database, tmp_path / "posts", words)
    _store(database, [EVENT, "Roses in winter"])
    _link(database, words)
    _store(database, [EVENT, EVENT + "!"])
    assert _link(database, words).linked == 1
    assert _stories(database) == {frozenset({EVENT}), frozenset({EVENT + "!"})}


@pytest.mark.parametrize(("day", "followup"), [("2026-11-25", True), ("2026-11-26", False)])
def test_a_post_newer_than_the_news_gets_no_followup_and_the_link_says_why(
    database: Database, tmp_path: Path, words: Vocabulary, day: str, followup: bool
) -> None:
    import_blog(database, tmp_path / "posts", words, day=day)
    _store(database, [EVENT])
    report = _link(database, words)
    link = _links(database)[EVENT, f"{day}-1.md"]
    assert (link.followup, bool(report.opened)) == (followup, followup)
    assert (link.kind == "background") is not followup
    assert (link.evidence["reason"] == f"the post is newer than the news ({day})") is not followup


def test_an_item_without_a_date_counts_as_of_when_it_was_first_seen(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words, day="2026-11-26")
    _store(database, [EVENT], when=None)
    assert _link(database, words).opened == []


def _many() -> list[str]:
    return [f"{EVENT}, part {n}" if n % 3 else f"Roses of kind number {n}" for n in range(2 * BATCH + 10)]


def _outcome(database: Database) -> tuple[set[Any], set[frozenset[str]]]:
    return {(*key, link.score, link.followup) for key, link in _links(database).items()}, _stories(database)


def test_breaking_off_between_batches_loses_nothing(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    with open_database(f"sqlite:///{tmp_path / 'whole.db'}") as whole:
        for each in (database, whole):
            import_blog(each, tmp_path / "posts", words)
            _store(each, _many())
        assert _link(whole, words).linked == len(_many())
        first = _link(database, words, stopped=_stop_after(1))
        assert first.linked == BATCH
        with pytest.raises(RuntimeError, match="broke off"):
            _link(database, words, now=_failing_after(2))  # once for the run itself
        last = _link(database, words)
        assert last.linked == 10
        assert _outcome(database) == _outcome(whole)
        with database.read() as session:
            assert len(session.scalars(select(FollowupRow)).all()) == len(first.opened) == 1


def _failing_after(batches: int) -> Callable[[], datetime]:
    left = iter([NOW] * batches)

    def now() -> datetime:
        for moment in left:
            return moment
        raise RuntimeError("broke off")

    return now


def test_a_loop_that_is_stopped_links_nothing_more(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words)
    _store(database, [EVENT])
    before = _state(database)
    assert _link(database, words, stopped=lambda: True) == LinkReport()
    assert _state(database) == before
