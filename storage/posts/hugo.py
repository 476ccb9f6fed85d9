"""Reads the posts of a Hugo site: https://gohugo.io/content-management/."""

import contextlib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path, PurePosixPath
from typing import Any

from storage.dates import as_utc, parse_date
from storage.insert import storable
from storage.posts.files import markdown_files
from storage.posts.front_matter import read_source, text_of, title_of
from storage.posts.hugo_permalink import permalink, urlized
from storage.posts.post import Post, Skipped
from storage.posts.text import links_in, paragraphs
from storage.posts.wish import read_wish

# Hugo's own order, but that what was changed later is no publication: `lastmod` is the last resort.
_DATES = ("date", "publishdate", "pubdate", "published", "lastmod", "modified")
_DATED = re.compile(r"(?P<day>\d{4}-\d{1,2}-\d{1,2})(?:[-_]|$)")
_BUNDLE = "index"  # the file that makes a folder one post; all others in it are that post's


@dataclass(frozen=True)
class _Place:
    """Where a post lies in the content."""

    sections: tuple[str, ...]  # the folders, without the post's own
    stem: str  # the file's name without its endings, or its own folder's
    language: str

    @property
    def section(self) -> str:
        """The uppermost folder, "" if there is none."""
        return self.sections[0] if self.sections else ""


@dataclass(frozen=True)
class Blog:
    """A Hugo site: where its content lies, and what the posts' addresses are made of."""

    content: Path  # absolute
    base_url: str = ""
    permalinks: Mapping[str, str] = field(default_factory=dict)  # patterns by section
    ugly: bool = False  # addresses end in .html
    sections: frozenset[str] = frozenset()  # those that hold the posts; none: all sections do
    languages: frozenset[str] = frozenset()  # codes that a file's name may end in: name.ja.md
    plain_language: str = "en"  # the one whose addresses do without its code; none has if this is ""
    zone: tzinfo = UTC  # of dates that name none

    def find(self, path: Path) -> list[Path]:
        """The post files under a folder.

        Of the whole site those in the sections that hold its posts; a page beside the sections, such as
        `about.md`, is none, unless there is nothing else.
        """
        here = path.resolve()
        whole = self.content == here or self.content.is_relative_to(here)
        folder = self.content if whole else here
        files = sorted(markdown_files(folder)) if folder.is_dir() else []
        bundles = {file.parent for file in files if self._stem(file.name)[0] == _BUNDLE}
        bundles.discard(self.content)
        pages = [
            file
            for file in files
            if self._stem(file.name)[0] == _BUNDLE or not any(up in bundles for up in file.parents)
        ]
        if not whole:
            return pages
        in_sections = [
            file
            for file in pages
            if (section := self._place(self.name(file)).section)
            and (not self.sections or section in self.sections)
        ]
        return in_sections or pages

    def name(self, file: Path) -> str:
        """The file's path within the content: of several posts in folders of their own each is `index.md`."""
        full = file.resolve()
        inside = full.relative_to(self.content) if full.is_relative_to(self.content) else Path(full.name)
        return storable(inside.as_posix())

    def hash(self, data: bytes) -> str:
        """Changes whenever the post as read would: with its file, or with the site's settings."""
        settings = (self.base_url, sorted(self.permalinks.items()), self.ugly, sorted(self.languages))
        version = f"hugo 1\n{settings}\n{self.plain_language}\n{self.zone}\n"
        return hashlib.blake2b(version.encode() + data, digest_size=16).hexdigest()

    def read(self, name: str, data: bytes) -> Post | Skipped:
        """Read one post file from its bytes; a file that is no post comes back with the reason."""
        source = read_source(name, data)
        if isinstance(source, Skipped):
            return source
        meta = {text_of(key).lower(): value for key, value in source.meta.items()}
        place = self._place(name)
        moment, day = self._date(meta, place.stem)
        texts = tuple(map(storable, paragraphs(source.body)))
        wish = read_wish(meta.get("followup"))
        title = title_of(meta, text_of(meta.get("slug")) or place.stem)
        url = self._url(place, meta, day)
        return Post(name, title, url, moment, texts, day, wish, links_in(source.body))

    def _url(self, place: _Place, meta: Mapping[str, Any], day: date | None) -> str:
        own = text_of(meta.get("url"))
        path = permalink(
            own or self.permalinks.get(place.section.lower()) or "/:sections/:slugorfilename/",
            day=day,
            sections=place.sections,
            slug=text_of(meta.get("slug")),
            stem=place.stem,
            title=text_of(meta.get("title")),
        )
        if self.ugly and not own:
            path = path.rstrip("/") + ".html"
        code = "" if own or place.language == self.plain_language else f"/{urlized(place.language)}"
        # Joined as text: an address of the post's own must not lead off the blog.
        return self.base_url.rstrip("/") + code + "/" + path.lstrip("/")

    def _place(self, name: str) -> _Place:
        path = PurePosixPath(name)
        stem, language = self._stem(path.name)
        sections = path.parent.parts
        if stem == _BUNDLE and sections:
            sections, stem = sections[:-1], sections[-1]
        return _Place(sections, stem, language)

    def _stem(self, file_name: str) -> tuple[str, str]:
        """The name without its endings, and the language that it ends in: the plain one if in none."""
        stem = PurePosixPath(file_name).stem
        first, _, code = stem.rpartition(".")
        return (first, code) if first and code in self.languages else (stem, self.plain_language)

    def _date(self, meta: Mapping[str, Any], stem: str) -> tuple[datetime | None, date | None]:
        """When the post was published, in UTC, and the day that this was where the blog is written."""
        dated = _DATED.match(stem)
        for value in (*(meta.get(key) for key in _DATES), dated["day"] if dated else None):
            local = self._moment(value)
            moment = as_utc(local)
            if local is not None and moment is not None:
                return moment, local.date()
        return None, None

    def _moment(self, value: object) -> datetime | None:
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = datetime.fromisoformat(value)
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - its zone comes below
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=self.zone)
        return parse_date(value)
