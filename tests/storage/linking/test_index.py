"""The index holds posts by name and word, with the rarity of each between 0 and 1 on any blog."""

from pathlib import Path

import pytest

from storage.engine import Database
from storage.linking.index import PostIndex, Posting, load_index
from storage.linking.names import NameTable
from tests.storage.linking.conftest import BLOG, import_blog, index_of


@pytest.mark.parametrize("size", [1, 10, 1000])
def test_rarity_is_between_0_and_1_on_a_blog_of_any_size(table: NameTable, size: int) -> None:
    index = index_of(table, [("Acme chips", "Borealis" if n == 0 else "") for n in range(size)])
    everywhere, once, nowhere = (index.name_rarity(name) for name in ("Acme", "Borealis", "Orion"))
    assert 0.0 <= everywhere <= once < nowhere == 1.0
    assert (everywhere < once) == (size > 1)
    assert 0.0 <= index.word_rarity("chips") < index.word_rarity("bakery") == 1.0
    assert 0.0 < index.squared_norm({"chips"}) <= 1.0


def test_a_share_of_the_posts_is_about_as_rare_on_a_blog_of_any_size(table: NameTable) -> None:
    rarities = [
        index_of(table, [("Acme" if n == 0 else "x", "") for n in range(size)]).name_rarity("Acme")
        for size in (100, 1_000, 10_000)
    ]
    assert rarities == sorted(rarities)
    assert rarities[0] > 0.75


def test_an_empty_index_knows_no_post_and_finds_every_name_rare() -> None:
    index = PostIndex({}, {})
    assert (index.posts, index.by_word, index.title_weights) == ({}, {}, {})
    assert index.name_rarity("Acme") == index.word_rarity("chips") == 1.0
    assert index.squared_norm(()) == 1.0


def test_a_rare_name_weighs_more_than_in_proportion(table: NameTable) -> None:
    index = index_of(table, [("Acme", ""), ("Acme", ""), ("Borealis", "")])
    rare, common = index.name_rarity("Borealis"), index.name_rarity("Acme")
    assert index.name_weight("Borealis") / index.name_weight("Acme") > rare / common > 1


def test_a_title_weighs_what_its_names_weigh(table: NameTable) -> None:
    index = index_of(table, [("Acme and Borealis", "Orion"), ("x", "")])
    assert index.title_weights[1] == index.name_weight("Acme") + index.name_weight("Borealis")
    assert index.title_weights[2] == 0.0


def test_the_index_of_the_store_is_what_was_imported(
    database: Database, tmp_path: Path, table: NameTable
) -> None:
    import_blog(database, tmp_path / "posts", table)
    with database.read() as session:
        index = load_index(session)
    files = {post.file: post.id for post in index.posts.values()}
    assert sorted(files) == [f"2026-01-02-{n}.md" for n in range(1, len(BLOG) + 1)]
    chip = files["2026-01-02-1.md"]
    assert index.names_of(chip) == {
        "Acme": Posting(chip, True, 3),
        "Orion": Posting(chip, True, 2),
        "Borealis": Posting(chip, False, 1),
    }
    assert index.by_word["オリオン"] == [chip]
    assert index.names_of(files["2026-01-02-4.md"]) == {}


def test_a_store_without_posts_has_an_empty_index(database: Database) -> None:
    with database.read() as session:
        assert load_index(session).posts == {}


def test_reading_the_index_leans_on_nothing_deprecated(database: Database) -> None:
    with database.read() as session:
        load_index(session)
