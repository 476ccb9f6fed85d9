"""What a check finds."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "unreadable", "undated", "empty", "apology", "leftover", "repeated", "same-title", "near-copy", "year"
]
KINDS: tuple[Kind, ...] = (
    *("unreadable", "undated", "empty", "apology", "leftover", "repeated"),
    *("same-title", "near-copy", "year"),
)
TITLE_TOLD = 60  # characters of a title that are told


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a post, in words that let an editor find and mend it."""

    kind: Kind
    file: str
    said: str
    line: int | None = None  # of the file, from 1; none where no line is to blame
    others: tuple[str, ...] = ()  # files of the other posts of a group, newest first
