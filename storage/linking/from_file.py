"""Linking items from a file against the imported posts, without touching the database: to measure quality."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from storage.engine import Database
from storage.errors import InputError
from storage.insert import storable
from storage.linking.encoder import Encoder
from storage.linking.index import PostIndex
from storage.linking.linker import LOOSE_SCORE, Link
from storage.linking.loading import load_linker
from storage.linking.names import Vocabulary
from storage.linking.news import NewsItem, Reading, encode, read_news, with_vectors
from storage.linking.same_event import SameEvent, default_same_event
from storage.linking.space import Space
from storage.linking.stories import StoryShelf


def read_items(path: Path) -> list[NewsItem]:
    """Items from JSON lines with `id` and `title`, and as they have them `text`, `lang` and `date`.

    Raises `InputError` naming the line that is wrong.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    return [read_item(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def link_items(
    database: Database,
    vocabulary: Vocabulary,
    items: list[NewsItem],
    encoder: Encoder | None = None,
    *,
    probability: float | None = None,
) -> Iterator[dict[str, Any]]:
    """One row an item, in their order: `item`, `story`, and `links` with a post's file name each.

    Dates of posts are not looked at. `probability` is that from which on a follow-up is raised; none for the
    learned one. Raises `InputError` if no posts are imported.
    """
    with database.read() as session:
        linker = load_linker(session, vocabulary, encoder, probability=probability, min_score=LOOSE_SCORE)
        index = linker.index
        if not index.posts:
            raise InputError("there are no posts to link to; import them first: chipwatch posts import PATH")

        readings = _read(items, index, encoder)
        stories = stories_of(readings, index.vectors.opening.space if index.vectors else None)
        for news in readings:
            rows = [_row(link) for link in linker.link(news)]
            yield {"item": news.item.id, "story": stories[news.item.id], "links": rows}


def _read(items: list[NewsItem], index: PostIndex, encoder: Encoder | None) -> list[Reading]:
    readings = [read_news(item, index.vocabulary) for item in items]
    if encoder is None:
        return readings
    encoded = encode(items, encoder, index.vocabulary.names, index.written)
    return [with_vectors(*pair) for pair in zip(readings, encoded, strict=True)]


def stories_of(
    readings: Iterable[Reading], space: Space | None, same_event: SameEvent | None = None
) -> dict[str, str]:
    """Stories by item, found in order of time; a story is named by its first item.

    `space` is that of the posts' openings, where there are vectors; without `same_event` that which ships.
    """
    shelf: StoryShelf[str] = StoryShelf(space, same_event or default_same_event())
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


def read_item(path: Path, number: int, line: str) -> NewsItem:
    """An item from its line; raises `InputError` naming the line if it is none."""
    try:
        row = json.loads(line)
        if row["id"] in (None, "") or not isinstance(row["title"], str):
            raise ValueError("no id or no title")
        when = datetime.fromisoformat(row["date"]) if row.get("date") else None
        return NewsItem(
            id=storable(str(row["id"])),
            title=storable(row["title"]),
            text=storable(str(row.get("text") or "")),
            language=str(row.get("lang") or ""),
            when=when if when is None or when.tzinfo else when.replace(tzinfo=UTC),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InputError(f"{path} line {number}: not an item with id and title ({error!r})") from error
