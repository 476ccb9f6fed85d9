"""What an editor says of follow-ups weighs what comes after, and can be scored against."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from storage.engine import Database
from storage.entry import Entry
from storage.followups.followup import Followup
from storage.followups.listing import list_followups
from storage.followups.settling import settle
from storage.followups.status import STATUSES, Ground, Status
from storage.linking.asking import Answer, ask
from storage.linking.from_file import read_items
from storage.linking.judgements import judged
from storage.linking.names import Vocabulary
from storage.linking.waiting import link_waiting
from storage.models import ItemRow
from tests.conftest import NOW
from tests.storage.conftest import store
from tests.storage.linking.conftest import BLOG, import_blog

POST = "2026-01-02-1.md"
FIRST, LIKE = "アクメ、オリオンの量産を2027年に延期", "アクメのオリオン、量産を2027年に開始"


def _tell(database: Database, words: Vocabulary, *titles: str, now: datetime = NOW) -> None:
    """Store and link news of one day, an item a title, at a time."""
    entries = [Entry(f"https://news.example/{title}", title, "", "ja", NOW, title) for title in titles]
    store(database, *entries, now=now)
    asyncio.run(link_waiting(database, lambda: words, now=lambda: now, stopped=lambda: False))


def _listed(database: Database) -> list[Followup]:
    with database.read() as session:
        return list_followups(session, statuses=STATUSES)


def _settle(database: Database, status: Status, ground: Ground | None = None) -> None:
    with database.write() as session:
        settle(session, [1], status, now=NOW, ground=ground)


def _ask(database: Database, words: Vocabulary, title: str) -> Answer:
    with database.read() as session:
        return ask(session, f"https://news.example/{title}", POST, words, None)


def _due(database: Database, words: Vocabulary) -> float:
    return _ask(database, words, LIKE).explanation.due


def test_verdicts_make_like_news_more_or_less_probable(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words)
    _tell(database, words, FIRST, LIKE)
    neutral = _due(database, words)
    probable = {}
    for ground in ("not-about", "nothing-new", None):
        _settle(database, "dismissed", ground)
        probable[ground] = _due(database, words)
        assert _ask(database, words, LIKE).explanation.taught < 0
        _settle(database, "open")
    _settle(database, "done")
    assert probable["not-about"] < probable[None] < probable["nothing-new"] < neutral < _due(database, words)


def test_a_post_that_was_called_evergreen_comes_up_only_when_it_is_contradicted(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words)
    _tell(database, words, FIRST)
    _settle(database, "dismissed", "evergreen")
    agreeing = "アクメのオリオン、量産を2026年後半に開始"
    _tell(database, words, agreeing)
    assert [followup.id for followup in _listed(database)] == [1]
    stopped = _ask(database, words, agreeing).stopped
    assert stopped is not None
    assert (stopped.rule, stopped.found) == ("the post may be updated", "followup: evergreen")
    _tell(database, words, "アクメ、オリオンの量産を2029年に再延期", now=NOW + timedelta(hours=1))
    assert [followup.status for followup in _listed(database)].count("open") == 1


@pytest.mark.parametrize(("wish", "raised"), [("", 1), ("never", 0), ("evergreen", 1)])
def test_the_front_matter_decides(
    database: Database, tmp_path: Path, words: Vocabulary, wish: str, raised: int
) -> None:
    (title, text), *others = BLOG
    asked = (f"{title}\nfollowup: {wish or 'true'}", text)
    import_blog(database, tmp_path / "posts", words, [asked, *others])
    _tell(database, words, FIRST)
    assert len(_listed(database)) == raised


def test_verdicts_are_written_as_judgements_of_items_that_can_be_linked_again(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words)
    _tell(database, words, FIRST)
    for status, ground, grade in (
        *(("done", None, 2), ("dismissed", "nothing-new", 1), ("dismissed", "evergreen", 1)),
        *(("dismissed", "not-about", 0), ("dismissed", None, 0)),
    ):
        _settle(database, "open")
        _settle(database, status, ground)  # type: ignore[arg-type]
        with database.read() as session:
            found = judged(session)
        (pair,) = found.pairs
        assert (pair["post"], pair["grade"]) == (POST, grade)
    file = tmp_path / "items.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in found.items), encoding="utf-8")
    (item,) = read_items(file)
    assert (item.id, item.title, item.language, item.when) == (pair["item"], FIRST, "ja", NOW)
    _settle(database, "open")
    with database.read() as session:
        assert judged(session).pairs == []


@pytest.mark.parametrize("ground", ["not-about", None])
def test_a_verdict_is_not_forgotten_when_its_news_is_linked_again(
    database: Database, tmp_path: Path, words: Vocabulary, ground: Ground | None
) -> None:
    import_blog(database, tmp_path / "posts", words)
    _tell(database, words, FIRST)
    _settle(database, "dismissed", ground)
    for hours in (1, 2):
        with database.write() as session:
            session.execute(update(ItemRow).values(linked_at=None))
        _tell(database, words, now=NOW + timedelta(hours=hours))
        with database.read() as session:
            assert [pair["grade"] for pair in judged(session).pairs] == [0]
    _tell(database, words, LIKE)
    assert [followup.status for followup in _listed(database)] == ["dismissed"]


def test_what_came_after_a_verdict_was_not_judged(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words)
    _tell(database, words, FIRST)
    _settle(database, "done")
    _tell(database, words, f"{FIRST}、50億ドルの損失", now=NOW + timedelta(hours=1))
    assert {followup.status for followup in _listed(database)} == {"open", "done"}
    with database.read() as session:
        assert [pair["item"] for pair in judged(session).pairs] == ["1"]


def test_what_front_matter_settles_is_no_verdict_on_news(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words)
    _tell(database, words, FIRST)
    (title, text), *others = BLOG
    import_blog(database, tmp_path / "posts", words, [(f"{title}\nfollowup: never", text), *others])
    assert [followup.status for followup in _listed(database)] == ["dismissed"]
    with database.read() as session:
        assert judged(session).pairs == []
