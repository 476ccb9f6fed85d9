"""The Markdown files of a folder, and those that are a blog's posts."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from storage.errors import InputError
from storage.posts.post import BlogReader

SUFFIXES = {".md", ".markdown", ".mkd", ".mkdown"}
_HIDDEN = re.compile(r"^[._]")


def markdown_files(folder: Path) -> Iterator[Path]:
    """All Markdown files below a folder; none whose name, or a folder of theirs, begins with `.` or `_`."""
    for file in folder.rglob("*"):
        inside = file.relative_to(folder).parts
        if file.suffix.lower() in SUFFIXES and file.is_file() and not any(map(_HIDDEN.match, inside)):
            yield file


def post_files(path: Path, blog: BlogReader) -> Sequence[Path]:
    """The files of a blog's posts at a path: a folder, or a single file.

    Raises `InputError` if there is nothing at the path, or it cannot be read.
    """
    try:
        if path.is_file():
            return [path]
        if path.is_dir():
            return blog.find(path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    raise InputError(f"{path}: no such file or folder; give the folder with the blog's posts")
