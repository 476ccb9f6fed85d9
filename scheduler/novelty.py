"""What an item says that the post does not, from a link's evidence, in the order in which it is told."""

from collections.abc import Mapping
from typing import Any

from storage.linking.change import brought


def what_changed(evidence: Mapping[str, Any]) -> list[str]:
    """What the post has and what the news has instead, "2026年後半 → 2027 Q1"."""
    return list(dict.fromkeys(evidence.get("changes", [])))


def what_is_new(evidence: Mapping[str, Any]) -> list[str]:
    """The figures and names that the post does not have; none that `what_changed` tells already."""
    told = set(brought(evidence))
    new = [text for key in ("new_figures", "new_names") for text in evidence.get(key, [])]
    return [text for text in dict.fromkeys(new) if text not in told]
