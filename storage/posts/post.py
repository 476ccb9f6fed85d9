"""A post as it was read, and what reads the posts of a blog's files: one reader a blog engine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Post:
    """A post as read from its file, or from the web."""

    file: str  # its name: the file's, or for one from the web the path of its address
    title: str
    url: str
    published: datetime | None  # UTC
    paragraphs: tuple[str, ...]
    day: date | None = None  # of publication, where the blog is written: what "next year" is reckoned from
    wish: str | None = ""  # as `storage.posts.wish` reads it; none if it is not understood
    links: frozenset[str] = frozenset()  # canonical addresses that it links to, as far as they are known


@dataclass(frozen=True)
class Skipped:
    """What is not imported, and why."""

    file: str
    reason: str
    withdrawn: bool = False  # the blog no longer shows it, if it ever did


class BlogReader(Protocol):
    """Reads the posts of one engine's blog."""

    def find(self, path: Path) -> Sequence[Path]:
        """The post files under a folder."""
        ...

    def name(self, file: Path) -> str:
        """What a post is called everywhere; no two files of the blog should share it."""
        ...

    def hash(self, data: bytes) -> str:
        """Changes whenever a post as read would: with its file's bytes, or with the blog's addresses."""
        ...

    def read(self, name: str, data: bytes) -> Post | Skipped:
        """Read one post from its file's bytes; a file that is no post comes back with the reason."""
        ...
