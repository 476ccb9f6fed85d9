"""Sources in the settings file: written so that a person can go on editing it."""

import json
import os
import tempfile
from collections.abc import Container, Iterable
from itertools import chain, count
from pathlib import Path

from crawler.catalogue import Offer
from crawler.sources import Source, format_duration
from scheduler.settings import parse_settings
from storage.errors import InputError, SettingsError

_DEFAULT = Source(name="default", url="https://news.example/")


def source_block(source: Source) -> str:
    """A source as it stands in the settings file; what is as it would be anyway is left out."""
    lines = ["[[sources]]", f"name = {_quoted(source.name)}", f"url = {_quoted(source.url)}"]
    if source.kind != _DEFAULT.kind:
        lines.append(f"kind = {_quoted(source.kind)}")
    for key in ("links", "titles", "dates", "language"):
        value = getattr(source, key)
        if value is not None:
            lines.append(f"{key} = {_quoted(value)}")
    if source.interval != _DEFAULT.interval:
        lines.append(f"interval = {_quoted(format_duration(source.interval))}")
    return "\n".join(lines) + "\n"


def offered_blocks(offers: Iterable[Offer]) -> str:
    """Offers of the catalogue as they stand in a new settings file, with a heading for each group."""
    parts: list[str] = []
    group = ("", "")
    for offer in offers:
        if (offer.language, offer.origin) != group:
            group = (offer.language, offer.origin)
            parts.append(f"# {offer.language}: {offer.origin}\n")
        source = Source(name=offer.name, url=offer.url, kind=offer.kind, language=offer.language)
        parts.append(source_block(source))
    return "\n".join(parts)


def free_name(name: str, taken: Container[str]) -> str:
    """The name, with the first number that makes it another one if it is taken."""
    return next(free for free in chain([name], (f"{name} {n}" for n in count(2))) if free not in taken)


def add_sources(path: Path, sources: Iterable[Source]) -> None:
    """Add sources at the end of a settings file, whose other lines stay as they are.

    Raises `InputError` if the file would not be right any more, or cannot be written.
    """
    try:
        old = path.read_bytes()  # line ends of any system stay as they are
        text = old.decode("utf-8-sig")
        new = "".join(f"\n{source_block(source)}" for source in sources)
        if text and not text.endswith("\n"):
            new = f"\n{new}"
        try:
            parse_settings(text + new, path)
        except SettingsError as error:
            raise InputError(f"nothing was added, since then {error}") from error
        _replace(path, old + new.encode())
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error


def _replace(path: Path, text: bytes) -> None:
    """Put a text into a file's place in one step, so that nobody ever reads half of it."""
    target = path.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
        Path(name).chmod(target.stat().st_mode & 0o777)
        Path(name).replace(target)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _quoted(text: str) -> str:
    # TOML wants one more character escaped than JSON does.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
