"""Items from a file are linked to the imported posts, and nothing in the store changes."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage.engine import Database
from storage.errors import InputError
from storage.linking.from_file import link_items, read_items
from storage.linking.names import Vocabulary
from storage.linking.news import NewsItem
from storage.models import Base
from tests.conftest import NOW
from tests.storage.linking.conftest import import_blog

EVIDENCE = {
    "changes",
    "kind",
    "names",
    "title_names",
    "post_passage",
    "news_passage",
    "new_figures",
    "new_names",
    "reason",
}


def _items(*titles: str) -> list[NewsItem]:
    return [NewsItem(f"n{n}", title, language="en", when=NOW) for n, title in enumerate(titles)]


def _all_rows(database: Database) -> dict[str, list[Any]]:
    with database.read() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
        }


def test_a_row_has_the_item_its_story_and_its_links(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words)
    items = _items("アクメ、オリオンの量産を2028年に延期", "Gardening weekly")
    rows = list(link_items(database, words, items))
    assert [(row["item"], row["story"]) for row in rows] == [("n0", "n0"), ("n1", "n1")]
    assert rows[1]["links"] == []
    first, *rest = rows[0]["links"]
    assert set(first) == {"post", "score", "followup", "kind", "evidence"}
    assert (first["post"], first["followup"], first["kind"]) == ("2026-01-02-1.md", True, "contradicts")
    assert set(first["evidence"]) == EVIDENCE
    assert first["evidence"]["new_figures"] == ["2028年"]
    assert all(link["score"] <= first["score"] for link in rest)
    assert json.loads(json.dumps(rows)) == rows


def test_an_item_has_ten_links_at_most_best_first(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(
        database,
        tmp_path / "posts",
        words,
        [("アクメ", "オリオン" + "。" * n) for n in range(15)] + [("x", "y")] * 15,
    )
    (row,) = link_items(database, words, _items("Acme's Orion"))
    scores = [link["score"] for link in row["links"]]
    assert len(scores) == 10
    assert scores == sorted(scores, reverse=True)


def test_nothing_in_the_store_changes(database: Database, tmp_path: Path, words: Vocabulary) -> None:
    import_blog(database, tmp_path / "posts", words)
    before = _all_rows(database)
    assert list(link_items(database, words, _items("Acme's Orion delayed", "Borealis and Acme")))
    assert _all_rows(database) == before
    assert before["post"]
    assert before["item"] == before["link"] == before["story"] == before["followup"] == []


def test_a_post_newer_than_the_news_is_a_followup_all_the_same(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words, day="2099-01-01")
    (row,) = link_items(database, words, _items("アクメ、オリオンの量産を延期"))
    assert row["links"][0]["followup"]


def test_what_nobody_expected_in_an_item_is_linked_and_can_be_written(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words)
    titles = ["\ud83d Acme \0", "", "x" * 100_000, "見出し" * 30_000, "𓀀𓀁 ნვიდია ⠝⠧", "アクメ、オリオン"]
    file = tmp_path / "items.jsonl"
    rows = [{"id": n or "\ud83d0", "title": title, "lang": "xx"} for n, title in enumerate(titles)]
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    linked = list(link_items(database, words, read_items(file)))
    assert [row["item"] for row in linked] == ["0", "1", "2", "3", "4", "5"]
    assert [bool(row["links"]) for row in linked] == [True, False, False, False, False, True]
    assert json.dumps(linked, ensure_ascii=False).encode()


def test_stories_do_not_depend_on_the_order_of_the_items(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words)
    items = _items("Acme tapes out Orion", "Orion taped out, says Acme", "Roses in winter", "Winter roses")
    found = {
        tuple(sorted((row["item"], row["story"]) for row in link_items(database, words, list(order))))
        for order in itertools.permutations(items)
    }
    assert found == {(("n0", "n0"), ("n1", "n0"), ("n2", "n2"), ("n3", "n2"))}


def test_without_posts_it_says_to_import_them(database: Database, words: Vocabulary) -> None:
    with pytest.raises(InputError, match="chipwatch posts import"):
        list(link_items(database, words, _items("Acme")))


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "items.jsonl"
    path.write_text(text, encoding="utf-8")
    return path


def test_items_are_read_with_all_they_have(tmp_path: Path) -> None:
    full = {
        "id": 7,
        "title": "アクメ",
        "text": "t",
        "lang": "ja",
        "date": "2026-11-24T21:00:00+09:00",
        "x": 1,
    }
    bare = {"id": "b", "title": "B", "date": "2026-11-24T12:00:00", "text": None, "lang": None}
    path = _file(tmp_path, f"{json.dumps(full)}\n\n{json.dumps(bare)}\n" + '{"id": "c", "title": "C"}')
    assert read_items(path) == [
        NewsItem("7", "アクメ", "t", "ja", NOW),
        NewsItem("b", "B", when=NOW),
        NewsItem("c", "C"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        '{"id": 1}',
        '{"title": "no id"}',
        '["a list"]',
        '"text"',
        "5",
        '{"id": 1, "title": "x", "date": "yesterday"}',
        '{"id": 1, "title": "x", "date": 5}',
        '{"id": null, "title": "x"}',
        '{"id": 1, "title": null}',
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(InputError, match=r"items\.jsonl line 2"):
        read_items(_file(tmp_path, '{"id": 1, "title": "right"}\n' + line + "\n"))


@pytest.mark.parametrize("char", ["\u2028", "\u0085"])
def test_only_a_newline_ends_a_line(tmp_path: Path, char: str) -> None:
    line = json.dumps({"id": "1", "title": f"one{char}two"}, ensure_ascii=False)
    assert [item.title for item in read_items(_file(tmp_path, line))] == [f"one{char}two"]


def test_a_file_that_is_missing_or_not_utf_8_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing\.jsonl cannot be read"):
        read_items(tmp_path / "missing.jsonl")
    (tmp_path / "bad.jsonl").write_bytes(b"\xff")
    with pytest.raises(InputError, match=r"bad\.jsonl cannot be read"):
        read_items(tmp_path / "bad.jsonl")
