"""Sections that stand in a post twice."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from storage.posts.checking.finding import Finding
from storage.posts.checking.written import Block, Written

SHORTEST = 40  # characters beside links: headings, buttons and refrains may come again
TOLD = 3  # places that are named
GAP = 2  # blocks between two of one section, such as a heading too short to be compared

_LINK = re.compile(r"!?\[[^\]]{0,300}\]\([^)]{0,500}\)(?:\{:[^}]{0,100}\})?")


@dataclass
class _Place:
    """A run of blocks that stand further up as well."""

    first: int
    last: int
    before_first: int
    before_last: int
    end: int  # number of its last block


def find_repeats(written: Written) -> Iterator[Finding]:
    """At most one finding: how many paragraphs repeat an earlier one word for word, and where."""
    seen: dict[str, Block] = {}
    places: list[_Place] = []
    blocks = again = 0
    for number, block in enumerate(written.blocks()):
        blocks += 1
        if len(_LINK.sub("", block.text)) < SHORTEST:
            continue
        before = seen.setdefault(block.text, block)
        if before is block:
            continue
        again += 1
        place = places[-1] if places else None
        if place and number - place.end <= GAP and before.first > place.before_last:
            place.last, place.before_last, place.end = block.last, before.last, number
        else:
            places.append(_Place(block.first, block.last, before.first, before.last, number))
    if places:
        told = [
            f"{_lines(p.first, p.last)} as {_lines(p.before_first, p.before_last)}" for p in places[:TOLD]
        ]
        more = f" and {len(places) - TOLD} more" if len(places) > TOLD else ""
        said = f"{again} of {blocks} paragraphs repeat earlier ones: lines {', '.join(told)}{more}"
        yield Finding("repeated", written.post.file, said, places[0].first)


def _lines(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
