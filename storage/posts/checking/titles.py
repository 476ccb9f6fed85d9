"""Titles: the same one twice, and years that are not the post's."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

from storage.posts.checking.finding import TITLE_TOLD, Finding
from storage.posts.checking.written import Written
from storage.posts.post import Post

_LINK = re.compile(r"\[[^\]]{0,300}\]\([^)]{0,500}\)")  # links to other posts hold those posts' years
# A year in front: what the post is dated by. In other places a title may look ahead or back.
_LEADING = re.compile(r"^\W{0,3}(20\d\d)\s*(?:年|년|(?=[:：|]))")
_PASSED = re.compile(
    r"(20\d\d)\s*(?:年(?:まで|(?:の)?(?:市場)?予測|版|最新|の?展望|の?見通し)|년\s*(?:전망|최신))"
)
_PASSED_IN_WORDS = re.compile(r"\bby (20\d\d)\b|\b(20\d\d) (?:forecast|outlook|predictions)\b", re.I)


def title_key(title: str) -> str:
    """The form under which titles are the same: whatever their width, case and spaces."""
    return "".join(unicodedata.normalize("NFKC", title).casefold().split())


def find_year(written: Written) -> Iterator[Finding]:
    """At most one finding: a year that dates the title, but not the post.

    A year in front that is not the post's counts if the text never speaks of it: "2026年" before a text
    of 2025 on 2025. A year elsewhere counts where the title looks ahead to it ("by 2025", 2025年予測) and it
    was over when the post came out.
    """
    post = written.post
    if post.day is None:
        return
    line = written.title_line()
    leading = _LEADING.match(post.title)
    if leading and int(leading[1]) != post.day.year and not _speaks_of(written, leading[1]):
        said = (
            f"the title begins with {leading[1]}, the post is of {post.day.year}: {post.title[:TITLE_TOLD]}"
        )
        yield Finding("year", post.file, f"{said}; its text never speaks of {leading[1]}", line)
        return
    for match in (*_PASSED.finditer(post.title), *_PASSED_IN_WORDS.finditer(post.title)):
        year = next(group for group in match.groups() if group)
        if int(year) < post.day.year:
            said = (
                f"the title looks ahead to {year}, the post is of {post.day.year}: {post.title[:TITLE_TOLD]}"
            )
            yield Finding("year", post.file, said, line)
            return


def _speaks_of(written: Written, year: str) -> bool:
    return any(year in _LINK.sub("", line.text) for line in written.lines() if not line.front)


def find_same_titles(posts: Iterable[Post]) -> Iterator[Finding]:
    """A finding for each title that several posts have, given them newest first."""
    groups: defaultdict[str, list[Post]] = defaultdict(list)
    for post in posts:
        groups[title_key(post.title)].append(post)
    for newest, *older in groups.values():
        if older:
            said = f"{len(older) + 1} posts are called {newest.title[:TITLE_TOLD]}"
            yield Finding("same-title", newest.file, said, others=tuple(post.file for post in older))
