"""A post as its file has it: what an import cleans away is what is looked for here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from storage.posts.post import Post

_FRONT_MATTER = re.compile(
    r"\A\s*(?:(---|\+\+\+)[ \t]*\r?\n.*?^\1|\{[ \t]*\r?\n.*?^\})[ \t]*\r?$", re.S | re.M
)
_TITLE = re.compile(r"\s*\"?title\"?\s*[:=]")
_FENCE = re.compile(r"\s{0,3}(```|~~~)")


@dataclass(frozen=True)
class Line:
    """A line outside code blocks."""

    number: int  # in the file, from 1
    text: str
    front: bool  # of the front matter


@dataclass(frozen=True)
class Block:
    """Lines of the body that stand together."""

    first: int  # line of the file
    last: int
    text: str  # in one line


@dataclass(frozen=True)
class Written:
    """A post, and its file's text."""

    post: Post
    source: str

    def lines(self) -> Iterator[Line]:
        """The lines outside code blocks."""
        front = _FRONT_MATTER.match(self.source)
        body = self.source.count("\n", 0, front.end()) + 1 if front else 0
        fence = ""
        for number, text in enumerate(self.source.split("\n"), 1):
            mark = _FENCE.match(text) if number > body else None
            if mark and not fence:
                fence = mark[1]
            elif mark and fence == mark[1]:
                fence = ""
            elif not fence:
                yield Line(number, text, number <= body)

    def title_line(self) -> int | None:
        """The line of the front matter that has the title."""
        return next((line.number for line in self.lines() if line.front and _TITLE.match(line.text)), None)

    def blocks(self) -> Iterator[Block]:
        """The blocks of the body, which blank lines and code blocks part."""
        held: list[Line] = []
        for line in self.lines():
            if line.front:
                continue
            if held and (not line.text.strip() or line.number != held[-1].number + 1):
                yield _block(held)
                held = []
            if line.text.strip():
                held.append(line)
        if held:
            yield _block(held)


def _block(lines: list[Line]) -> Block:
    return Block(lines[0].number, lines[-1].number, " ".join(" ".join(line.text for line in lines).split()))
