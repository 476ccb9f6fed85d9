"""Reading what a post claims: sentences with names, and with figures or a plan."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from storage.claims.comparing import plan_in
from storage.claims.wording import Wordings, default_wordings
from storage.linking.figures import Figure, figures
from storage.linking.names import Vocabulary, normal
from storage.linking.titles import plain_titles
from storage.linking.words import sentences

LONGEST = 400  # characters of a sentence; what is longer is code or a table
MOST = 300  # claims of a post

# What a sentence may differ in and still say the same; between digits it is part of a number.
_MARKS = r"[\s、。，．・,.!?:;「」『』“”\"'‘’()\[\]【】*#`~_…-]+"
_PUNCTUATION = re.compile(rf"(?<!\d){_MARKS}|{_MARKS}(?!\d)")
_STOPS = (".", "。", "!")
_BARE_YEAR = re.compile(r"(?:19|20)\d\d")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class Claim:
    """A sentence of a post that asserts something which can become wrong."""

    sentence: str  # the post's own words, at most `LONGEST` characters
    names: tuple[
        str, ...
    ]  # in it, model numbers included, in order; those of the title where a plan has none
    figures: tuple[Figure, ...]
    plan: bool  # it says that something will happen by a time that was not over when the post came out
    due: date | None  # the last day of that time; none where that is in doubt


def read_claims(
    paragraphs: Sequence[str],
    day: date | None,
    vocabulary: Vocabulary,
    *,
    title: str = "",
    wordings: Wordings | None = None,
) -> list[Claim]:
    """The claims of a post, in order; `day` is that of its publication, where it was published.

    Of sentences that differ in punctuation only the first counts, and none that repeats the title.
    """
    wordings = wordings or default_wordings()
    told = _telling(paragraphs, title, wordings)
    (subject,) = _names([normal(text) for text in plain_titles([title])], vocabulary)
    read: list[Claim] = []
    for (sentence, text), named in zip(told, _names([text for _, text in told], vocabulary), strict=True):
        plan = plan_in(text, day, wordings)
        # A sentence that leaves its subject out speaks of the post's own.
        names = named or (subject if plan else [])
        if not names:
            continue
        found = tuple(figures(text)) if _DIGIT.search(text) else ()
        if plan or _asserts(text, found):
            read.append(Claim(sentence, tuple(names), found, plan is not None, plan.due if plan else None))
            if len(read) == MOST:
                break
    return read


def _asserts(text: str, found: Sequence[Figure]) -> bool:
    """Whether figures are said of something: a question asserts nothing, nor does a heading with a year."""
    if text.endswith("?"):
        return False
    return any(not _BARE_YEAR.fullmatch(one.shown) for one in found) or (
        bool(found) and text.endswith(_STOPS)
    )


def _telling(paragraphs: Sequence[str], title: str, wordings: Wordings) -> list[tuple[str, str]]:
    """Sentences that may tell a figure or a time, each once, with their normal form."""
    seen = {_same(normal(title))}
    told = []
    for sentence in (sentence for paragraph in paragraphs for sentence in sentences(paragraph)):
        if len(sentence) > LONGEST or not wordings.telling.search(sentence):
            continue
        text = normal(sentence)
        if (same := _same(text)) not in seen:
            seen.add(same)
            told.append((sentence, text))
    return told


def _same(text: str) -> str:
    return _PUNCTUATION.sub("", text)


def _names(texts: Sequence[str], vocabulary: Vocabulary) -> list[list[str]]:
    """The names of each text, each once."""
    starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
    names: list[dict[str, None]] = [{} for _ in texts]
    # One search over all of them: a search has a cost of its own.
    found = vocabulary.names.find_all_in_normal("\n".join(texts))
    for mention in sorted(found, key=lambda mention: mention.start):
        names[bisect_right(starts, mention.start) - 1].setdefault(mention.name)
    return [list(of) for of in names]
