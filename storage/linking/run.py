"""Linking what the store holds: every item that waits gets its links, its story and its follow-ups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from storage.followups.raising import (
    ONE_MATTER,
    Call,
    raise_followups,
    said_new,
    unsettled,
    withdraw_unearned,
)
from storage.followups.updating import close_unearned
from storage.followups.verdicts import verdicts
from storage.insert import insert_new
from storage.linking.alike import alike
from storage.linking.encoder import Encoder
from storage.linking.linker import Link, Linker
from storage.linking.news import Encoded, NewsItem, Reading, read_title, with_vectors
from storage.linking.queue import items_behind, waiting_items
from storage.linking.report import LinkReport
from storage.linking.stored import encoded_in, news_of, opening_column, read_stored, vector_row
from storage.linking.stories import WINDOW, StoryShelf
from storage.linking.timing import in_time, knew_of_news
from storage.models import ItemRow, ItemVectorRow, LinkRow, PostRow, StoryRow
from storage.posts.wish import NEVER

BATCH = 25  # items a transaction


@dataclass(frozen=True)
class Prepared:
    """An item that is ready to be stored with its links."""

    row: int  # its id
    linked_at: datetime | None  # when it was linked last
    news: Reading
    encoded: Encoded | None
    links: Sequence[Link] | None  # as the store keeps them; none: those that it has are as they would be
    alike: Mapping[int, Mapping[int, float]]  # by the id of each post that needs an update: those like it


@dataclass
class Batches:
    """One run: what it has read of the store so far, and what it did."""

    linker: Linker
    encoder: Encoder | None
    report: LinkReport
    set_by: str = ""  # the settings that it links by, as items remember them
    _newest: datetime | None = field(init=False)  # when the newest post was imported
    _shelf: StoryShelf[int] = field(init=False)
    _days: set[date] = field(default_factory=set)

    def __post_init__(self) -> None:
        imported = (post.imported for post in self.linker.index.posts)
        self._newest = max((when for when in imported if when is not None), default=None)
        vectors = self.linker.index.vectors
        self._shelf = StoryShelf(vectors.opening.space if vectors else None)

    def prepare(self, session: Session, now: datetime) -> list[Prepared]:
        """The next items with their links, those that wait in order of time; empty when none is left.

        When none waits any more, those come that are linked already, but behind what the posts say now. Only
        reads.
        """
        index = self.linker.index
        rows = waiting_items(session, BATCH) or items_behind(session, now, self._newest, self.set_by, BATCH)
        self._stock(session, rows)
        outdated = _outdated(session, rows)
        prepared = []
        for row, (news, vectors) in zip(rows, read_stored(session, rows, index, self.encoder), strict=True):
            if row.id not in outdated and not self._concerned(row, news):
                prepared.append(Prepared(row.id, row.linked_at, news, vectors, None, {}))
                continue
            links = [in_time(link, row.moment) for link in self.linker.link(news)]
            like = {link.post.id: self._alike(session, link, row.moment) for link in links if link.followup}
            prepared.append(Prepared(row.id, row.linked_at, news, vectors, links, like))
        return prepared

    def _concerned(self, row: ItemRow, news: Reading) -> bool:
        """Whether an item is to be linked, or linked again: by new settings, or to a new post."""
        if row.linked_at is None or row.linked_by != self.set_by:
            return True
        posts = [self.linker.index.posts[candidate.place] for candidate in self.linker.candidates(news)]
        return any(post.imported is not None and post.imported > row.linked_at for post in posts)

    def save(self, session: Session, prepared: Sequence[Prepared], now: datetime) -> None:
        """Store links, stories and follow-ups of items; one that has changed meanwhile goes on waiting."""
        ids = [item.row for item in prepared]
        rows = {row.id: row for row in session.scalars(select(ItemRow).where(ItemRow.id.in_(ids)))}
        again = [row.story_id for row in rows.values() if row.story_id is not None]
        links: list[dict[str, Any]] = []
        calls: list[Call] = []
        linked = []
        for item in prepared:
            row = rows.get(item.row)
            if row is None or row.linked_at != item.linked_at or news_of(row) != item.news.item:
                continue
            row.linked_at, row.linked_by = now, self.set_by
            if item.links is None:
                continue
            linked.append(item)
            story = self._story(session, row, item.news)
            for link in item.links:
                evidence = link.evidence.as_json()
                links.append(
                    {
                        "item_id": row.id,
                        "post_id": link.post.id,
                        "score": link.score,
                        "followup": link.followup,
                        "kind": link.kind,
                        "evidence": evidence,
                        "linked_at": now,
                    }
                )
                if link.followup:
                    post, new = link.post, said_new(evidence)
                    calls.append(Call(post.id, story, post.published, new, item.alike[post.id]))
            if item.encoded is not None and self.encoder is not None:
                session.merge(vector_row(row.id, item.news.item, self.encoder.name, item.encoded))
        calls = unsettled(session, calls)
        self._put_links(session, [item.row for item in linked], links)
        withdraw_unearned(session, again)
        close_unearned(session, again, now=now)
        opened, added = raise_followups(session, calls, now=now)
        self.report.linked += sum(item.linked_at is None for item in linked)
        self.report.again += sum(item.linked_at is not None for item in linked)
        self.report.opened += opened
        self.report.added += added

    def _put_links(self, session: Session, items: Sequence[int], links: Sequence[dict[str, Any]]) -> None:
        """Put links in the place of those that items have, apart from what the editor has judged.

        A verdict that the linker learns from must not be gone because the linker has learned from it.
        """
        calling = {(link["item_id"], link["post_id"]) for link in links if link["followup"]}
        judged = {(verdict.item.id, verdict.post_id) for verdict in verdicts(session, items)} - calling
        kept = tuple_(LinkRow.item_id, LinkRow.post_id).in_(sorted(judged))
        session.execute(delete(LinkRow).where(LinkRow.item_id.in_(items), ~kept))
        insert_new(session, LinkRow, links)

    def _alike(self, session: Session, link: Link, when: datetime) -> Mapping[int, float]:
        """The posts like the one of a link that the news may make stale too, by id."""
        index = self.linker.index
        lead = session.scalar(select(PostRow.lead_words).where(PostRow.id == link.post.id)) or ""
        like = alike(index.place_of[link.post.id], lead.split(), index, ONE_MATTER)
        return {
            post.id: cosine
            for place, cosine in like.items()
            if (post := index.posts[place]).wish != NEVER and not knew_of_news(post, when)
        }

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
        """Put the stored items of the days around those that have no story on the shelf, each day once."""
        around = range(-WINDOW.days, WINDOW.days + 1)
        alone = [row for row in rows if row.story_id is None]
        days = {row.moment.date() + timedelta(days=offset) for row in alone for offset in around} - self._days
        by = self.encoder.name if self.encoder is not None else ""
        for day in sorted(days):
            start = datetime(day.year, day.month, day.day, tzinfo=UTC)
            columns = (ItemRow.id, ItemRow.title, ItemRow.language, ItemRow.moment, ItemRow.story_id)
            # Not their whole texts: there are thousands.
            known = session.execute(
                select(*columns, opening_column(), ItemVectorRow)
                .outerjoin(
                    ItemVectorRow, (ItemVectorRow.item_id == ItemRow.id) & (ItemVectorRow.encoder == by)
                )
                .where(
                    ItemRow.story_id.is_not(None),
                    ItemRow.moment >= start,
                    ItemRow.moment < start + timedelta(days=1),
                )
                .order_by(ItemRow.moment, ItemRow.id)
            )
            for number, title, language, moment, story, opening, vectors in known:
                item = NewsItem(str(number), title, opening, language, moment)
                news = read_title(item, self.linker.index.vocabulary)
                if vectors is not None:
                    news = with_vectors(news, encoded_in(vectors))
                self._shelf.add(story or 0, news)
        self._days |= days


def _outdated(session: Session, rows: Sequence[ItemRow]) -> set[int]:
    """The items that are linked to a post as it was before it was imported again."""
    linked = (
        select(ItemRow.id)
        .join(LinkRow, LinkRow.item_id == ItemRow.id)
        .join(PostRow, PostRow.id == LinkRow.post_id)
        .where(ItemRow.id.in_([row.id for row in rows]), PostRow.imported_at > ItemRow.linked_at)
    )
    return set(session.scalars(linked))
