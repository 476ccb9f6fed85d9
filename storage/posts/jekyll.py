"""Reads the posts of a Jekyll blog: YAML front matter and Markdown."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import frontmatter
import yaml

from storage.dates import as_utc, parse_date
from storage.errors import InputError
from storage.insert import storable
from storage.posts.permalink import permalink
from storage.posts.text import paragraphs
from storage.posts.wish import read_wish

SUFFIXES = {".md", ".markdown", ".mkd", ".mkdown"}
MAX_POST_BYTES = 4_000_000  # a book of a million characters; more is not a post
_FILE_NAME = re.compile(r"(?P<day>\d{4}-\d{1,2}-\d{1,2})-(?P<slug>.+)")
_HIDDEN = re.compile(r"^[._]")


@dataclass(frozen=True)
class Blog:
    """What the posts' addresses are made of."""

    base_url: str = ""
    permalink: str = "date"


@dataclass(frozen=True)
class Post:
    """A post as read from its file."""

    file: str
    title: str
    url: str
    published: datetime | None  # UTC
    paragraphs: tuple[str, ...]
    day: date | None = None  # of publication, where the blog is written: what "next year" is reckoned from
    wish: str | None = ""  # as `storage.posts.wish` reads it; none if it is not understood


@dataclass(frozen=True)
class Skipped:
    """A file that is not imported, and why."""

    file: str
    reason: str
    withdrawn: bool = False  # the blog no longer shows it, if it ever did


def find_posts(path: Path) -> list[Path]:
    """The post files under a path: those in `_posts` folders if there are any, else all Markdown files.

    Raises `InputError` if there is nothing at the path.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise InputError(f"{path}: no such file or folder; give the folder with the blog's posts")
    folders = [path] if path.name == "_posts" else [p for p in sorted(path.rglob("_posts")) if p.is_dir()]
    return sorted(file for folder in folders or [path] for file in _markdown_files(folder))


def _markdown_files(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        inside = file.relative_to(folder).parts
        if file.suffix.lower() in SUFFIXES and file.is_file() and not any(map(_HIDDEN.match, inside)):
            yield file


def find_blog(path: Path, base_url: str) -> Blog:
    """The blog that a path belongs to, by the `_config.yml` beside or above its posts.

    Settings win over the blog's own address. Raises `InputError` for a `_config.yml` that is not YAML.
    """
    for folder in [path, *path.resolve().parents][:4]:
        config = folder / "_config.yml"
        if config.is_file():
            try:
                values = yaml.safe_load(config.read_text(encoding="utf-8", errors="replace")) or {}
            except yaml.YAMLError as error:
                raise InputError(f"{config}: not YAML ({_first_line(error)}); mend it") from error
            if not isinstance(values, dict):
                values = {}
            own = str(values.get("url") or "") + str(values.get("baseurl") or "")
            return Blog(base_url or own, str(values.get("permalink") or "date"))
    return Blog(base_url)


def post_hash(data: bytes, blog: Blog) -> str:
    """Changes whenever the post as read would: with its file, or with the blog's addresses."""
    return hashlib.blake2b(
        f"4\n{blog.base_url}\n{blog.permalink}\n".encode() + data, digest_size=16
    ).hexdigest()


def too_large(file: str, size: int) -> Skipped | None:
    """That a file of this many bytes is no post, if so: it is not even read."""
    return Skipped(file, f"larger than {MAX_POST_BYTES // 1_000_000} MB") if size > MAX_POST_BYTES else None


def read_post(file: str, data: bytes, blog: Blog) -> Post | Skipped:
    """Read one post file from its bytes; a file that is no post comes back with the reason."""
    if skipped := too_large(file, len(data)):
        return skipped
    try:
        source = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Skipped(file, f"not UTF-8 at byte {error.start}; save it as UTF-8")
    try:
        meta, body = frontmatter.parse(source.lstrip("\n\r \t").replace("\0", ""))
    except Exception as error:  # noqa: BLE001 - a value under a wrong tag raises whatever its maker raises
        return Skipped(file, f"front matter is not YAML ({_first_line(error)}); mend it")
    if not meta:
        return Skipped(file, "no front matter: start the file with a block between two lines of ---")
    if meta.get("published") is False:
        return Skipped(file, "front matter says published: false", withdrawn=True)
    name = _FILE_NAME.match(Path(file).stem)
    slug = _text(meta.get("slug")) or storable(name["slug"] if name else Path(file).stem)
    published = as_utc(parse_date(meta.get("date"))) or as_utc(parse_date(name["day"]) if name else None)
    texts = tuple(map(storable, paragraphs(body)))
    title = " ".join((_text(meta.get("title")) or slug.replace("-", " ")).split()) or slug
    day = _local_day(meta.get("date"), published)
    path = permalink(
        _text(meta.get("permalink")) or blog.permalink,
        day=day,
        slug=slug,
        categories=_categories(meta),
    )
    # Joined as text: a permalink of the post's own must not lead off the blog.
    url = blog.base_url.rstrip("/") + "/" + path.lstrip("/")
    return Post(file, title, url, published, texts, day, read_wish(meta.get("followup")))


def _first_line(error: Exception) -> str:
    problem = getattr(error, "problem", None)
    mark = getattr(error, "problem_mark", None)
    if problem and mark:
        return f"line {mark.line + 1}: {problem}"  # marks count from 0, from the line of dashes
    return (str(error).splitlines() or [type(error).__name__])[0]


def _text(value: object) -> str:
    """A scalar as text, "" for anything else: a nest of YAML aliases has no end when it is written out."""
    return storable(str(value)) if isinstance(value, (str, int, float, date)) else ""


def _local_day(value: object, published: datetime | None) -> date | None:
    """The day that the post's own date names, in the zone it names: Jekyll's addresses hold it."""
    moment = parse_date(value)
    if as_utc(moment) is None:
        moment = published
    return moment.date() if moment else None


def _categories(meta: Mapping[str, Any]) -> list[str]:
    value = meta.get("categories", meta.get("category")) or []
    if isinstance(value, str):
        return value.split()
    return [text for entry in value if (text := _text(entry))] if isinstance(value, list) else []
