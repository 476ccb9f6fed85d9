"""Marks that the making of a post left in it."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from storage.posts.checking.finding import Finding
from storage.posts.checking.written import Written
from storage.posts.text import APOLOGY_PARAGRAPHS, is_apology

SHOWN = 40  # characters of the line

_FENCE = re.compile(r"^\s{0,3}(?:```|~~~)", re.M)


@dataclass(frozen=True)
class Mark:
    """A mark that is looked for, and what is told of it."""

    said: str
    pattern: re.Pattern[str]


@cache
def default_marks() -> Sequence[Mark]:
    """The marks that ship with the program."""
    values = tomllib.loads((Path(__file__).parent / "marks.toml").read_text(encoding="utf-8"))
    return tuple(Mark(mark["said"], re.compile(mark["pattern"])) for mark in values["mark"])


def find_marks(written: Written, marks: Sequence[Mark]) -> Iterator[Finding]:
    """One finding for each mark that a post has, at the first line that has it."""
    lines = list(written.lines())
    for mark in marks:
        found = [(line, match) for line in lines if (match := mark.pattern.search(line.text))]
        if found:
            line, match = found[0]
            times = f" on {len(found)} lines, first" if len(found) > 1 else ":"
            part = _shown(line.text, match.start())
            yield Finding("leftover", written.post.file, f"{mark.said}{times} {part}", line.number)
    if _FENCE.search(written.source) and not any(line.text.strip() for line in lines if not line.front):
        yield Finding("leftover", written.post.file, "the whole post stands in a code block")


def find_apology(written: Written) -> Iterator[Finding]:
    """At most one finding: that a text generator says that it failed."""
    post = written.post
    if not is_apology(post.title, post.paragraphs):
        return
    if is_apology(post.title, ()):
        yield Finding("apology", post.file, f"the title: {post.title[:SHOWN]}", written.title_line())
        return
    said = next(text for text in post.paragraphs[:APOLOGY_PARAGRAPHS] if is_apology("", [text]))
    line = next((block.first for block in written.blocks() if said[:10] in block.text), None)
    yield Finding("apology", post.file, said[:SHOWN], line)


def _shown(text: str, at: int) -> str:
    start = max(0, min(at - 10, len(text) - SHOWN))
    return text[start : start + SHOWN].strip()
