"""Mistakes in the settings file, in words of the file."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

Keys = Mapping[str, list[str]]  # the keys of each section


# Shapes in words of the file, by pydantic's name of the mistake.
_SHAPES = {
    "tuple_type": "must be a list in square brackets",
    "model_type": "must be a section of its own: [name], then its keys on lines below",
    "model_attributes_type": "must be a section of its own: [name], then its keys on lines below",
    "string_type": "must be a text in quotes",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
}


def explain(error: ValidationError, values: Mapping[str, Any], keys: Keys) -> str:
    """The first mistake that validation found in the values of a file, in a line."""
    first = error.errors()[0]
    loc = first["loc"]
    place = _place(loc, values)
    if first["type"] == "extra_forbidden":
        return f"{place} is not a setting; did you mean {nearest(loc, keys)}?"
    if first["type"] == "missing":
        needs = "source needs a name and a url" if loc[0] == "sources" else "recipient needs an address"
        return f"{place} is missing; every {needs}"
    if loc == ("sources",):
        return str(first["ctx"]["error"]) if "ctx" in first else "sources are written [[sources]], one by one"
    if first["type"] == "no_address":
        where = place.removesuffix(".address").rstrip(".0123456789")
        return f"{where} {first['input']!r} is not an e-mail address"
    message = str(first.get("ctx", {}).get("error") or _SHAPES.get(first["type"]) or first["msg"].lower())
    return f"{place} {message if message.startswith(('must', 'is ', 'holds')) else f'is wrong: {message}'}"


def _place(loc: tuple[int | str, ...], values: Mapping[str, Any]) -> str:
    """A place in the file as a person would name it: `[crawl] contact`, `source 3 ('PC Watch'): url`."""
    parts = list(loc)
    if len(parts) >= 2 and parts[0] == "sources" and isinstance(parts[1], int):
        source = values["sources"][parts[1]]
        name = source.get("name") if isinstance(source, dict) else None
        rest = " ".join(str(part) for part in parts[2:])
        return f"source {parts[1] + 1}{f' ({name!r})' if name else ''}{f': {rest}' if rest else ''}"
    if len(parts) == 1:
        return f"[{parts[0]}]"
    return f"[{parts[0]}] " + ".".join(str(part) for part in parts[1:])


def nearest(loc: tuple[int | str, ...], keys: Keys) -> str:
    """The setting that an unknown key most likely means: by the same name elsewhere, else the most alike."""
    wrong = str(loc[-1])
    if len(loc) == 1 and wrong not in {key for names in keys.values() for key in names}:
        return f"[{_closest(wrong, keys)}]"
    section = str(loc[0])
    elsewhere = [name for name, names in keys.items() if wrong in names]
    if elsewhere:
        return f"[{elsewhere[0]}] {wrong}" if elsewhere[0] != "sources" else f"{wrong} of a [[sources]] entry"
    return _closest(wrong, keys[section])


def _closest(wrong: str, right: Iterable[str]) -> str:
    return get_close_matches(wrong, right, 1, 0.0)[0]
