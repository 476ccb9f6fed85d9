"""Where Hugo publishes a page: https://gohugo.io/configuration/permalinks/."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

_TOKEN = re.compile(r":([a-z]+)(?:\[(\d{0,3})(:?)(\d{0,3})\])?")


def permalink(
    pattern: str, *, day: date | None, sections: Sequence[str], slug: str, stem: str, title: str
) -> str:
    """The path of a page, percent-encoded, from a pattern with tokens such as `:year` and `:sections[1:]`.

    `stem` is the file's name without its ending, or for a page in a folder of its own that folder's. Tokens
    that need a date are empty for a page without one; what is no token stays as it is.
    """
    values = {
        "section": sections[0] if sections else "",
        "title": title or stem,
        "slug": slug or title or stem,
        "filename": stem,
        "contentbasename": stem,
        "slugorfilename": slug or stem,
        "slugorcontentbasename": slug or stem,
    }
    dates = ("year", "month", "monthname", "day", "weekday", "weekdayname", "yearday")
    values |= dict(zip(dates, _dated(day), strict=True))

    def filled(token: re.Match[str]) -> str:
        name, first, colon, last = token.groups()
        if name == "sections":
            chosen = sections if first is None else _part(sections, first, colon, last)
            return "/".join(quote(urlized(section)) for section in chosen)
        return quote(urlized(values[name])) if name in values else token[0]

    path = _TOKEN.sub(filled, pattern)
    return quote(re.sub("/{2,}", "/", "/" + path), safe="/%:?=&")  # what the pattern has encoded stays so


def urlized(text: str) -> str:
    """A name as Hugo puts it into an address: in lower case, with hyphens for blanks, without most signs."""
    joined = "-".join(text.lower().split())
    kept = "".join(c for c in joined if c in "._#+~-@" or unicodedata.category(c)[0] in "LNM")
    return re.sub("-{2,}", "-", kept)


def _dated(day: date | None) -> tuple[str, ...]:
    if day is None:
        return ("",) * 7
    weekday = (day.weekday() + 1) % 7  # Sunday is 0
    return (
        f"{day:%Y}",
        f"{day:%m}",
        _MONTHS[day.month - 1],
        f"{day:%d}",
        str(weekday),
        _DAYS[weekday],
        str(day.timetuple().tm_yday),
    )


_MONTHS = "january february march april may june july august september october november december".split()
_DAYS = "sunday monday tuesday wednesday thursday friday saturday".split()


def _part(sections: Sequence[str], first: str, colon: str, last: str) -> Sequence[str]:
    """`[1]`, `[1:]`, `[:2]` and `[1:2]` of the sections."""
    start = int(first or 0)
    return sections[start : int(last) if last else None] if colon else sections[start : start + 1]
