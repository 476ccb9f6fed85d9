"""Titles without the words that a blog puts on all of them: what is left says what a post is about."""

import re
from collections import Counter
from collections.abc import Container, Iterable, Sequence

SHORTEST, LONGEST = 7, 40  # characters of an ending that is looked for
LEFT = 4  # characters that are left of a title at least
SHARED_BY = 400  # an ending is no one's own if one title in so many has it, and four at the least
ROUNDS = 3  # endings stand behind endings

_YEAR = re.compile(r"^20\d\d年")
_BRACKETS = re.compile(r"[（(][^（）()]{0,40}[）)]|【[^】]{0,20}】")
_EDGES = " 、。？?｜|：:,「」『』"


def plain_titles(titles: Sequence[str]) -> list[str]:
    """Each title without its year in front, what stands in brackets, and endings that many titles share.

    An ending is the blog's own habit, not the post's matter, when one in 400 of the titles (and four at the
    least) ends in the same seven characters or more: "…, what it means for you".
    """
    least = max(4, len(titles) // SHARED_BY)
    texts = [_BRACKETS.sub("", _YEAR.sub("", title)).strip() for title in titles]
    for _ in range(ROUNDS):
        endings = _shared_endings(set(texts), least)
        texts = [_without_ending(text, endings).strip(_EDGES) for text in texts]
    return [text or title for text, title in zip(texts, titles, strict=True)]


def _shared_endings(texts: Iterable[str], least: int) -> set[str]:
    """The endings that so many texts have: a longer one is looked for only where a shorter one is shared."""
    shared: set[str] = set()
    for size in range(SHORTEST, LONGEST + 1):
        texts = [text for text in texts if len(text) >= size + LEFT]
        counts = Counter(text[-size:] for text in texts)
        texts = [text for text in texts if counts[text[-size:]] >= least]
        shared.update(text[-size:] for text in texts)
    return shared


def _without_ending(text: str, endings: Container[str]) -> str:
    for size in range(min(LONGEST, len(text) - LEFT), SHORTEST - 1, -1):
        if text[-size:] in endings:
            return text[:-size]
    return text
