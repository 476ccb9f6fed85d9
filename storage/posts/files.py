"""The Markdown files of a folder."""

import re
from collections.abc import Iterator
from pathlib import Path

SUFFIXES = {".md", ".markdown", ".mkd", ".mkdown"}
_HIDDEN = re.compile(r"^[._]")


def markdown_files(folder: Path) -> Iterator[Path]:
    """All Markdown files below a folder; none whose name, or a folder of theirs, begins with `.` or `_`."""
    for file in folder.rglob("*"):
        inside = file.relative_to(folder).parts
        if file.suffix.lower() in SUFFIXES and file.is_file() and not any(map(_HIDDEN.match, inside)):
            yield file
