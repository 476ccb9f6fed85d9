"""Figures in a text: amounts, shares, dates and sizes, in any of the languages."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from storage.linking.names import normal

# What a figure measures, by the word or sign behind its number (or before it, for money).
_UNITS = {
    "share": "% percent パーセント ポイント 퍼센트 포인트 成",
    "money": "円 ドル 元 ウォン 人民元 日元 美元 美金 달러 원 엔 유로 欧元 歐元 ユーロ "
    "dollars yen won yuan euros",
    "time": "年 月 日 年度 年代 年前半 年後半 年上半期 年下半期 年初 年末 四半期 季度 季 년 월 일 분기 "
    "years year months month weeks week days day hours",
    "size": "nm ナノ ナノメートル 奈米 纳米 나노 mm cm インチ 吋 英寸",
    "rate": "TB/s GB/s Gbps Tbps GHz MHz TOPS TFLOPS PFLOPS EFLOPS トークン tokens",
    "memory": "TB GB MB PB",
    "power": "GW MW kW W ギガワット メガワット",
    "factor": "倍 배 x times",
    "count": "個 枚 台 社 件 人 名 基 本 種 回 店 か国 カ国 ヵ国 颗 顆 片 家 座 张 張 개 장 대 명 곳 "
    "units chips wafers customers companies employees people GPUs",
}
_KIND = {unit.lower(): kind for kind, units in _UNITS.items() for unit in units.split()}

# How many zeros a word adds; the letters only in money, since 4K and 5T are other things elsewhere.
_EAST_BY_ZEROS = {
    3: "千 천",
    4: "万 萬 만",
    6: "百万 百萬 백만",
    7: "千万 千萬 천만",
    8: "億 亿 억",
    10: "百億 百亿 백억",
    11: "千億 千亿 천억",
    12: "兆 조 万亿 萬億",
}
_EASTERN = {word: zeros for zeros, words in _EAST_BY_ZEROS.items() for word in words.split()}
_WESTERN = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_LETTERS = {"k": 3, "m": 6, "mn": 6, "b": 9, "bn": 9, "t": 12, "tn": 12}
_ZEROS = {**_EASTERN, **_WESTERN, **_LETTERS}

_NUMBER = r"\d{1,3}(?:,\d{3})+(?![,\d])(?:\.\d+)?|\d+(?:\.\d+)?"
_UNIT = "|".join(re.escape(unit) for unit in sorted(_KIND, key=len, reverse=True))
_EAST, _WEST, _LETTER = (
    "|".join(sorted(words, key=len, reverse=True)) for words in (_EASTERN, _WESTERN, _LETTERS)
)
# 5, 5 billion, 50億, and 1兆5,000億 or 1조 5000억, which is a sum.
_AMOUNT = (
    rf"(?:{_NUMBER})(?:\s?(?:{_EAST})(?:\s?(?:{_NUMBER})(?:{_EAST})){{0,3}}(?:(?:{_NUMBER})(?![A-Za-z]))?"
    rf"|[ \-]?(?:{_WEST})(?![A-Za-z]))?"
)
_PART = re.compile(rf"(?P<number>{_NUMBER})[\s\-]?(?P<scale>{_EAST}|{_WEST})?", re.IGNORECASE)
_FIGURE = re.compile(
    rf"(?P<money>(?:US|NT)?[$€£¥₩])?\s?"
    rf"(?<![A-Za-z0-9.\-])(?P<number>{_AMOUNT})(?!\.\d)(?(money)(?P<letter>(?:{_LETTER})(?![A-Za-z0-9]))?)"
    rf"(?:[ \-]?(?P<unit>{_UNIT})(?![A-Za-z]))?(?![A-Za-z0-9])",
    re.IGNORECASE,
)
# Any number, be it a part of a name: what a post has is not new to it.
_ANY = re.compile(
    rf"(?P<money>[$€£¥₩]\s?)?(?P<number>{_AMOUNT})(?(money)(?P<letter>(?:{_LETTER})(?![A-Za-z0-9]))?)",
    re.IGNORECASE,
)
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" for month in _MONTHS)
_NUMERAL = {
    "一": "1",
    "二": "2",
    "三": "3",
    "四": "4",
    "first": "1",
    "second": "2",
    "third": "3",
    "fourth": "4",
}
_Y = r"(?P<year>(?:19|20)\d\d)"
# Points in time, each form with what it names: a month, a quarter, a half.
_TIMES = [
    re.compile(rf"(?<!\d){_Y}\s?[年년]\s?(?P<month>\d{{1,2}})\s?[月월](?:\s?\d{{1,2}}\s?[日일])?"),
    re.compile(
        rf"(?<![A-Za-z])(?:\d{{1,2}}\s)?(?P<name>{_MONTH})\.?\s(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s)?{_Y}(?!\d)",
        re.I,
    ),
    re.compile(rf"(?<![A-Za-z0-9])(?:Q(?P<quarter>[1-4])|H(?P<half>[12]))[\s/]?(?:of\s)?{_Y}(?!\d)", re.I),
    re.compile(rf"(?<!\d){_Y}\s?(?:年|년)?\s?(?:Q(?P<quarter>[1-4])|H(?P<half>[12]))(?![A-Za-z0-9])", re.I),
    re.compile(
        rf"(?<!\d){_Y}\s?(?:[年년][度도]?\s?[第제]?|第)(?P<quarter>[1-4一二三四])\s?(?:四半期|季度|季|분기)"
    ),
    re.compile(
        rf"(?<!\d){_Y}\s?(?:[年년](?P<fiscal>度)?の?)?\s?(?P<side>前半|後半|上期|下期|上半期|下半期|上半年|下半年|상반기|하반기)"
    ),
    re.compile(rf"(?<![A-Za-z])(?P<quarter>first|second|third|fourth) quarter of {_Y}(?!\d)", re.I),
    re.compile(rf"(?<![A-Za-z])(?P<half>first|second) half of {_Y}(?!\d)", re.I),
]
_FIRST_HALF = ("前", "上", "상")
LONGEST_SUM = 30  # digits of amounts that are added up
REACH = 24  # characters before and after a year that belong to a point in time: "second quarter of "
LONGEST_NAME = 30  # characters before a number that are looked at
_NAME_BEFORE = re.compile(r"[A-Z][A-Za-z0-9]*[ -]\Z")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Figure:
    """A number in a text, with what makes it more than a number."""

    shown: str  # as it stands in the text
    key: str  # the number in full: equal for the same figure in another language, 5000000000 for 50億
    kind: str  # share, money, time, size, rate, memory, power, factor, count; "" for a bare number


def figures(text: str) -> list[Figure]:
    """The figures of a text that is `normal`, each once; small bare numbers say too little.

    A point in time has a key that is equal in every language: 2027-03, 2027-Q1, 2026-H2.
    """
    times = points_in_time(text)
    taken = {place for start, end, _ in times for place in range(start, end)}
    amounts = [figure for start, figure in _amounts(text) if start not in taken]
    found: dict[str, Figure] = {}
    for figure in [*(figure for _, _, figure in times), *amounts]:
        found.setdefault(figure.key, figure)
    return list(found.values())


def _amounts(text: str) -> Iterator[tuple[int, Figure]]:
    """Numbers that are more than a number, each with the place of its first digit."""
    for match in _FIGURE.finditer(text):
        number = match["number"]
        key = _full(number, match["letter"])
        kind = "money" if match["money"] else _KIND.get((match["unit"] or "").lower(), "")
        if not kind and not number[-1].isdigit():
            kind = "count"  # 5 million, 3億
        if not kind and _YEAR.fullmatch(number):
            kind = "time"
        # RTX 5090: a number alone after a name is a part of it.
        if kind or (
            len(key) >= 3
            and not _NAME_BEFORE.search(
                text, max(0, match.start("number") - LONGEST_NAME), match.start("number")
            )
        ):
            yield match.start("number"), Figure(match[0].strip(), key, kind)


def points_in_time(text: str) -> list[tuple[int, int, Figure]]:
    """Months, quarters and halves of a text that is `normal`, each with where it starts and ends."""
    found: list[tuple[int, int, Figure]] = []
    taken: set[int] = set()
    windows = _near_years(text)
    for form in _TIMES:
        for match in (match for window in windows for match in form.finditer(text, *window)):
            places = range(match.start(), match.end())
            if taken.isdisjoint(places):  # where two forms fit, the first in the list
                taken.update(places)
                found.append((match.start(), match.end(), Figure(match[0].strip(), _time_key(match), "time")))
    return sorted(found, key=lambda place: place[0])


def _near_years(text: str) -> list[tuple[int, int]]:
    """Where points in time can stand: a text is searched eight times, and most of it names no year."""
    windows: list[tuple[int, int]] = []
    for year in _YEAR.finditer(text):
        start, end = max(0, year.start() - REACH), year.end() + REACH
        if windows and start <= windows[-1][1]:
            start = windows.pop()[0]
        windows.append((start, end))
    return windows


def _time_key(match: re.Match[str]) -> str:
    parts = match.groupdict()
    if parts.get("month"):
        return f"{parts['year']}-{int(parts['month']):02}"
    if parts.get("name"):
        month = next(n for n, name in enumerate(_MONTHS, 1) if name.startswith(parts["name"].lower()[:3]))
        return f"{parts['year']}-{month:02}"
    if parts.get("quarter"):
        quarter = parts["quarter"].lower()
        return f"{parts['year']}-Q{_NUMERAL.get(quarter, quarter)}"
    if parts.get("half"):
        half = parts["half"].lower()
        return f"{parts['year']}-H{_NUMERAL.get(half, half)}"
    fiscal = "FY" if parts.get("fiscal") else ""
    return f"{fiscal}{parts['year']}-H{1 if parts['side'].startswith(_FIRST_HALF) else 2}"


@lru_cache(10_000)  # the same sentences of much-linked posts are looked at again and again
def kinds(text: str) -> frozenset[str]:
    """What the figures of a text measure."""
    return frozenset(figure.kind for _, figure in _amounts(normal(text)) if figure.kind)


def numbers(text: str) -> frozenset[str]:
    """Every number and point in time in a text that is `normal`, in the form of `Figure.key`."""
    alone = {_full(match["number"], match["letter"]) for match in _ANY.finditer(text)}
    return frozenset(alone | {figure.key for _, _, figure in points_in_time(text)})


def _full(amount: str, letter: str | None) -> str:
    """The digits of an amount: 5000000000 for 5 billion, $5bn and 50億, 1500000000000 for 1兆5,000億."""
    parts = [
        (match["number"].replace(",", ""), _ZEROS.get((match["scale"] or letter or "").lower(), 0))
        for match in _PART.finditer(amount)
    ]
    full = [_with_zeros(number, zeros) for number, zeros in parts]
    falling = all(one > other for (_, one), (_, other) in pairwise(parts))
    if not falling or any(len(part) > LONGEST_SUM or not part.isdecimal() for part in full):
        return full[0]
    return str(sum(map(int, full))) if len(full) > 1 else full[0]


def _with_zeros(number: str, zeros: int) -> str:
    """A number times a power of ten, by moving its point: exact, however long it is."""
    whole, _, rest = number.partition(".")
    rest = rest.ljust(zeros, "0")
    moved = f"{whole}{rest[:zeros]}"
    if zeros:
        moved = moved.lstrip("0") or "0"
    return _bare(f"{moved}.{rest[zeros:]}" if rest[zeros:] else moved)


def _bare(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def keys(shown: Iterable[str]) -> frozenset[str]:
    """The keys of figures as they were shown; what is no figure by itself stands for itself."""
    return frozenset(key for text in shown for key in _keys(text))


def _keys(text: str) -> list[str]:
    return [figure.key for figure in figures(normal(text))] or [text]
