"""A blog's posts as files, and what tests of them share."""

import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest
from sqlalchemy.orm import Session

from storage.linking.names import Vocabulary, read_table
from storage.models import ItemRow, LinkRow, SourceRow
from storage.posts.jekyll import Blog
from storage.posts.post import BlogReader, Post, Skipped
from tests.conftest import NOW

TABLE = b"""
[[names]]
name = "Acme"
kind = "company"
en = ["Acme"]

[[names]]
name = "Orion"
kind = "product"
"""
TOPICS = b"""
[[names]]
name = "shipment"
kind = "event"
en = ["ships"]
"""
FILE = "2026-03-04-orion-ships.md"
BLOG = Blog("https://blog.example")


@pytest.fixture
def words() -> Vocabulary:
    """A words in which only Acme has an alias."""
    return Vocabulary(read_table(TABLE), read_table(TOPICS))


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """An empty folder for posts."""
    folder = tmp_path / "blog" / "_posts"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def promptly() -> Iterator[None]:
    """Break off with a TimeoutError what takes many times as long as it should, in seconds of CPU."""

    def late(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, 3)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


def write(
    folder: Path, name: str, title: str = "Acme ships", body: str = "Acme and Orion.", more: str = ""
) -> Path:
    """Write a post's file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"---\ntitle: {title}\n{more}---\n{body}\n", encoding="utf-8")
    return path


def source(front: str, body: str = "body") -> bytes:
    """A post's bytes, from its front matter."""
    return f"---\n{front}\n---\n{body}\n".encode()


def read(data: bytes, file: str = FILE, blog: BlogReader = BLOG) -> Post:
    """Read what is a post."""
    post = blog.read(file, data)
    assert isinstance(post, Post), post
    return post


def reason(data: bytes) -> str:
    """Why this is no post."""
    skipped = BLOG.read(FILE, data)
    assert isinstance(skipped, Skipped), skipped
    assert skipped.file == FILE
    return skipped.reason


def link_news(session: Session, post_ids: list[int], items: int = 1) -> None:
    """Store items that are each linked to these posts."""
    url = "https://news.example"
    news = SourceRow(url=url, address=url, name="News", kind="feed", base=1800, interval=1800, counts=[])
    session.add(news)
    session.flush()
    for n in range(items):
        address = f"https://news.example/{n}"
        item = ItemRow(
            source_id=news.id,
            url=address,
            canonical_url=address,
            title="",
            text="",
            language="",
            first_seen=NOW,
            moment=NOW,
        )
        session.add(item)
        session.flush()
        for post_id in post_ids:
            link = LinkRow(item_id=item.id, post_id=post_id, score=0.5, followup=True, kind="extends")
            link.evidence, link.linked_at = {}, NOW
            session.add(link)
