"""What encoding a feed is really in, whatever it and its server say."""

import codecs
import re

from w3lib.encoding import html_to_unicode

_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
# What is meant by a name is its larger kin: real texts use letters that the standard itself lacks.
_MEANT = {
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs",
    "iso8859-1": "cp1252", "ascii": "cp1252",
}  # fmt: skip
# These fit any bytes, so that servers' defaults of them prove nothing.
_FIT_ANYTHING = frozenset({"cp1252", "latin-1"})
_GUESSED_FROM = 100_000  # bytes


def decoded(body: bytes, content_type: str) -> str:
    """The text of an XML document.

    In this order: its byte order mark; UTF-8 if the bytes are that; what it declares, then what its server
    says, if the bytes fit; a guess by its letters. Never fails: what fits nothing is read as Windows-1252.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body.decode(encoding, errors="replace")
    declared = _DECLARED.search(body[:400])
    charset = _CHARSET.search(content_type)
    said = [_known(declared[1].decode()) if declared else None, _known(charset[1]) if charset else None]
    # ISO-2022-JP is made of ASCII bytes, and would pass for UTF-8.
    first = ["iso2022_jp"] if b"\x1b$" in body else []
    for encoding in [*first, "utf-8", *(name for name in said if name and name not in _FIT_ANYTHING)]:
        try:
            return body.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    encoding = _guessed(body) or "cp1252"
    return body.decode(encoding, errors="replace")


def page_text(body: bytes, content_type: str) -> str:
    """The text of an HTML page, by its byte order mark, its server's word, its own, or a guess."""
    _, text = html_to_unicode(content_type, body, auto_detect_fun=_guessed, default_encoding="utf-8")
    return text


def _guessed(body: bytes) -> str | None:
    import charset_normalizer  # most feeds say what they are in

    guess = charset_normalizer.from_bytes(body[:_GUESSED_FROM]).best()
    return _known(guess.encoding) if guess else None


def _known(name: str) -> str | None:
    """Python's name of an encoding of texts, none for one it does not know."""
    try:
        info = codecs.lookup(name)
    except LookupError:
        return None
    if not getattr(info, "_is_text_encoding", True):
        return None
    return _MEANT.get(info.name, info.name)
