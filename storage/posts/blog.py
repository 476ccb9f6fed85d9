"""Which engine's blog the posts at a path belong to: by the settings beside or above them."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from storage.errors import InputError
from storage.posts import hugo, jekyll
from storage.posts.front_matter import first_line, text_of
from storage.posts.post import BlogReader

ABOVE = 3  # folders above the posts that are looked into
_ENDINGS = (".toml", ".yaml", ".yml", ".json")
_HUGO = [
    f"{folder}{name}{ending}"
    for folder in ("", "config/_default/")
    for name in ("hugo", "config")
    for ending in _ENDINGS
]


def find_blog(path: Path, base_url: str) -> BlogReader:
    """What reads the posts at a path: Hugo's reader for a Hugo site, Jekyll's for all else.

    `base_url` wins over the blog's own address. Raises `InputError` for a path that is none, or settings of
    the blog that cannot be read.
    """
    try:
        return _find(path, base_url)
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a name too long for a file
        raise InputError(f"{path} cannot be read ({first_line(error)})") from error


def _find(path: Path, base_url: str) -> BlogReader:
    for folder in [path, *path.resolve().parents][: ABOVE + 1]:
        if (folder / jekyll.CONFIG).is_file():
            return jekyll.read_config(folder / jekyll.CONFIG, base_url)
        for name in _HUGO:
            # Many programs have a config.toml; that of Hugo has the content beside it.
            if (folder / name).is_file() and (name.startswith("hugo.") or (folder / "content").is_dir()):
                return _hugo(folder.resolve(), folder / name, base_url)
    return jekyll.Blog(base_url)


def _hugo(site: Path, config: Path, base_url: str) -> hugo.Blog:
    values = _lowered(_values(config))
    languages = _table(values, "languages")
    main = _table(values, "params").get("mainsections", values.get("mainsections"))
    plain = text_of(values.get("defaultcontentlanguage")) or "en"
    permalinks = _table(values, "permalinks")
    pages = permalinks.get("page")  # newer settings tell pages from lists
    return hugo.Blog(
        content=(site / (text_of(values.get("contentdir")) or "content")).resolve(),
        base_url=base_url or text_of(values.get("baseurl")),
        permalinks=_texts(permalinks) | (_texts(_lowered(pages)) if isinstance(pages, dict) else {}),
        ugly=values.get("uglyurls") is True,
        sections=frozenset(map(text_of, main)) if isinstance(main, list) else frozenset(),
        languages=frozenset(languages),
        plain_language="" if values.get("defaultcontentlanguageinsubdir") is True else plain,
        zone=_zone(text_of(values.get("timezone")) or "UTC"),
    )


def _values(config: Path) -> dict[str, Any]:
    kind = config.suffix.removeprefix(".").upper()
    try:
        text = config.read_text(encoding="utf-8-sig", errors="replace")
        if kind == "TOML":
            return tomllib.loads(text)
        values = json.loads(text) if kind == "JSON" else yaml.safe_load(text)
    except OSError as error:
        raise InputError(f"{config} cannot be read: {error.strerror}") from error
    except Exception as error:  # a value under a wrong tag raises whatever its maker raises
        raise InputError(f"{config}: not {kind} ({first_line(error)}); mend it") from error
    return values if isinstance(values, dict) else {}


def _lowered(values: Mapping[Any, Any]) -> dict[str, Any]:
    """Hugo's keys are the same in any case."""
    return {text_of(key).lower(): value for key, value in values.items()}


def _table(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = values.get(name)
    return _lowered(value) if isinstance(value, dict) else {}


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {key: text_of(value) for key, value in values.items() if isinstance(value, str)}


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return ZoneInfo("UTC")
