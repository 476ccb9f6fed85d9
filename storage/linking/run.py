"""Linking what the store holds: every item that waits gets its links, its story and its follow-ups."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.followups import raise_followups, withdraw_unearned
from storage.insert import insert_new
from storage.linking.linker import Link, Linker
from storage.linking.names import NameTable
from storage.linking.news import NewsItem, Reading, read_news
from storage.linking.report import LinkReport
from storage.linking.stories import WINDOW, StoryShelf
from storage.models import ItemRow, LinkRow, StoryRow

BATCH = 25  # items a transaction: other writers wait no longer than these take, a second at most
# News that came out this long before a post was known to who wrote it.
KNOWN_TO_POST = timedelta(days=1)


def _read(row: ItemRow, table: NameTable) -> Reading:
    text = max(row.article or "", row.text, key=len)
    return read_news(NewsItem(str(row.id), row.title, text, row.language, row.moment), table)


@dataclass
class Batches:
    """One run: what it has read of the store so far, and what it did."""

    linker: Linker
    report: LinkReport
    _shelf: StoryShelf[int] = field(default_factory=StoryShelf)
    _days: set[date] = field(default_factory=set)

    def link_next(self, session: Session, now: datetime) -> bool:
        """Link the next items in order of time; false when none is left."""
        rows = session.scalars(
            select(ItemRow)
            .where(ItemRow.linked_at.is_(None))
            .order_by(ItemRow.moment, ItemRow.id)
            .limit(BATCH)
        ).all()
        self._stock(session, rows)
        again = [row.story_id for row in rows if row.story_id is not None]
        links: list[dict[str, object]] = []
        raised: list[tuple[int, int]] = []
        for row in rows:
            news = _read(row, self.linker.table)
            story = self._story(session, row, news)
            for link in self.linker.link(news):
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
        session.execute(delete(LinkRow).where(LinkRow.item_id.in_([row.id for row in rows])))
        insert_new(session, LinkRow, links)
        withdraw_unearned(session, again)
        opened, added = raise_followups(session, raised, now=now)
        self.report.linked += len(rows)
        self.report.opened += opened
        self.report.added += added
        return bool(rows)

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
        self._shelf.add(story, replace(news, item=replace(news.item, text="")))  # titles are all it compares
        return story

    def _stock(self, session: Session, rows: Sequence[ItemRow]) -> None:
        """Put the stored items of the days around these on the shelf, each day once."""
        around = range(-WINDOW.days, WINDOW.days + 1)
        days = {row.moment.date() + timedelta(days=offset) for row in rows for offset in around} - self._days
        for day in sorted(days):
            start = datetime(day.year, day.month, day.day, tzinfo=UTC)
            known = session.execute(
                select(ItemRow.id, ItemRow.title, ItemRow.language, ItemRow.moment, ItemRow.story_id).where(
                    ItemRow.story_id.is_not(None),
                    ItemRow.moment >= start,
                    ItemRow.moment < start + timedelta(days=1),
                )
            )
            for item, title, language, when, story in known:
                news = NewsItem(str(item), title, "", language, when)
                self._shelf.add(story or 0, read_news(news, self.linker.table))
        self._days |= days


def _in_time(link: Link, when: datetime) -> tuple[bool, str, str]:
    """A post that was written after the news needs no follow-up from it."""
    published = link.post.published
    if link.followup and published is not None and published > when + KNOWN_TO_POST:
        return False, "background", f"the post is newer than the news ({published:%Y-%m-%d})"
    return link.followup, link.kind, link.evidence.reason
