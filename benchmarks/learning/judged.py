"""Judged news: the items that are scored, and further ones to learn from alone.

Of the further ones some are of the same stream (`judgements.jsonl`), drawn at random and then by how near
they were to the decision. Others are invented (`invented.jsonl`): for each of 1,500 posts, at random, an
item that makes the post stale and one of its neighbourhood, in four languages, as few real ones make any
stale. All were judged by the same instructions, with scored items as examples, among the posts that a linker
found first. They name posts by a hash, and only those that are related.
"""

import hashlib
import json
import lzma
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.linking.from_file import read_item, read_items
from storage.linking.news import NewsItem

MORE = Path(__file__).with_name("judgements.jsonl")
INVENTED = Path(__file__).with_name("invented.jsonl")

Grades = Mapping[str, Mapping[str, int]]  # by item and post's file


@dataclass(frozen=True)
class Judged:
    """Items and what was said of them."""

    scored: Sequence[NewsItem]
    more: Sequence[NewsItem]
    invented: Sequence[NewsItem]
    grades: Grades


def hashed(file: str) -> str:
    """How a post's file is named among the further judgements."""
    return hashlib.blake2b(file.encode(), digest_size=4).hexdigest()


def read_grades(path: Path) -> dict[str, dict[str, int]]:
    """The grades that are scored."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["post"] is not None:
            grades[row["item"]][row["post"]] = row["grade"]
    return grades


def read_judged(evaluation: Path, files: Sequence[str]) -> Judged:
    """All judged items; `files` are those of the blog's posts."""
    grades = read_grades(evaluation / "qrels.jsonl")
    scored = [item for item in read_items(evaluation / "items.jsonl") if item.id in grades]
    of_stream, of_invented = dict(_grades(MORE, "item", files)), dict(_grades(INVENTED, "id", files))
    more = items_of_stream(evaluation, of_stream.keys() - grades.keys())
    return Judged(scored, more, list(read_items(INVENTED)), {**of_invented, **of_stream, **grades})


def items_of_stream(evaluation: Path, wanted: Container[str]) -> list[NewsItem]:
    """The items of stream.jsonl.xz with these ids."""
    stream = evaluation / "stream.jsonl.xz"
    with lzma.open(stream, "rt", encoding="utf-8") as lines:
        items = (read_item(stream, number, line) for number, line in enumerate(lines, 1))
        return [item for item in items if item.id in wanted]


def _grades(path: Path, item: str, files: Sequence[str]) -> Iterator[tuple[str, dict[str, int]]]:
    names = {hashed(file): file for file in files}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield row[item], {names[post]: grade for post, grade in row["grades"].items() if post in names}
