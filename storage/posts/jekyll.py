"""Reads the posts of a Jekyll blog, and of any folder of Markdown with front matter."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePath
from typing import Any

import yaml

from storage.dates import as_utc, parse_date
from storage.errors import InputError
from storage.insert import storable
from storage.posts.files import markdown_files
from storage.posts.front_matter import first_line, read_source, text_of, title_of
from storage.posts.permalink import permalink
from storage.posts.post import Post, Skipped
from storage.posts.text import links_in, paragraphs
from storage.posts.wish import read_wish

CONFIG = "_config.yml"
_DATED = re.compile(r"(?P<day>\d{4}-\d{1,2}-\d{1,2})-(?P<slug>.+)")


@dataclass(frozen=True)
class Blog:
    """A Jekyll blog: what the posts' addresses are made of."""

    base_url: str = ""
    permalink: str = "date"

    def find(self, path: Path) -> list[Path]:
        """The post files under a folder: those in `_posts` folders if there are any, else all Markdown."""
        folders = [path] if path.name == "_posts" else [p for p in sorted(path.rglob("_posts")) if p.is_dir()]
        return sorted(file for folder in folders or [path] for file in markdown_files(folder))

    def name(self, file: Path) -> str:
        """The file's name; with its folder's if it is the `index` of that."""
        return storable(f"{file.parent.name}/{file.name}" if file.stem == "index" else file.name)

    def hash(self, data: bytes) -> str:
        """Changes whenever the post as read would: with its file, or with the blog's addresses."""
        return hashlib.blake2b(
            f"4\n{self.base_url}\n{self.permalink}\n".encode() + data, digest_size=16
        ).hexdigest()

    def read(self, name: str, data: bytes) -> Post | Skipped:
        """Read one post file from its bytes; a file that is no post comes back with the reason."""
        source = read_source(name, data)
        if isinstance(source, Skipped):
            return source
        meta = source.meta
        stem = _stem(name)
        dated = _DATED.match(stem)
        slug = text_of(meta.get("slug")) or storable(dated["slug"] if dated else stem)
        published = as_utc(parse_date(meta.get("date"))) or as_utc(
            parse_date(dated["day"]) if dated else None
        )
        day = _local_day(meta.get("date"), published)
        path = permalink(
            text_of(meta.get("permalink")) or self.permalink,
            day=day,
            slug=slug,
            categories=_categories(meta),
        )
        # Joined as text: a permalink of the post's own must not lead off the blog.
        url = self.base_url.rstrip("/") + "/" + path.lstrip("/")
        texts = tuple(map(storable, paragraphs(source.body)))
        wish = read_wish(meta.get("followup"))
        return Post(name, title_of(meta, slug), url, published, texts, day, wish, links_in(source.body))


def read_config(config: Path, base_url: str) -> Blog:
    """The blog of a `_config.yml`; `base_url` wins over the blog's own address.

    Raises `InputError` for a file that cannot be read, or is not YAML.
    """
    try:
        values = yaml.safe_load(config.read_text(encoding="utf-8", errors="replace")) or {}
    except OSError as error:
        raise InputError(f"{config} cannot be read: {error.strerror}") from error
    except Exception as error:  # a value under a wrong tag raises whatever its maker raises
        raise InputError(f"{config}: not YAML ({first_line(error)}); mend it") from error
    if not isinstance(values, dict):
        values = {}
    own = text_of(values.get("url")) + text_of(values.get("baseurl"))
    return Blog(base_url or own, text_of(values.get("permalink")) or "date")


def _stem(name: str) -> str:
    path = PurePath(name)
    return path.parent.name if path.stem == "index" and path.parent.name else path.stem


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
    return [text for entry in value if (text := text_of(entry))] if isinstance(value, list) else []
