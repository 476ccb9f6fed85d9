"""A change that news brings to what a post says, as evidence has it: "2026年後半 → 2027 Q1"."""

from collections.abc import Mapping
from typing import Any

from storage.linking.figures import keys

_ARROW = " → "


def change(before: str, after: str) -> str:
    """What the post has, and what the news has instead."""
    return f"{before}{_ARROW}{after}"


def brought(evidence: Mapping[str, Any]) -> list[str]:
    """What the news has instead, of each change in a link's evidence."""
    return [told.rpartition(_ARROW)[2] for told in evidence.get("changes", [])]


def facts(evidence: Mapping[str, Any]) -> frozenset[str]:
    """The keys of the figures and changes in a link's evidence: what can be told again only if it differs.

    Names are none: nearly every report of a story has another one.
    """
    return keys([*evidence.get("new_figures", []), *brought(evidence)])
