"""Names in a text: companies, products, technologies, rules, by any alias in any script.

The table is data (`names.toml`); nothing here knows what a chip is. One pass of an Aho-Corasick automaton
finds every alias; the rules of each script then say which of them are the name and not a part of a word.
"""

import hashlib
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from storage.errors import InputError

LANGUAGES = ("en", "ja", "zh", "ko")

# A model number that no table can know yet: MI450, B30A, GPT-5.4, Qwen3, TPU8t.
MODEL = re.compile(
    r"(?<![A-Za-z0-9.])(?=[A-Za-z]{0,11}[A-Z])[A-Za-z]{1,12}-?\d{1,4}(?:\.\d{1,2})?[A-Za-z]{0,2}(?![A-Za-z0-9]|\.\d)"
)


# A name that ends in the number of a version or generation: GPT-5.4, HBM4E, Gemini 3, Trainium3.
_VERSIONED = re.compile(r"(?P<stem>[A-Za-z][A-Za-z -]*?)[ -]?\d[\d.]*[A-Za-z]{0,2}")


# Half of a character, as broken JSON holds it: no text to the automaton.
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def family(name: str) -> str:
    """What generations of one product share, GPT for GPT-5.4; "" for a name without a version."""
    match = _VERSIONED.fullmatch(name)
    stem = match["stem"].rstrip(" -") if match else ""
    return stem if len(stem) > 1 else ""


@dataclass(frozen=True)
class Name:
    """One entry of the table."""

    name: str  # canonical, as the reader sees it
    kind: str  # company, product, technology, rule, person, place
    of: str | None  # the name it belongs to: a product's maker, a plant's owner
    aliases: frozenset[str]
    exact: frozenset[str]  # aliases that are also plain words: only in this very case
    decoys: frozenset[str]  # longer strings that hold an alias and are not the name
    said: Mapping[str, str] = field(default_factory=dict)  # the first alias of each language


@dataclass(frozen=True)
class Mention:
    """A name at a place in `normal(text)`."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class _Alias:
    name: str | None  # None: a decoy, swallows the text
    length: int
    exact: str | None


def normal(text: str) -> str:
    """The form that names are looked up in: NFKC, so that full-width letters and half-width kana match."""
    # Line by line: one that is so already, as most are, costs a tenth of one that is not.
    return "\n".join([unicodedata.normalize("NFKC", line) for line in text.split("\n")])


def _lower(text: str) -> str:
    text = _SURROGATE.sub("\ufffd", text)
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    # 'İ' lowers to two characters; places must stay those of the text.
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _katakana(char: str) -> bool:
    return "ァ" <= char <= "ヿ" and char != "・"


def _hangul(char: str) -> bool:
    return "가" <= char <= "힣"


def _han_or_kana(char: str) -> bool:
    return "一" <= char <= "鿿" or "ぁ" <= char <= "ヿ" or char == "々"


def _inside_word(text: str, start: int, end: int) -> bool:
    """Whether what stands at [start:end] continues on either side, by the rules of its script."""
    before = text[start - 1] if start else ""
    after = text[end : end + 2]
    first, last = text[start], text[end - 1]
    # 中 is China in 中 반도체, and no word of its own in 資料中心.
    if end - start == 1 and _han_or_kana(first):
        return any(_han_or_kana(char) for char in (*before, *after[:1]))
    if before and ((_latin(first) and _latin(before)) or (_katakana(first) and _katakana(before))):
        return True
    if before and _hangul(first) and _hangul(before):
        return True  # particles follow a Korean noun, they never precede it
    if not after:
        return False
    if _latin(last) and _latin(after[0]):
        return True
    if last.isdigit() and len(after) == 2 and after[0] == "." and after[1].isdigit():
        return True  # GPT-5 is not in GPT-5.2
    return _katakana(last) and _katakana(after[0])


@dataclass
class NameTable:
    """The table, ready to search. `version` changes whenever the table or its reading does."""

    names: Mapping[str, Name]
    version: str
    no_model: re.Pattern[str]  # what looks like a model number and is none
    _automaton: AhoCorasick = field(init=False, repr=False)
    _aliases: Sequence[Sequence[_Alias]] = field(init=False, repr=False)  # by the number of their pattern

    def __post_init__(self) -> None:
        seen: dict[str, list[_Alias]] = {}
        for entry in self.names.values():
            for alias in entry.aliases:
                seen.setdefault(_lower(normal(alias)), []).append(
                    _Alias(entry.name, len(normal(alias)), None)
                )
            for alias in entry.exact:
                seen.setdefault(_lower(normal(alias)), []).append(
                    _Alias(entry.name, len(normal(alias)), normal(alias))
                )
            for decoy in entry.decoys:
                seen.setdefault(_lower(normal(decoy)), []).append(_Alias(None, len(normal(decoy)), None))
        self._automaton = AhoCorasick(seen, matchkind=MatchKind.Standard, store_patterns=False)
        self._aliases = list(seen.values())

    def find(self, text: str) -> list[Mention]:
        """Every name in `normal(text)`, in order; where two overlap, the leftmost and then the longest."""
        return self.find_in_normal(normal(text))

    def find_in_normal(self, text: str) -> list[Mention]:
        """As `find`, for a text that is `normal` already: that costs as much as the search."""
        found: list[tuple[int, int, str | None]] = []
        for pattern, _, end in self._automaton.find_matches_as_indexes(_lower(text), overlapping=True):
            for alias in self._aliases[pattern]:
                start = end - alias.length
                if alias.exact is not None and text[start:end] != alias.exact:
                    continue
                if alias.name is not None and _inside_word(text, start, end):
                    continue
                found.append((start, -end, alias.name))
        found.sort(key=lambda match: (match[0], match[1], match[2] is not None))
        mentions: list[Mention] = []
        reached = 0
        for start, negative_end, name in found:
            if start < reached:
                continue
            reached = -negative_end
            if name is not None:
                mentions.append(Mention(name, start, reached))
        return mentions

    def find_all_in_normal(self, text: str) -> list[Mention]:
        """As `find_in_normal`, and after them the model numbers that the table does not know."""
        mentions = self.find_in_normal(text)
        models = []
        position = 0
        for match in MODEL.finditer(text):
            while position < len(mentions) and mentions[position].end <= match.start():
                position += 1
            apart = position == len(mentions) or mentions[position].start >= match.end()
            if apart and not self.no_model.fullmatch(match[0]):
                models.append(Mention(match[0], match.start(), match.end()))
        return mentions + models

    def count_known(self, text: str) -> Counter[str]:
        """How often each name of the table stands in a text."""
        return Counter(mention.name for mention in self.find(text))

    def count(self, text: str) -> Counter[str]:
        """How often each name stands in a text, model numbers outside the table included."""
        return Counter(mention.name for mention in self.find_all_in_normal(normal(text)))


def read_table(data: bytes) -> NameTable:
    """Read a table in the format of `names.toml`.

    Raises `InputError` naming the entry that is wrong: a name twice, an alias of two names, an unknown key.
    """
    try:
        table = tomllib.loads(data.decode())
        rows = table["names"]
        no_model = re.compile("|".join(table.get("no_models", [])) or r"(?!)")
        if not all(isinstance(row, dict) for row in rows):
            raise ValueError("names holds something that is no entry")
    except (ValueError, KeyError, TypeError, re.error) as error:
        raise InputError(f"the table of names cannot be read: {error}") from error
    names: dict[str, Name] = {}
    owner_of: dict[str, str] = {}
    for row in rows:
        entry = _entry(row)
        if entry.name in names:
            raise InputError(f"the table of names has {entry.name!r} twice")
        names[entry.name] = entry
        for alias in entry.aliases | entry.exact:
            key = _lower(normal(alias))
            if owner_of.setdefault(key, entry.name) != entry.name:
                raise InputError(
                    f"the table of names gives {alias!r} to {owner_of[key]!r} and {entry.name!r}"
                )
    for entry in names.values():
        if entry.of is not None and entry.of not in names:
            raise InputError(f"the table of names: {entry.name!r} is of {entry.of!r}, which is not in it")
    return NameTable(names, hashlib.blake2b(b"6" + data, digest_size=8).hexdigest(), no_model)


def _entry(row: Mapping[str, Any]) -> Name:
    unknown = set(row) - {"name", "kind", "of", "exact", "not", *LANGUAGES}
    if unknown or "name" not in row or "kind" not in row:
        raise InputError(
            f"the table of names: entry {row.get('name', row)!r} has wrong keys {sorted(unknown)}"
        )
    return Name(
        name=row["name"],
        kind=row["kind"],
        of=row.get("of"),
        aliases=frozenset(_strings(row, LANGUAGES)),
        exact=frozenset(_strings(row, ["exact"])),
        decoys=frozenset(_strings(row, ["not"])),
        said={language: row[language][0] for language in LANGUAGES if row.get(language)},
    )


def _strings(row: Mapping[str, Any], keys: Iterable[str]) -> list[str]:
    found = []
    for key in keys:
        texts = row.get(key, [])
        if not isinstance(texts, list) or not all(isinstance(t, str) and normal(t).strip() for t in texts):
            raise InputError(f"the table of names: {key!r} of {row['name']!r} must be a list of texts")
        found += texts
    return found


@dataclass(frozen=True)
class Vocabulary:
    """What texts are read for: names, and topics of news. Neither table has an entry of the other."""

    names: NameTable
    topics: NameTable

    def __post_init__(self) -> None:
        if both := self.names.names.keys() & self.topics.names.keys():
            raise InputError(f"the tables of names and of topics both have {min(both)!r}")

    def said_in(self, name: str, language: str) -> str:
        """What a reader of a language calls a name: makers, products and a GPU are called so everywhere."""
        entry = self.names.names.get(name) or self.topics.names.get(name)
        if entry is None or language == "en" or entry.kind in ("company", "product") or name.isupper():
            return name
        return entry.said.get(language, name)

    @property
    def version(self) -> str:
        """Changes whenever one of the tables does, or the way they are read."""
        return f"{self.names.version}-{self.topics.version}"


@cache
def default_vocabulary() -> Vocabulary:
    """The tables that ship with chipwatch."""
    folder = Path(__file__).parent
    return Vocabulary(
        read_table((folder / "names.toml").read_bytes()), read_table((folder / "topics.toml").read_bytes())
    )
