"""What the present linker would make of stored news, against what was made of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.followups.raising import Call, said_new, settled_by
from storage.followups.status import GRAVEST_FIRST
from storage.linking.encoder import Encoder
from storage.linking.linker import Linker
from storage.linking.stored import read_stored
from storage.linking.timing import in_time
from storage.models import ItemRow, LinkRow, PostRow

MOVED = 0.05  # difference of scores from which on a follow-up counts as moved
BATCH = 50  # stories that are read at a time

What = Literal["raised", "dropped", "moved"]


@dataclass(frozen=True)
class Standing:
    """A story and a post, as a linking left them: by the best of the items that call for a follow-up."""

    item_id: int
    title: str
    score: float
    kind: str
    new: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class Change:
    """A follow-up that would be other than it is."""

    what: What
    story_id: int
    post_id: int
    post_file: str
    post_title: str
    before: Standing | None  # none: raised
    after: Standing | None  # none: dropped


def stories_since(session: Session, since: datetime) -> list[int]:
    """The stories with a linked item that is not older, in order; backlog, which is never linked, apart."""
    query = (
        select(ItemRow.story_id)
        .where(ItemRow.moment >= since, ItemRow.linked_at.is_not(None), ItemRow.story_id.is_not(None))
        .distinct()
        .order_by(ItemRow.story_id)
    )
    return [story for story in session.scalars(query) if story is not None]


def replay(
    session: Session, stories: Sequence[int], linker: Linker, encoder: Encoder | None
) -> Iterator[tuple[int, list[Change]]]:
    """Link all items of the stories again; gives how many stories are done, and their changes. Only reads."""
    for start in range(0, len(stories), BATCH):
        part = stories[start : start + BATCH]
        rows = session.scalars(
            select(ItemRow)
            .where(ItemRow.story_id.in_(part), ItemRow.linked_at.is_not(None))
            .order_by(ItemRow.story_id, ItemRow.id)
        ).all()
        before = _stored(session, rows)
        after = _linked(session, rows, linker, encoder)
        yield start + len(part), _changes(session, before, after)


def put_back(session: Session, changes: Sequence[Change]) -> int:
    """Let the items of the changed stories wait for the linker; returns how many they are."""
    stories = {change.story_id for change in changes}
    back = update(ItemRow).where(ItemRow.story_id.in_(stories), ItemRow.linked_at.is_not(None))
    return len(session.scalars(back.values(linked_at=None).returning(ItemRow.id)).all())


Standings = dict[tuple[int, int], Standing]  # by story and post


def _stored(session: Session, rows: Sequence[ItemRow]) -> Standings:
    of = {row.id: row for row in rows}
    links = session.scalars(select(LinkRow).where(LinkRow.item_id.in_(of), LinkRow.followup))
    found: Standings = {}
    for link in links:
        _note(found, of[link.item_id], link.post_id, link.score, link.kind, said_new(link.evidence))
    return found


def _linked(session: Session, rows: Sequence[ItemRow], linker: Linker, encoder: Encoder | None) -> Standings:
    found: Standings = {}
    for row, (news, _) in zip(rows, read_stored(session, rows, linker.index, encoder), strict=True):
        for link in (in_time(link, row.moment) for link in linker.link(news)):
            if link.followup:
                new = said_new(link.evidence.as_json())
                _note(found, row, link.post.id, link.score, link.kind, new)
    return found


def _note(found: Standings, row: ItemRow, post: int, score: float, kind: str, new: frozenset[str]) -> None:
    """Keep the best item, the gravest kind and all that is new of a story and a post."""
    pair = row.story_id or 0, post
    one, known = Standing(row.id, row.title, score, kind, new), found.get(pair)
    if known is None:
        found[pair] = one
        return
    best = max(known, one, key=lambda standing: standing.score)
    gravest = next((k for k in GRAVEST_FIRST if k in (kind, known.kind)), known.kind)
    found[pair] = Standing(best.item_id, best.title, best.score, gravest, known.new | new)


def _changes(session: Session, before: Standings, after: Standings) -> list[Change]:
    pairs = {
        pair: what for pair in sorted(before.keys() | after.keys()) if (what := _what(pair, before, after))
    }
    posts: Mapping[int, PostRow] = {
        row.id: row
        for row in session.scalars(select(PostRow).where(PostRow.id.in_({post for _, post in pairs})))
    }
    return [
        Change(what, story, post, posts[post].file, posts[post].title, before.get((story, post)), now)
        for (story, post), what in pairs.items()
        if not _settled(session, story, post, (now := after.get((story, post))) or before[story, post])
    ]


def _settled(session: Session, story: int, post: int, standing: Standing) -> bool:
    """Whether the editor has judged the pair: whatever the linker makes of it, nothing comes of it."""
    return settled_by(session, Call(post, story, new=standing.new)) is not None


def _what(pair: tuple[int, int], before: Standings, after: Standings) -> What | None:
    old, new = before.get(pair), after.get(pair)
    if old is None or new is None:
        return "raised" if old is None else "dropped"
    return "moved" if old.kind != new.kind or abs(old.score - new.score) >= MOVED else None
