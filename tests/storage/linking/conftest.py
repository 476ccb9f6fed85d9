"""A made-up field of names, and small blogs and news in it."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pytest

from storage.engine import Database
from storage.linking.index import IndexedPost, PostIndex, Posting
from storage.linking.names import NameTable, read_table
from storage.linking.news import NewsItem, Reading, read_news
from storage.posts.importing import ImportReport, import_posts
from storage.posts.jekyll import Blog
from tests.conftest import NOW
from tests.storage.posts.conftest import promptly as promptly

TABLE = """
[[names]]
name = "Acme"
kind = "company"
en = ["Acme", "Acme Corp"]
ja = ["アクメ"]
zh = ["阿克梅"]
ko = ["아크메"]
not = ["Acme Bakery", "阿克梅山"]

[[names]]
name = "Orion"
kind = "product"
of = "Acme"
exact = ["Orion"]
ja = ["オリオン"]
zh = ["猎户"]
ko = ["오리온"]

[[names]]
name = "Borealis"
kind = "company"
en = ["Borealis"]
ja = ["ボレアリス"]
zh = ["北极光"]
ko = ["보레알리스"]

[[names]]
name = "Nova-5"
kind = "product"
en = ["Nova-5"]

[[names]]
name = "Nova-5.2"
kind = "product"
en = ["Nova-5.2"]

[[names]]
name = "Export rule"
kind = "rule"
en = ["export rule"]
ja = ["輸出規制"]
zh = ["出口管制"]
ko = ["수출 규제"]
"""

# Title and text of posts; what they treat: Acme's chip, the rule, a foundry, and two of no name.
BLOG = (
    (
        "アクメのオリオン、量産は2026年後半",
        "アクメはチップを設計した。\nアクメのオリオンはボレアリスが3nmで製造し、量産は2026年後半を目指す。",
    ),
    ("輸出規制の行方", "輸出規制は毎年変わる。アクメも影響を受ける。"),
    ("ボレアリスの工場見学", "ボレアリスの工場は北にある。"),
    ("社員食堂のカレー", "昼休みの話。"),
    ("冬の散歩道", "雪の話。"),
)


@pytest.fixture(scope="session")
def table() -> NameTable:
    """The table of the made-up names."""
    return read_table(TABLE.encode())


def index_of(table: NameTable, posts: Iterable[tuple[str, str]]) -> PostIndex:
    """The index of (title, text) posts; ids from 1, in order."""
    indexed: dict[int, IndexedPost] = {}
    by_name: dict[str, list[Posting]] = {}
    for number, (title, text) in enumerate(posts, 1):
        indexed[number] = IndexedPost(number, f"{number}.md", title, None)
        in_title = table.count(title)
        for name, count in (in_title + table.count(text)).items():
            by_name.setdefault(name, []).append(Posting(number, name in in_title, count))
    return PostIndex(indexed, by_name)


def reading_of(
    table: NameTable,
    title: str,
    text: str = "",
    *,
    id: str = "1",
    language: str = "en",
    when: datetime | None = NOW,
) -> Reading:
    """An item as the linker reads it."""
    return read_news(NewsItem(id, title, text, language, when), table)


def import_blog(
    database: Database,
    folder: Path,
    table: NameTable,
    posts: Iterable[tuple[str, str]] = BLOG,
    *,
    day: str = "2026-01-02",
) -> ImportReport:
    """Write (title, text) posts as files, <day>-1.md and so on, and import them."""
    folder.mkdir(exist_ok=True)
    for number, (title, text) in enumerate(posts, 1):
        (folder / f"{day}-{number}.md").write_text(f"---\ntitle: {title}\n---\n{text}\n", encoding="utf-8")
    return import_posts(database, folder, blog=Blog(), table=table, now=NOW)
