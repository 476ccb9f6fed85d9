"""Figures in a text: amounts, shares, dates and sizes, in any of the languages."""

import re
from dataclasses import dataclass
from functools import lru_cache

from storage.linking.names import normal

# What a figure measures, by the word or sign behind its number (or before it, for money).
_UNITS = {
    "share": "% percent パーセント ポイント 퍼센트 포인트 成",
    "money": "円 ドル 元 ウォン 億円 兆円 万円 億ドル 兆ドル 万ドル 億元 億人民元 億ウォン 兆ウォン "
    "亿元 亿美元 億美元 億美金 亿美金 亿日元 美元 美金 달러 억달러 만달러 원 조원 억원 만원 "
    "billion million trillion bn dollars yen won yuan euros",
    "time": "年 月 日 年度 年代 年前半 年後半 年上半期 年下半期 年初 年末 四半期 季度 季 년 월 일 분기 "
    "years year months month weeks week days day hours",
    "size": "nm ナノ ナノメートル 奈米 纳米 나노 mm cm インチ 吋 英寸",
    "rate": "TB/s GB/s Gbps Tbps GHz MHz TOPS TFLOPS PFLOPS EFLOPS トークン tokens",
    "memory": "TB GB MB PB",
    "power": "GW MW kW W ギガワット メガワット",
    "factor": "倍 배 x times",
    "count": "個 枚 台 社 件 人 名 基 本 種 回 店 か国 カ国 ヵ国 万 億 兆 万個 万枚 万台 万人 万基 "
    "萬 亿 颗 顆 片 家 座 张 張 개 장 대 명 곳 만 억 만장 만개 "
    "units chips wafers customers companies employees people GPUs",
}
_KIND = {unit.lower(): kind for kind, units in _UNITS.items() for unit in units.split()}

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_UNIT = "|".join(re.escape(unit) for unit in sorted(_KIND, key=len, reverse=True))
_FIGURE = re.compile(
    rf"(?:(?P<quarter>\b(?:Q[1-4]|H[12])|第[一二三四1-4]季度)\s?)?(?P<money>(?:US|NT)?[$€£¥₩])?\s?"
    rf"(?<![A-Za-z0-9.\-])(?P<number>{_NUMBER})"
    rf"(?:[ \-]?(?P<unit>{_UNIT})(?![A-Za-z]))?(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Figure:
    """A number in a text, with what makes it more than a number."""

    shown: str  # as it stands in the text
    key: str  # the bare number: equal for the same figure in another language
    kind: str  # share, money, time, size, rate, memory, power, factor, count; "" for a bare number


def figures(text: str) -> list[Figure]:
    """The figures of a text that is `normal`, each number once; small bare numbers say too little."""
    found: dict[str, Figure] = {}
    for match in _FIGURE.finditer(text):
        number = match["number"].replace(",", "")
        unit = (match["unit"] or "").lower()
        kind = "money" if match["money"] else _KIND.get(unit, "")
        if not kind and _YEAR.fullmatch(number):
            kind = "time"
        if not kind and len(number) < 3:
            continue
        found.setdefault(_bare(number), Figure(match[0].strip(), _bare(number), kind))
    return list(found.values())


@lru_cache(10_000)  # the same sentences of much-linked posts are looked at again and again
def kinds(text: str) -> frozenset[str]:
    """What the figures of a text measure."""
    return frozenset(figure.kind for figure in figures(normal(text)) if figure.kind)


def numbers(text: str) -> frozenset[str]:
    """Every number in a text that is `normal`, in the form of `Figure.key`."""
    return frozenset(_bare(number.replace(",", "")) for number in re.findall(_NUMBER, text))


def _bare(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number
