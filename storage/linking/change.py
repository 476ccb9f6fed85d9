"""A change that news brings to what a post says, as evidence has it: "2026年後半 → 2027 Q1"."""

from collections.abc import Mapping
from typing import Any

_ARROW = " → "


def change(before: str, after: str) -> str:
    """What the post has, and what the news has instead."""
    return f"{before}{_ARROW}{after}"


def brought(evidence: Mapping[str, Any]) -> list[str]:
    """What the news has instead, of each change in a link's evidence."""
    return [told.rpartition(_ARROW)[2] for told in evidence.get("changes", [])]
