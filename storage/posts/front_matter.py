"""Front matter: what stands before a post's text, in YAML, TOML or JSON."""

import contextlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import frontmatter
from frontmatter.default_handlers import BaseHandler, JSONHandler, YAMLHandler

from storage.insert import storable
from storage.posts.post import Skipped

MAX_POST_BYTES = 4_000_000  # a book of a million characters; more is not a post
MAX_FRONT = 50_000  # characters; TOML takes a time for them that grows with their square


class _TOML(BaseHandler):
    """TOML by the standard library; the library's own wants another package."""

    FM_BOUNDARY = re.compile(r"^\+{3,}\s*$", re.MULTILINE)

    def load(self, fm: str) -> dict[str, Any]:
        return tomllib.loads(fm.replace("\r\n", "\n"))


_FORMATS = {
    "YAML": YAMLHandler(),
    "TOML": _TOML(),
    "JSON": JSONHandler(re.compile(r"^(?:{|})\s*$", re.MULTILINE)),  # with any end of line
}


@dataclass(frozen=True)
class Source:
    """A post's file, taken apart."""

    meta: Mapping[str, Any]
    body: str


def too_large(file: str, size: int) -> Skipped | None:
    """That a file of this many bytes is no post, if so: it is not even read."""
    return Skipped(file, f"larger than {MAX_POST_BYTES // 1_000_000} MB") if size > MAX_POST_BYTES else None


def read_source(file: str, data: bytes) -> Source | Skipped:
    """Take a post's file apart; one that is no post, or is not published, comes back with the reason."""
    if skipped := too_large(file, len(data)):
        return skipped
    try:
        source = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Skipped(file, f"not UTF-8 at byte {error.start}; save it as UTF-8")
    source = source.lstrip("\n\r \t").replace("\0", "")
    kind = next((kind for kind, handler in _FORMATS.items() if handler.detect(source)), "YAML")
    try:
        with contextlib.suppress(ValueError):  # without its end it is none
            if len(_FORMATS[kind].split(source)[0]) > MAX_FRONT:
                return Skipped(file, f"front matter is longer than {MAX_FRONT:,} characters")
        meta, body = frontmatter.parse(source, handler=_FORMATS[kind])
    except Exception as error:  # noqa: BLE001 - a value under a wrong tag raises whatever its maker raises
        return Skipped(file, f"front matter is not {kind} ({first_line(error)}); mend it")
    if not meta:
        return Skipped(file, "no front matter: start the file with a block between two lines of ---")
    if meta.get("published") is False:
        return Skipped(file, "front matter says published: false", withdrawn=True)
    if meta.get("draft") is True:
        return Skipped(file, "front matter says draft: true", withdrawn=True)
    return Source(meta, body)


def first_line(error: Exception) -> str:
    """What is wrong with a text, in a line, with its place if that is known."""
    problem = getattr(error, "problem", None)
    mark = getattr(error, "problem_mark", None)
    if problem and mark:
        return f"line {mark.line + 1}: {problem}"  # marks count from 0, from the line of dashes
    return (str(error).splitlines() or [type(error).__name__])[0]


def text_of(value: object) -> str:
    """A scalar as text, "" for anything else: a nest of YAML aliases has no end when it is written out."""
    if not isinstance(value, (str, int, float, date)):
        return ""
    try:
        return storable(str(value))
    except ValueError:  # Python writes out no number of more than 4,300 digits
        return ""


def title_of(meta: Mapping[str, Any], slug: str) -> str:
    """The title in a line; without one, the words of the slug."""
    return " ".join((text_of(meta.get("title")) or slug.replace("-", " ")).split()) or slug
