"""Checks a blog's files, one after the other, and then against each other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from storage.errors import InputError
from storage.posts.checking.copies import Sketch, find_copies, sketch
from storage.posts.checking.finding import KINDS, Finding
from storage.posts.checking.marks import default_marks, find_apology, find_marks
from storage.posts.checking.repeats import find_repeats
from storage.posts.checking.titles import find_same_titles, find_year
from storage.posts.checking.written import Written
from storage.posts.files import post_files
from storage.posts.front_matter import too_large
from storage.posts.post import BlogReader, Post, Skipped

_NO_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Checked:
    """What a check of a blog found: by kind, in the order of `KINDS`, the newest post of each first."""

    posts: int  # that were looked at
    findings: list[Finding]


def check_posts(
    path: Path, *, blog: BlogReader, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> Checked:
    """Check the posts at a path: a folder, or a single file.

    `progress` is called with the posts read and their total. Raises `InputError` if there are none.
    """
    files = post_files(path, blog)
    if not files:
        raise InputError(f"{path}: there are no Markdown files; give the folder with the blog's posts")
    findings: list[Finding] = []
    read: list[tuple[Post, Sketch]] = []
    names: set[str] = set()
    looked_at = 0
    for number, file in enumerate(files, 1):
        written = _read(file, blog, names)
        if isinstance(written, Written):
            names.add(written.post.file)
            findings += check_post(written)
            # Without its text: a large blog's need not be held all at once.
            read.append((replace(written.post, paragraphs=()), sketch(written.post)))
            looked_at += 1
        elif not written.withdrawn:
            findings.append(Finding("unreadable", written.file, written.reason))
            looked_at += 1
        progress(number, len(files))
    read.sort(key=lambda pair: (pair[0].published or _NO_TIME, pair[0].file), reverse=True)
    findings += find_same_titles(post for post, _ in read)
    findings += find_copies([made for _, made in read])
    order = {post.file: number for number, (post, _) in enumerate(read)}
    findings.sort(key=lambda f: (KINDS.index(f.kind), order.get(f.file, -1)))
    return Checked(looked_at, findings)


def check_post(written: Written) -> Iterator[Finding]:
    """What is wrong with one post by itself."""
    post = written.post
    if post.published is None:
        yield Finding("undated", post.file, "neither the front matter nor the file's name has a date")
    if not post.paragraphs:
        yield Finding("empty", post.file, "there is no text below the front matter")
    yield from find_apology(written)
    yield from find_marks(written, default_marks())
    yield from find_repeats(written)
    yield from find_year(written)


def _read(file: Path, blog: BlogReader, names: set[str]) -> Written | Skipped:
    name = blog.name(file)
    if name in names:
        return Skipped(name, f"another post has this file name: {file}")
    try:
        if skipped := too_large(name, file.stat().st_size):
            return skipped
        data = file.read_bytes()
    except OSError as error:
        return Skipped(name, f"cannot be read: {error.strerror}")
    post = blog.read(name, data)
    return post if isinstance(post, Skipped) else Written(post, data.decode("utf-8-sig"))
