"""HTML to plain text, and dates that can be believed."""

import html
import re
from datetime import UTC, datetime, timedelta

import lxml.etree
import lxml.html

from storage.dates import as_utc, parse_date

_TAG_OR_ENTITY = re.compile(r"<[a-zA-Z/!][^<>]{0,2000}>|&(?:[a-zA-Z]{2,10}|#\w{1,8});")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udfff]")
_BLOCKS = frozenset("p div br li tr h1 h2 h3 h4 h5 h6 blockquote section article ul ol table pre hr".split())
_UNSEEN = frozenset("script style noscript template iframe object".split())
# What needs a parser of HTML: comments, and elements whose insides are not text.
_INVOLVED = re.compile(
    r"<(?:!|\?|script|style|noscript|template|iframe|object|title|textarea|xmp|plaintext)", re.IGNORECASE
)
_BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(sorted(_BLOCKS))})(?:[\s/][^<>]*)?>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
# A tag that a parser of HTML would take a time for that grows with the square of its attributes.
LONG_TAG = 3_000  # characters
_ENDLESS = re.compile(rf"<[^<>]{{{LONG_TAG}}}")
_OPENED = re.compile(r"<[a-zA-Z/]")
# Bytes of Windows-1252 that were taken for characters, which makes control characters of letters.
_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") or " " for code in range(0x80, 0xA0)}
# RFC 822 as nearly all feeds write it; zones by name are the business of `storage.dates`.
_RFC_822 = re.compile(
    r"(?:\w{3},?\s+)?(\d{1,2})\s+(\w{3})\s+(\d{4})\s+(\d\d):(\d\d)(?::(\d\d))?\s+(GMT|UTC|UT|Z|[+-]\d{4})",
    re.ASCII,
)
_MONTHS = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)
}

# A clock that is off by less than this, or a time zone misread, is no reason to doubt a date.
_CLOCK_SKEW = timedelta(days=1)
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)


def plain(markup: str) -> str:
    """The text of an HTML fragment, a line per block, whitespace folded; plain text comes back as it is."""
    if "<" not in markup and "&" not in markup:
        return _fold(markup)
    if not _TAG_OR_ENTITY.search(markup):
        return _fold(markup)
    endless = len(markup) > LONG_TAG and _ENDLESS.search(markup)
    if endless or not _INVOLVED.search(markup):
        text = _TAG.sub("", _BLOCK_TAG.sub("\n", markup))
        if endless or not _OPENED.search(text):  # no tag that is never closed
            return _fold(_unescaped(text))
    try:
        root = lxml.html.fragment_fromstring(_clean(markup), create_parent="div")
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        return _fold(_unescaped(_TAG_OR_ENTITY.sub(" ", markup)))
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


def moment_of(text: str) -> datetime | None:
    """A date as feeds write it, in UTC, its time in UTC if no zone is given; none if it is no whole date."""
    text = text.strip()
    try:
        usual = _RFC_822.fullmatch(text)
        if usual is not None:
            day, month, year, hour, minute, second, zone = usual.groups()
            offset = int(zone[:3]) * 60 + int(zone[0] + zone[3:]) if zone[0] in "+-" else 0
            moment = datetime(
                int(year),
                _MONTHS[month.lower()],
                int(day),
                int(hour),
                int(minute),
                int(second or 0),
                tzinfo=UTC,
            )
            return moment - timedelta(minutes=offset) if offset else moment
        if text[4:5] == "-" and "T" in text:
            return as_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError, KeyError):
        pass
    return as_utc(parse_date(text))


def _unescaped(text: str) -> str:
    """Character references made characters; a text whose references are absurdly long stays as it is."""
    try:
        return html.unescape(text)
    except ValueError:  # Python reads no number of more than 4,300 digits
        return text


def _fold(text: str) -> str:
    """One space between words, no empty lines, no control characters."""
    if "\r" in text:
        text = text.replace("\r", "\n")
    lines = [" ".join(words) for line in text.split("\n") if (words := line.split())]
    if all(map(str.isprintable, lines)):
        return "\n".join(lines)
    lines = _clean(text).split("\n")
    return "\n".join([" ".join(words) for line in lines if (words := line.split())])


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text.translate(_WINDOWS))


def believable(moment: datetime | None, now: datetime | None) -> datetime | None:
    """A date in UTC, or none if it lies in the future or before there were news sites."""
    moment = as_utc(moment)
    if moment is None or moment < _OLDEST or (now is not None and moment > now + _CLOCK_SKEW):
        return None
    return moment
