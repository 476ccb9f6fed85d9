"""How each language words a plan and a time, read from `wording.toml`."""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

YEAR, FISCAL, MONTH = "year", "fiscal", "month"


@dataclass(frozen=True)
class Part:
    """A part of a year that words name: months 1 to 12, those of the next year from 13 on."""

    first: int
    last: int
    words: re.Pattern[str]  # right after the year, or up to it where parts come first


@dataclass(frozen=True)
class Wording:
    """The patterns of one language, for text that is `normal`; what each means stands in the table."""

    plans: re.Pattern[str]
    events: re.Pattern[str]
    cancels: re.Pattern[str]
    told: re.Pattern[str]
    past: re.Pattern[str]
    before: bool  # times stand before a plan's words
    relative: re.Pattern[str]  # its groups are named by unit and distance: year1, fiscal0, month2
    parts: Sequence[Part]
    part_first: bool
    vague: re.Pattern[str]


@dataclass(frozen=True, eq=False)  # one is known by itself: what it said is remembered
class Wordings:
    """Every language, by its code; `version` changes whenever the table does, or the way it is read."""

    by_language: Mapping[str, Wording]
    telling: re.Pattern[str]  # without a digit or one of these a sentence tells neither figure nor time
    version: str

    def of(self, sentence: str) -> Sequence[Wording]:
        """The wordings that a sentence may use, by its script: one of han alone may be of two languages."""
        return [self.by_language[language] for language in _languages(sentence)]


_KANA, _HAN, _HANGUL = (re.compile(f"[{script}]") for script in ("ぁ-ゖァ-ヺ", "一-鿿", "가-힣"))


def _languages(sentence: str) -> Sequence[str]:
    if _HANGUL.search(sentence):
        return ("ko",)
    if _KANA.search(sentence):
        return ("ja",)
    return ("ja", "zh") if _HAN.search(sentence) else ("en",)


def read_wordings(data: bytes) -> Wordings:
    """Read a table in the format of `wording.toml`."""
    table = tomllib.loads(data.decode())
    wordings = {language: _wording(rows) for language, rows in table.items()}
    hints = [hint for rows in table.values() for hint in rows["hints"]]
    version = hashlib.blake2b(b"1" + data, digest_size=8).hexdigest()
    return Wordings(wordings, re.compile("|".join([r"\d", *hints])), version)


def _wording(rows: Mapping[str, Any]) -> Wording:
    relative = [
        f"(?P<{unit}{distance}>{'|'.join(words)})"
        for unit in (FISCAL, YEAR, MONTH)  # a fiscal year's word begins like a year's
        for distance, words in rows[unit].items()
        if words
    ]
    plans, events, cancels, relatives = (
        re.compile("|".join(patterns), re.IGNORECASE)
        for patterns in (rows["plans"], rows["events"], rows["cancels"], relative)
    )
    told, past, vague = (re.compile(rows[key], re.IGNORECASE) for key in ("told", "past", "vague"))
    form = r"\b(?:{})[\s-]+\Z" if rows["part_first"] else "{}"
    parts = [
        Part(first, last, re.compile(form.format(words), re.IGNORECASE))
        for first, last, words in rows["parts"]
    ]
    return Wording(
        plans,
        events,
        cancels,
        told,
        past,
        bool(rows["before"]),
        relatives,
        parts,
        bool(rows["part_first"]),
        vague,
    )


@cache
def default_wordings() -> Wordings:
    """The table that ships with chipwatch."""
    return read_wordings((Path(__file__).parent / "wording.toml").read_bytes())
