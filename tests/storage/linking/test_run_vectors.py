"""With an encoder, items are linked and put into stories by what they say, and their vectors are kept."""

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from storage.engine import Database
from storage.entry import Entry
from storage.linking.encoder import Encoder
from storage.linking.names import Vocabulary
from storage.linking.report import LinkReport
from storage.linking.waiting import link_waiting
from storage.models import ItemRow, ItemVectorRow, LinkRow, PostRow
from storage.posts.encoding import encode_posts
from tests.conftest import NOW
from tests.storage.conftest import store
from tests.storage.linking.conftest import Trigrams, import_blog

POSTS = [
    (
        "A walk in the snow",
        "Walking through deep snow in the winter forest is a joy for all with good boots.",
    ),
    ("The rice of this autumn", "The harvest of rice was poor in the southern valleys, as the farmers say."),
]
HARVEST = "Poor harvest of rice in the southern valleys"


def _link(database: Database, words: Vocabulary, encoder: Encoder | None) -> LinkReport:
    return asyncio.run(
        link_waiting(database, lambda: words, lambda: encoder, now=lambda: NOW, stopped=lambda: False)
    )


def _report(database: Database, number: int, title: str, days: int = 0) -> None:
    when = NOW + timedelta(days=days)
    store(database, Entry(f"https://news.example/{number}", title, "", "en", when, str(number)))


def _stories(database: Database) -> list[int | None]:
    with database.read() as session:
        return list(session.scalars(select(ItemRow.story_id).order_by(ItemRow.id)))


def test_the_nearest_post_is_the_best_link_and_the_items_vectors_are_kept(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words, POSTS)
    assert encode_posts(database, Trigrams()) > 0
    _report(database, 1, HARVEST)
    assert _link(database, words, Trigrams()).linked == 1
    with database.read() as session:
        links = session.execute(
            select(PostRow.file).join(LinkRow, LinkRow.post_id == PostRow.id).order_by(LinkRow.score.desc())
        )
        assert links.scalars().first() == "2026-01-02-2.md"
        (kept,) = session.scalars(select(ItemVectorRow))
    assert kept.encoder == Trigrams.name
    assert len(kept.title) == len(kept.opening) == 2 * 384


def test_a_later_run_finds_a_story_by_the_vectors_that_an_earlier_one_kept(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words, POSTS)
    encode_posts(database, Trigrams())
    _report(database, 1, "Southernmost valleys: riceharvests poorest")
    _link(database, words, Trigrams())
    _report(database, 2, "Southern valley: riceharvest poor", days=1)
    _report(database, 3, "A joy in the forest: snowboots", days=1)
    _link(database, words, Trigrams())
    first, second, third = _stories(database)
    assert first == second != third


def test_while_posts_have_no_vectors_none_are_made_of_items(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words, POSTS)
    _report(database, 1, HARVEST)
    assert _link(database, words, Trigrams()).linked == 1
    with database.read() as session:
        assert session.scalars(select(ItemVectorRow)).all() == []
        assert session.scalars(select(LinkRow)).all()  # by words


def test_vectors_of_another_encoder_are_not_compared(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    class Other(Trigrams):
        name = "other"

    import_blog(database, tmp_path / "posts", words, POSTS)
    encode_posts(database, Trigrams())
    _report(database, 1, HARVEST)
    _link(database, words, Other())
    with database.read() as session:
        assert session.scalars(select(ItemVectorRow)).all() == []
