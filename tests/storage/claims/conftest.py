"""A small blog of posts that claim something."""

from pathlib import Path

import pytest

from storage.engine import Database
from storage.linking.names import Vocabulary, read_table
from storage.posts.importing import ImportReport, import_posts
from storage.posts.jekyll import Blog
from tests.conftest import NOW

NAMES = """
[[names]]
name = "Acme"
kind = "company"
en = ["Acme"]
ja = ["アクメ"]
zh = ["艾克美"]

[[names]]
name = "高速メモリ"
kind = "technology"
en = ["Fast memory"]
ja = ["高速メモリ"]

[[names]]
name = "Bell"
kind = "company"
exact = ["Bell"]

[[names]]
name = "Nobody"
kind = "company"
"""
TOPICS = """
[[names]]
name = "shipment"
kind = "event"
ja = ["出荷"]
"""
POSTS = {
    "2026-01-02-a.md": (
        "アクメの計画",
        "アクメは高速メモリを2026年前半に出荷する予定です。\n\nアクメは3社を買った。\n\n強い。",
    ),
    "2026-03-04-b.md": ("ZX450の値段", "ZX450は500ドルだ。\n\nアクメは2027年後半にZX450を量産。"),
    "2026-05-06-c.md": ("Bellの話", "Bellとアクメは仲がよい。\n\nBellは2027年以降に3社を買う予定です。"),
    "2026-06-07-d.md": ("アクメ", "申し訳ありません。アクメは50億ドルを投じた。"),
}


@pytest.fixture
def words() -> Vocabulary:
    """The names of the posts."""
    return Vocabulary(read_table(NAMES.encode()), read_table(TOPICS.encode()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The posts' files."""
    for file, (title, text) in POSTS.items():
        (tmp_path / file).write_text(f"---\ntitle: {title}\n---\n{text}\n", encoding="utf-8")
    return tmp_path


def read_blog(database: Database, folder: Path, words: Vocabulary, *, remove: bool = False) -> ImportReport:
    """Import what is in the folder."""
    return import_posts(database, folder, blog=Blog("https://b"), vocabulary=words, now=NOW, remove=remove)


@pytest.fixture
def blog(database: Database, folder: Path, words: Vocabulary) -> Database:
    """A database of each kind with the posts."""
    read_blog(database, folder, words)
    return database
