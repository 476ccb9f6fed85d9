"""Asking what the blog says of a name, what it says will happen, and by when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from json import dumps
from typing import Any

from sqlalchemy import Select, Text, case, cast, func, select, true
from sqlalchemy.orm import Session

from storage.errors import InputError
from storage.linking.figures import Figure
from storage.linking.names import NameTable, Vocabulary, normal
from storage.models import ClaimRow, MentionRow, PostRow
from storage.posts.shown import ShownPost

NEAREST = 3  # names that are shown where one is not known
ALIKE = 0.6  # how alike such a name must be, as difflib counts
_NEWEST_FIRST = (PostRow.published.desc().nulls_last(), PostRow.file, ClaimRow.place)


@dataclass(frozen=True)
class PostClaim:
    """What a post claims."""

    post: ShownPost
    sentence: str
    names: tuple[str, ...]
    figures: tuple[Figure, ...]
    plan: bool
    due: date | None  # the last day of the time that a plan names; none where that is in doubt

    def passed(self, today: date) -> bool:
        """Whether it is a plan whose time is over."""
        return self.due is not None and self.due < today


@dataclass(frozen=True)
class NameCount:
    """How much the posts say of a name."""

    name: str
    posts: int  # that mention it
    claims: int
    plans: int
    passed: int  # plans whose time is over


def find_name(session: Session, vocabulary: Vocabulary, word: str) -> str:
    """The name that a word means: an alias in any language, or a model number that stands in a post.

    Raises `InputError` that names the nearest known ones if there is none.
    """
    asked = normal(word).strip().casefold()
    aliases = _aliases(vocabulary.names)
    if asked in aliases:
        return aliases[asked]
    known = {
        name.casefold(): name
        for name in session.scalars(select(MentionRow.name).distinct().order_by(MentionRow.name))
        if name not in vocabulary.topics.names
    }
    if asked in known:
        return known[asked]
    near = dict.fromkeys(
        names[alike]
        for names in (aliases, known)  # a name of the table is meant more often than a model number
        for alike in get_close_matches(asked, names, NEAREST, ALIKE)
    )
    meant = f"did you mean {', '.join(list(near)[:NEAREST])}?" if near else "`chipwatch claims` lists them"
    raise InputError(f"{word!r} is no name that is known or stands in a post; {meant}")


def _aliases(table: NameTable) -> dict[str, str]:
    aliases = {name.casefold(): name for name in table.names}
    for entry in table.names.values():
        for alias in entry.aliases | entry.exact:
            aliases[normal(alias).casefold()] = entry.name
    return aliases


def posts_mentioning(session: Session, name: str) -> list[ShownPost]:
    """The posts that mention a name, newest first; apologies are none."""
    query = (
        select(PostRow.id, PostRow.file, PostRow.title, PostRow.url, PostRow.published)
        .join(MentionRow, MentionRow.post_id == PostRow.id)
        .where(MentionRow.name == name, ~PostRow.failed)
        .order_by(PostRow.published.desc().nulls_last(), PostRow.file)
    )
    return [ShownPost(*row) for row in session.execute(query)]


def claims_of(session: Session, name: str) -> list[PostClaim]:
    """What the posts claim of a name, newest post first, each in its own order."""
    query = (
        _claims()
        .join(MentionRow, MentionRow.post_id == PostRow.id)
        .where(MentionRow.name == name, cast(ClaimRow.names, Text).contains(dumps(name), autoescape=True))
        .order_by(*_NEWEST_FIRST)
    )
    # SQLite takes letters of either case for equal.
    return [claim for claim in _read(session, query) if name in claim.names]


def plans_due(session: Session, after: date, until: date) -> list[PostClaim]:
    """The plans whose last day lies after one day and not after another, in order of that day."""
    query = (
        _claims().where(ClaimRow.due > after, ClaimRow.due <= until).order_by(ClaimRow.due, *_NEWEST_FIRST)
    )
    return list(_read(session, query))


def plans_of_all(session: Session) -> list[PostClaim]:
    """Every plan there is, newest post first."""
    return list(_read(session, _claims().where(ClaimRow.plan).order_by(*_NEWEST_FIRST)))


def count_names(session: Session, vocabulary: Vocabulary, today: date) -> list[NameCount]:
    """Every name that a post mentions, those first of which most is said. Topics are no names."""
    mentions = select(MentionRow.name, func.count()).join(PostRow).where(~PostRow.failed)
    posts = session.execute(mentions.group_by(MentionRow.name)).all()
    claims = _counts_of_claims(session, today)
    counts = [
        NameCount(name, count, *claims.get(name, (0, 0, 0)))
        for name, count in posts
        if name not in vocabulary.topics.names
    ]
    return sorted(counts, key=lambda count: (-count.claims, -count.posts, count.name))


def _counts_of_claims(session: Session, today: date) -> Mapping[str, tuple[int, int, int]]:
    """Claims, plans, and plans whose time is over, by name."""
    unnest = func.json_each if session.get_bind().dialect.name == "sqlite" else func.json_array_elements_text
    names = unnest(ClaimRow.names).table_valued("value")
    query = (
        select(
            names.c.value,
            func.count(),
            func.sum(case((ClaimRow.plan, 1), else_=0)),
            func.sum(case((ClaimRow.due < today, 1), else_=0)),
        )
        .select_from(ClaimRow)
        .join(names, true())
        .group_by(names.c.value)
    )
    return {name: (claims, plans, passed) for name, claims, plans, passed in session.execute(query)}


def _claims() -> Select[*tuple[Any, ...]]:
    return select(
        PostRow.id,
        PostRow.file,
        PostRow.title,
        PostRow.url,
        PostRow.published,
        ClaimRow.sentence,
        ClaimRow.names,
        ClaimRow.figures,
        ClaimRow.plan,
        ClaimRow.due,
    ).join(ClaimRow, ClaimRow.post_id == PostRow.id)


def _read(session: Session, query: Select[*tuple[Any, ...]]) -> Iterable[PostClaim]:
    posts: dict[int, ShownPost] = {}
    for id, file, title, url, published, sentence, names, figures, plan, due in session.execute(query):
        post = posts.setdefault(id, ShownPost(id, file, title, url, published))
        yield PostClaim(post, sentence, tuple(names), _figures(figures), plan, due)


def _figures(stored: Sequence[Mapping[str, str]]) -> tuple[Figure, ...]:
    return tuple(Figure(one["shown"], one["key"], one["kind"]) for one in stored)
