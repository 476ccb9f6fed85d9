"""What kind of change news makes to a post: it contradicts, replaces, confirms or extends it."""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from storage.linking.change import change
from storage.linking.names import Name, family, normal

CONTRADICTS, SUPERSEDES, CONFIRMS, EXTENDS = "contradicts", "supersedes", "confirms", "extends"
# Share of the words of a title, by rarity, from which on the post has said it. On judged news one in five of
# the follow-ups raised by such titles without a new figure or name is right, of all others every second one.
SAID = 0.8

_GENERATION = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Comparison:
    """A post and an item, side by side."""

    post: str  # its title and its passage on the matter
    title: str  # of the item
    new_names: Sequence[str]  # of the item's title and nowhere in the post
    new_figures: Sequence[str]
    said: float  # share of what the item's title says, by rarity of words, that the post says
    expects: bool = False  # whether the post's passage says that something is still to happen
    one_subject: bool = True  # whether the two titles may treat one
    newer: Sequence[str] = ()  # products of the post's title and those that follow them, "old → new"
    moved: Sequence[str] = ()  # times of the post's plan that the item gives otherwise, "old → new"


def kind_of(compared: Comparison) -> str:
    """The kind of change; "" where the news adds nothing.

    What is undone comes first, as the post is wrong then; what replaces the post's product comes before what
    confirms it.
    """
    words = change_words()
    title = normal(compared.title)
    new = bool(compared.new_names or compared.new_figures)
    undone = (
        compared.one_subject
        and words.reversed.search(title)
        and not words.reversed.search(normal(compared.post))
    )
    if compared.moved or undone:
        return CONTRADICTS
    if compared.newer or words.replaced.search(title):
        return SUPERSEDES
    if compared.expects and words.fulfilled.search(title):
        return CONFIRMS
    return EXTENDS if new or compared.said < SAID else ""


def one_subject(ours: Collection[str], theirs: Collection[str], table: Mapping[str, Name]) -> bool:
    """Whether texts that have these names may treat one subject: a rival's product is another.

    They share a name; and where both name things (products, plants, rules), or makers, one of each.
    """
    things = _things(ours, table), _things(theirs, table)
    return bool({*ours} & {*theirs}) and not _apart(*things) and not rivals(ours, theirs, table)


def rivals(ours: Iterable[str], theirs: Iterable[str], table: Mapping[str, Name]) -> bool:
    """Whether texts that have these names tell of different makers."""
    return _apart(makers(ours, table), makers(theirs, table))


def _apart(ours: AbstractSet[str], theirs: AbstractSet[str]) -> bool:
    return bool(ours and theirs) and ours.isdisjoint(theirs)


def makers(names: Iterable[str], table: Mapping[str, Name]) -> set[str]:
    """The companies among names, and those whose products are."""
    entries = (table[name] for name in names if name in table)
    found = (entry.name if entry.kind == "company" else entry.of for entry in entries)
    return {maker for maker in found if maker is not None}


def _things(names: Iterable[str], table: Mapping[str, Name]) -> set[str]:
    """The names that are no company's; a model number outside the table is one."""
    return {name for name in names if name not in table or table[name].kind != "company"}


def newer_names(old: Iterable[str], new: Iterable[str]) -> list[str]:
    """Each name of a later generation with the one that it follows, "GPT-5 → GPT-5.4"."""
    found = []
    for name in new:
        before = [other for other in old if _follows(name, other)]
        if before:
            found.append(change(max(before, key=_generation), name))
    return found


def _follows(new: str, old: str) -> bool:
    return bool(family(new)) and family(new) == family(old) and _generation(new) > _generation(old)


def _generation(name: str) -> float:
    match = _GENERATION.search(name, len(family(name)))
    return float(match[0]) if match else 0.0


@dataclass(frozen=True)
class ChangeWords:
    """What says that something was undone, came true, or took another's place; for text that is `normal`."""

    reversed: re.Pattern[str]
    fulfilled: re.Pattern[str]
    replaced: re.Pattern[str]


@cache
def change_words() -> ChangeWords:
    """Those that ship with chipwatch."""
    table = tomllib.loads((Path(__file__).parent / "changes.toml").read_text(encoding="utf-8"))
    return ChangeWords(*(_any_of(table[group]) for group in ("reversed", "fulfilled", "replaced")))


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    latin, others = [w for w in words if w.isascii()], [w for w in words if not w.isascii()]
    parts = [rf"(?<![a-z0-9])(?:{'|'.join(map(re.escape, latin))})(?![a-z0-9])", *map(re.escape, others)]
    return re.compile("|".join(parts), re.IGNORECASE)
