"""Words of a title, and sentences of a text, in any of the languages."""

import re

from storage.linking.names import normal

_LATIN_WORD = re.compile(r"[a-z0-9][a-z0-9.+-]*[a-z0-9+]|[a-z0-9]")
_HAN_OR_KANA = re.compile(r"[ァ-ヺー]{2,}|[一-鿿々〇]+")
_HANGUL = re.compile(r"[가-힣]+")
_SENTENCE = re.compile(r"(?<=[。！？!?．])\s*|(?<=[.])\s+(?=[A-Z0-9\"'“‘])|\n+")

# English words that say nothing about what a title is about.
_STOP = frozenset(
    "a about after all amid an and are as at be been by can could for from has have how if in into is it "
    "its may more new no not of off on one or our out over says set than that the their this to up us was we "
    "what when which who why will with would you your via per vs".split()
)


def title_words(title: str) -> frozenset[str]:
    """What a title can be found by: Latin words and numbers, katakana words, pairs of han or hangul."""
    text = normal(title).lower()
    words = {word for word in _LATIN_WORD.findall(text) if len(word) > 1 and word not in _STOP}
    for run in _HAN_OR_KANA.findall(text):
        words |= {run} if "ァ" <= run[0] <= "ー" else _pairs(run)
    for run in _HANGUL.findall(text):
        words |= _pairs(run)
    return frozenset(words)


def _pairs(run: str) -> set[str]:
    return {run[start : start + 2] for start in range(len(run) - 1)}


def sentences(text: str) -> list[str]:
    """The sentences of a text, trimmed; empty ones left out."""
    return [sentence for part in _SENTENCE.split(text) if (sentence := part.strip())]
