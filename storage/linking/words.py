"""Words of a title, and figures in a text, in any of the languages."""

import re
from dataclasses import dataclass

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

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_UNIT = (
    r"%|percent|パーセント|퍼센트|billion|million|trillion|bn\b|兆|億|亿|万|萬|만|억|조|nm\b|ナノ|奈米|纳米|나노|"
    r"GW|MW|kW|W\b|TB|GB|MB|PFLOPS|TOPS|GHz|mm|社|件|年|月|日|歳|倍|個|枚|台|人|基|回|か国|カ国|家|顆|颗|座|년|월|일|배|개|대|명|곳|x\b|"
    r"years?|months?|weeks?|days?|times|units|wafers|chips|customers|companies"
)
_FIGURE = re.compile(
    rf"(?:(?P<quarter>Q[1-4]|[1-4]Q|H[12]|[12]H)\s*)?(?P<money>[$€£¥]|US\$|NT\$)?\s?(?P<number>{_NUMBER})"
    rf"(?:[\s-]?(?P<unit>{_UNIT}))?(?P<tail>億|万|亿|萬|ドル|円|美元|美金|人民元|人民币|元|달러|원|/s|\s(?:dollars|yen))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Figure:
    """A number in a text, with what makes it more than a number."""

    shown: str  # as it stands in the text
    key: str  # the bare number: equal for the same figure in another language


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


def figures(text: str) -> list[Figure]:
    """Amounts, shares, dates and sizes in a text; small bare numbers are left out as saying too little."""
    found: dict[str, Figure] = {}
    for match in _FIGURE.finditer(normal(text)):
        number = match["number"].replace(",", "")
        bare = not (match["quarter"] or match["money"] or match["unit"] or match["tail"])
        before = match.string[match.start() - 1 : match.start()]
        if before.isascii() and (before.isalnum() or before in "-.") and before:
            continue  # part of a model number
        if bare and not (len(number) == 4 and number.startswith(("19", "20"))) and len(number) < 3:
            continue
        key = number.rstrip("0").rstrip(".") if "." in number else number
        found.setdefault(key, Figure(match[0].strip(), key))
    return list(found.values())
