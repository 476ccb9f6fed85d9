"""What is linked is linked again: to posts that are imported later, by other settings, and on request."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from storage.engine import Database
from storage.entry import Entry
from storage.followups.listing import list_followups
from storage.followups.settling import settle
from storage.followups.status import Ground
from storage.linking.loading import load_linker
from storage.linking.names import Vocabulary
from storage.linking.replaying import Change, put_back, replay, stories_since
from storage.linking.report import LinkReport
from storage.linking.waiting import link_waiting
from storage.models import ItemRow, ItemVectorRow, LinkRow, PostRow
from storage.posts.encoding import encode_posts
from storage.posts.importing import import_posts
from storage.posts.jekyll import Blog
from tests.conftest import NOW
from tests.storage.conftest import all_items, store
from tests.storage.linking.conftest import BLOG, Trigrams, import_blog

NEWS = "アクメ、オリオンの量産を2027年に延期"
HOUR = timedelta(hours=1)


def _store(database: Database, *titles: str, when: datetime = NOW) -> None:
    entries = [Entry(f"https://news.example/{title}", title, "", "ja", when, title) for title in titles]
    store(database, *entries, now=when)


def _link(
    database: Database, words: Vocabulary, now: datetime = NOW, probability: float | None = None
) -> LinkReport:
    return asyncio.run(
        link_waiting(database, lambda: words, now=lambda: now, stopped=lambda: False, probability=probability)
    )


def _import(database: Database, folder: Path, words: Vocabulary, now: datetime) -> None:
    """One more post, of a day before the news, that the news makes stale."""
    title, text = BLOG[0]
    file = folder / "posts" / "2026-02-02-later.md"
    file.write_text(f"---\ntitle: {title}\n---\n{text}\n", encoding="utf-8")
    import_posts(database, folder / "posts", blog=Blog(), vocabulary=words, now=now)


def _stale(database: Database) -> list[str]:
    with database.read() as session:
        return [post.file for found in list_followups(session) for post in found.posts]


def test_a_post_that_is_imported_later_is_linked_to_the_news_of_the_last_days(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words, BLOG[1:])
    _store(database, NEWS, "Roses in winter")
    assert _link(database, words).linked == 2
    assert _stale(database) == []
    _import(database, tmp_path, words, NOW + HOUR)
    report = _link(database, words, NOW + 2 * HOUR)
    assert (report.linked, report.again, len(report.opened)) == (0, 1, 1)
    assert _stale(database) == ["2026-02-02-later.md"]
    assert {row.linked_at for row in all_items(database)} == {NOW + 2 * HOUR}  # the roses were looked at too
    assert _link(database, words, NOW + 3 * HOUR) == LinkReport()


def test_a_post_that_is_rewritten_is_no_longer_stale_by_what_it_said(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    folder = tmp_path / "posts"
    import_blog(database, folder, words)
    _store(database, NEWS)
    _link(database, words)
    assert _stale(database) == ["2026-01-02-1.md"]
    (folder / "2026-01-02-1.md").write_text("---\ntitle: 春の庭\n---\n花が咲いた。\n", encoding="utf-8")
    import_posts(database, folder, blog=Blog(), vocabulary=words, now=NOW + HOUR)
    assert _link(database, words, NOW + 2 * HOUR).again == 1
    assert _stale(database) == []
    assert _link(database, words, NOW + 3 * HOUR) == LinkReport()


def test_older_news_and_backlog_are_left_alone(database: Database, tmp_path: Path, words: Vocabulary) -> None:
    import_blog(database, tmp_path / "posts", words, BLOG[1:])
    _store(database, NEWS, when=NOW - timedelta(days=31))
    _store(database, f"{NEWS}か")
    _link(database, words)
    with database.write() as session:
        session.execute(update(ItemRow).where(ItemRow.moment == NOW).values(backlog=True))
    _import(database, tmp_path, words, NOW + HOUR)
    assert _link(database, words, NOW + 2 * HOUR) == LinkReport()
    assert _stale(database) == []


def test_a_post_from_the_future_does_not_bring_items_up_for_ever(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words)
    _store(database, NEWS)
    _link(database, words)
    with database.write() as session:
        session.execute(update(PostRow).values(imported_at=NOW + timedelta(days=365)))
    assert _link(database, words, NOW + HOUR).again == 1
    assert _link(database, words, NOW + HOUR) == LinkReport()


def test_other_settings_link_the_last_days_again(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words)
    _store(database, NEWS)
    _link(database, words)
    assert _stale(database) == ["2026-01-02-1.md"]
    assert _link(database, words, NOW + HOUR, probability=0.999).again == 1
    assert _stale(database) == []  # no digest had carried it
    assert _link(database, words, NOW + HOUR, probability=0.999) == LinkReport()
    assert _link(database, words, NOW + 2 * HOUR).again == 1
    assert _stale(database) == ["2026-01-02-1.md"]


def test_vectors_are_kept_and_made_again_only_for_what_changed(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    class Counting(Trigrams):
        made = 0

        def questions(self, texts):  # type: ignore[no-untyped-def]
            self.made += len(texts)
            return super().questions(texts)

    encoder = Counting()
    import_blog(database, tmp_path / "posts", words)
    encode_posts(database, encoder)
    _store(database, NEWS, "Roses in winter")

    def link(now: datetime, probability: float | None) -> int:
        before = encoder.made
        asyncio.run(
            link_waiting(
                database,
                lambda: words,
                lambda: encoder,
                now=lambda: now,
                stopped=lambda: False,
                probability=probability,
            )
        )
        return encoder.made - before

    assert link(NOW, None) == 2
    assert link(NOW + HOUR, 0.5) == 0
    with database.write() as session:
        session.execute(
            update(ItemRow).where(ItemRow.title == NEWS).values(title=f"{NEWS}へ", linked_at=None)
        )
    assert link(NOW + 2 * HOUR, 0.5) == 1
    with database.read() as session:
        assert len(set(session.scalars(select(ItemVectorRow.text_hash)))) == 2


def _replay(
    database: Database, words: Vocabulary, days: int = 30, probability: float | None = None
) -> list[Change]:
    with database.read() as session:
        stories = stories_since(session, NOW - timedelta(days=days))
        linker = load_linker(session, words, probability=probability)
        return [change for _, found in replay(session, stories, linker, None) for change in found]


def _linked(database: Database, tmp_path: Path, words: Vocabulary) -> None:
    import_blog(database, tmp_path / "posts", words)
    _store(database, NEWS, "Roses in winter")
    _link(database, words)


def test_a_replay_of_what_is_as_it_would_be_finds_nothing(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    _linked(database, tmp_path, words)
    assert _replay(database, words) == []


def test_a_replay_shows_what_would_be_raised_dropped_and_moved(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    _linked(database, tmp_path, words)
    (dropped,) = _replay(database, words, probability=0.999)
    assert (dropped.what, dropped.post_file, dropped.after) == ("dropped", "2026-01-02-1.md", None)
    assert dropped.before is not None
    assert (dropped.before.title, dropped.before.kind) == (NEWS, "contradicts")
    with database.write() as session:
        session.execute(update(LinkRow).values(kind="extends"))
    (moved,) = _replay(database, words)
    assert moved.what == "moved"
    assert moved.before is not None
    assert moved.after is not None
    assert (moved.before.kind, moved.after.kind) == ("extends", "contradicts")
    with database.write() as session:
        session.execute(update(LinkRow).values(followup=False))
    (raised,) = _replay(database, words)
    assert (raised.what, raised.before) == ("raised", None)


@pytest.mark.parametrize(("ground", "called"), [("evergreen", False), ("not-about", True)])
def test_a_replay_neither_raises_nor_drops_what_the_editor_settled(
    database: Database, tmp_path: Path, words: Vocabulary, ground: Ground, called: bool
) -> None:
    _linked(database, tmp_path, words)
    with database.write() as session:
        settle(session, [1], "dismissed", now=NOW + HOUR, ground=ground)
        session.execute(update(LinkRow).values(followup=called))
    assert _replay(database, words) == []


def test_a_settled_story_comes_back_when_its_article_says_something_new(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    _linked(database, tmp_path, words)
    with database.write() as session:
        settle(session, [1], "done", now=NOW + HOUR)

    def changed(title: str, now: datetime) -> int:
        with database.write() as session:
            item = ItemRow.url == f"https://news.example/{NEWS}"
            session.execute(update(ItemRow).where(item).values(title=title, linked_at=None))
        return len(_link(database, words, now).opened)

    assert changed(f"{NEWS}か", NOW + 2 * HOUR) == 0
    assert changed(f"{NEWS}、50億ドルの損失", NOW + 3 * HOUR) == 1


def test_a_replay_looks_no_further_back_than_asked(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words)
    _store(database, NEWS, when=NOW - timedelta(days=5))
    _link(database, words)
    assert _replay(database, words, 4, probability=0.999) == []
    assert len(_replay(database, words, 5, probability=0.999)) == 1


def test_what_changed_is_put_back_to_be_linked_again_and_nothing_else(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    _linked(database, tmp_path, words)
    with database.write() as session:
        session.execute(update(LinkRow).values(kind="extends"))
    changes = _replay(database, words)
    with database.write() as session:
        assert put_back(session, changes) == 1
    assert _link(database, words, NOW + HOUR).linked == 1
    assert _replay(database, words) == []
    with database.read() as session:
        assert [found.stories[0].kind for found in list_followups(session)] == ["contradicts"]
