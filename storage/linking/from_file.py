"""Linking items from a file against the imported posts, without touching the database: to measure quality."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from storage.engine import Database
from storage.errors import InputError
from storage.linking.decision import RuleJudge
from storage.linking.index import load_index
from storage.linking.linker import LOOSE_SCORE, Link, Linker
from storage.linking.names import NameTable
from storage.linking.news import NewsItem, Reading, read_news
from storage.linking.stories import StoryShelf
from storage.models import PostRow


def read_items(path: Path) -> list[NewsItem]:
    """Items from JSON lines with `id` and `title`, and as they have them `text`, `lang` and `date`.

    Raises `InputError` naming the line that is wrong.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    return [_item(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def link_items(database: Database, table: NameTable, items: list[NewsItem]) -> Iterator[dict[str, Any]]:
    """One row an item, in their order: `item`, `story`, and `links` with a post's file name each.

    Dates of posts are not looked at. Raises `InputError` if no posts are imported.
    """
    with database.read() as session:
        index = load_index(session)
        if not index.posts:
            raise InputError("there are no posts to link to; import them first: chipwatch posts import PATH")

        def text_of(post: int) -> str:
            return session.scalar(select(PostRow.text).where(PostRow.id == post)) or ""

        linker = Linker(index, table, text_of, RuleJudge(index), min_score=LOOSE_SCORE)
        readings = {item.id: read_news(item, table) for item in items}
        stories = _stories([readings[item.id] for item in items])
        for item in items:
            links = linker.link(readings[item.id])
            yield {"item": item.id, "story": stories[item.id], "links": [_row(link) for link in links]}


def _stories(readings: list[Reading]) -> dict[str, str]:
    """Stories by item, found in order of time; a story is named by its first item."""
    shelf: StoryShelf[str] = StoryShelf()
    stories: dict[str, str] = {}
    beginning = datetime.min.replace(tzinfo=UTC)
    for news in sorted(readings, key=lambda r: (r.item.when or beginning, r.item.id)):
        story = shelf.find(news) or news.item.id
        shelf.add(story, news)
        stories[news.item.id] = story
    return stories


def _row(link: Link) -> dict[str, Any]:
    return {
        "post": link.post.file,
        "score": link.score,
        "followup": link.followup,
        "kind": link.kind,
        "evidence": link.evidence.as_json(),
    }


def _item(path: Path, number: int, line: str) -> NewsItem:
    try:
        row = json.loads(line)
        if row["id"] in (None, "") or not isinstance(row["title"], str):
            raise ValueError("no id or no title")
        when = datetime.fromisoformat(row["date"]) if row.get("date") else None
        return NewsItem(
            id=str(row["id"]),
            title=str(row["title"]),
            text=str(row.get("text") or ""),
            language=str(row.get("lang") or ""),
            when=when if when is None or when.tzinfo else when.replace(tzinfo=UTC),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InputError(f"{path} line {number}: not an item with id and title ({error!r})") from error
