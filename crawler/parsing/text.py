"""HTML to plain text, dates that can be believed, and the language of a text."""

import html
import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import lxml.etree
import lxml.html

from storage.dates import as_utc

_TAG_OR_ENTITY = re.compile(r"<[a-zA-Z/!][^<>]{0,2000}>|&(?:[a-zA-Z]{2,10}|#\w{1,8});")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udfff]")
_BLOCKS = frozenset("p div br li tr h1 h2 h3 h4 h5 h6 blockquote section article ul ol table pre hr".split())
_UNSEEN = frozenset("script style noscript template iframe object".split())

# A clock that is off by less than this, or a time zone misread, is no reason to doubt a date.
_CLOCK_SKEW = timedelta(days=1)
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)


def plain(markup: str) -> str:
    """The text of an HTML fragment, a line per block, whitespace folded; plain text comes back as it is."""
    if not _TAG_OR_ENTITY.search(markup):
        return _fold(markup)
    try:
        root = lxml.html.fragment_fromstring(_CONTROL.sub(" ", markup), create_parent="div")
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        return _fold(html.unescape(_TAG_OR_ENTITY.sub(" ", markup)))
    for element in root.iter():
        if not isinstance(element.tag, str) or element.tag in _UNSEEN:
            element.text = ""
        elif element.tag in _BLOCKS:
            element.text = "\n" + (element.text or "")
            element.tail = "\n" + (element.tail or "")
    return _fold(str(root.text_content()))


def one_line(markup: str) -> str:
    """A title: no markup, no line breaks; double-escaped text is unescaped once more."""
    text = " ".join(plain(markup).split())
    return " ".join(plain(text).split()) if _TAG_OR_ENTITY.search(text) else text


def _fold(text: str) -> str:
    lines = (" ".join(line.split()) for line in _CONTROL.sub(" ", text.replace("\r", "\n")).split("\n"))
    return "\n".join(line for line in lines if line)


def believable(moment: datetime | None, now: datetime | None) -> datetime | None:
    """A date in UTC, or none if it lies in the future or before there were news sites."""
    moment = as_utc(moment)
    if moment is None or moment < _OLDEST or (now is not None and moment > now + _CLOCK_SKEW):
        return None
    return moment


def language_of(text: str, declared: str = "") -> str:
    """The language of a text by its script (ja, ko, zh), else the declared one, else `en` for Latin script.

    ISO 639-1; "" where nothing tells.
    """
    counts: Counter[str] = Counter()
    for char in text[:2000]:
        if "぀" <= char <= "ヿ":
            counts["kana"] += 1
        elif "가" <= char <= "힣":
            counts["hangul"] += 1
        elif "一" <= char <= "鿿":
            counts["han"] += 1
        elif char.isascii() and char.isalpha():
            counts["latin"] += 1
    # A Chinese or Korean text may quote a Japanese name; a Japanese one is full of kana.
    if counts["hangul"] > counts["kana"] and counts["hangul"] * 4 > counts["han"]:
        return "ko"
    if counts["kana"] * 8 > counts["han"] and counts["kana"]:
        return "ja"
    primary = declared.strip().lower().replace("_", "-").split("-")[0]
    if counts["han"] * 8 > counts["latin"] and counts["han"]:
        return "ja" if primary == "ja" else "zh"  # Japanese headlines may be of kanji alone
    if re.fullmatch(r"[a-z]{2}", primary) and primary not in ("ja", "ko", "zh"):
        return primary
    return "en" if counts["latin"] else ""
