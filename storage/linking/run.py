"""Linking what the store holds: every item that waits gets its links, its story and its follow-ups."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.followups import raise_followups, withdraw_unearned
from storage.insert import insert_new
from storage.linking.encoder import Encoder, Vectors
from storage.linking.linker import Link, Linker
from storage.linking.news import Encoded, NewsItem, Reading, encode, read_news, with_vectors
from storage.linking.report import LinkReport
from storage.linking.stories import WINDOW, StoryShelf
from storage.models import ItemRow, ItemVectorRow, LinkRow, StoryRow

BATCH = 25  # items a transaction
# News that came out this long before a post was known to who wrote it.
KNOWN_TO_POST = timedelta(days=1)


@dataclass(frozen=True)
class Prepared:
    """An item that is ready to be stored with its links."""

    row: int  # its id
    news: Reading
    encoded: Encoded | None
    links: Sequence[Link]


def knew_of_news(published: datetime, when: datetime) -> bool:
    """Whether a post came out so long after the news that it can be taken to have known of it."""
    return published > when + KNOWN_TO_POST


def news_of(row: ItemRow) -> NewsItem:
    """A stored item as the linker reads it: with the longer of its own text and that of its page."""
    text = max(row.article or "", row.text, key=len)
    return NewsItem(str(row.id), row.title, text, row.language, row.moment)


@dataclass
class Batches:
    """One run: what it has read of the store so far, and what it did."""

    linker: Linker
    encoder: Encoder | None
    report: LinkReport
    _shelf: StoryShelf[int] = field(init=False)
    _days: set[date] = field(default_factory=set)

    def __post_init__(self) -> None:
        vectors = self.linker.index.vectors
        self._shelf = StoryShelf(vectors.opening.space if vectors else None)

    def prepare(self, session: Session) -> list[Prepared]:
        """The next items in order of time, with their links; empty when none is left. Only reads."""
        rows = session.scalars(
            select(ItemRow)
            .where(ItemRow.linked_at.is_(None))
            .order_by(ItemRow.moment, ItemRow.id)
            .limit(BATCH)
        ).all()
        self._stock(session, rows)
        index = self.linker.index
        items = [news_of(row) for row in rows]
        readings = [read_news(item, index.vocabulary) for item in items]
        encoded: Sequence[Encoded | None] = [None] * len(rows)
        if self.encoder is not None and index.vectors is not None and rows:
            encoded = encode(items, self.encoder, index.vocabulary.names, index.written)
        prepared = []
        for row, reading, vectors in zip(rows, readings, encoded, strict=True):
            news = with_vectors(reading, vectors) if vectors is not None else reading
            prepared.append(Prepared(row.id, news, vectors, self.linker.link(news)))
        return prepared

    def save(self, session: Session, prepared: Sequence[Prepared], now: datetime) -> None:
        """Store links, stories and follow-ups of items; one that has changed meanwhile goes on waiting."""
        ids = [item.row for item in prepared]
        rows = {
            row.id: row
            for row in session.scalars(
                select(ItemRow).where(ItemRow.id.in_(ids), ItemRow.linked_at.is_(None))
            )
        }
        again = [row.story_id for row in rows.values() if row.story_id is not None]
        links: list[dict[str, object]] = []
        raised: list[tuple[int, int]] = []
        linked = [item for item in prepared if item.row in rows and news_of(rows[item.row]) == item.news.item]
        for item in linked:
            row = rows[item.row]
            story = self._story(session, row, item.news)
            for link in item.links:
                followup, kind, reason = _in_time(link, row.moment)
                links.append(
                    {
                        "item_id": row.id,
                        "post_id": link.post.id,
                        "score": link.score,
                        "followup": followup,
                        "kind": kind,
                        "evidence": link.evidence.as_json() | {"reason": reason},
                        "linked_at": now,
                    }
                )
                if followup:
                    raised.append((link.post.id, story))
            row.linked_at = now
            if item.encoded is not None and self.encoder is not None:
                session.merge(_vector_row(row.id, self.encoder.name, item.encoded))
        session.execute(delete(LinkRow).where(LinkRow.item_id.in_([item.row for item in linked])))
        insert_new(session, LinkRow, links)
        withdraw_unearned(session, again)
        opened, added = raise_followups(session, raised, now=now)
        self.report.linked += len(linked)
        self.report.opened += opened
        self.report.added += added

    def _story(self, session: Session, row: ItemRow, news: Reading) -> int:
        """The item's story: the one it has, the one it joins, or a new one."""
        moment = row.moment
        if row.story_id is not None:
            return row.story_id
        story = self._shelf.find(news)
        if story is None:
            new = StoryRow(first_seen=moment, last_seen=moment)
            session.add(new)
            session.flush()
            story = new.id
        else:
            known = session.get_one(StoryRow, story)
            known.first_seen, known.last_seen = min(known.first_seen, moment), max(known.last_seen, moment)
        row.story_id = story
        self._shelf.add(story, news)
        return story

    def _stock(self, session: Session, rows: Sequence[ItemRow]) -> None:
        """Put the stored items of the days around these on the shelf, each day once."""
        around = range(-WINDOW.days, WINDOW.days + 1)
        days = {row.moment.date() + timedelta(days=offset) for row in rows for offset in around} - self._days
        by = self.encoder.name if self.encoder is not None else ""
        for day in sorted(days):
            start = datetime(day.year, day.month, day.day, tzinfo=UTC)
            known = session.execute(
                select(ItemRow, ItemVectorRow)
                .outerjoin(
                    ItemVectorRow, (ItemVectorRow.item_id == ItemRow.id) & (ItemVectorRow.encoder == by)
                )
                .where(
                    ItemRow.story_id.is_not(None),
                    ItemRow.moment >= start,
                    ItemRow.moment < start + timedelta(days=1),
                )
            )
            for row, vectors in known:
                title = NewsItem(str(row.id), row.title, "", row.language, row.moment)
                news = read_news(title, self.linker.index.vocabulary)
                if vectors is not None:
                    news = with_vectors(news, _encoded(vectors))
                self._shelf.add(row.story_id or 0, news)
        self._days |= days


def _vector_row(item: int, encoder: str, encoded: Encoded) -> ItemVectorRow:
    title, opening = (vector.astype("<f2").tobytes() for vector in (encoded.title, encoded.opening))
    return ItemVectorRow(item_id=item, encoder=encoder, title=title, opening=opening)


def _encoded(row: ItemVectorRow) -> Encoded:
    return Encoded(_vector(row.title), _vector(row.opening))


def _vector(data: bytes) -> Vectors:
    return np.frombuffer(data, dtype="<f2").astype(np.float32)


def _in_time(link: Link, when: datetime) -> tuple[bool, str, str]:
    """A post that was written after the news needs no follow-up from it."""
    published = link.post.published
    if link.followup and published is not None and knew_of_news(published, when):
        return False, "background", f"the post is newer than the news ({published:%Y-%m-%d})"
    return link.followup, link.kind, link.evidence.reason
