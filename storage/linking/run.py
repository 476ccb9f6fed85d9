"""Linking what the store holds: every item that waits gets its links, its story and its follow-ups."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from storage.engine import Database
from storage.followups import raise_followups, withdraw_unearned
from storage.insert import insert_new
from storage.linking.decision import RuleJudge
from storage.linking.index import load_index
from storage.linking.linker import Link, Linker
from storage.linking.names import NameTable
from storage.linking.news import NewsItem, Reading, read_news
from storage.linking.stories import WINDOW, StoryShelf
from storage.models import ItemRow, LinkRow, PostRow, StoryRow

BATCH = 25  # items a transaction: other writers wait no longer than these take, a second at most
# News that came out this long before a post was known to who wrote it.
KNOWN_TO_POST = timedelta(days=1)


@dataclass
class LinkReport:
    """What a run of the linker did."""

    linked: int = 0  # items
    opened: list[int] = field(default_factory=list)  # follow-ups
    added: int = 0  # stories to follow-ups, opened ones included
    waiting: int = 0  # items that cannot be linked yet, as there are no posts


async def link_waiting(
    database: Database, table: NameTable, *, now: Callable[[], datetime], stopped: Callable[[], bool]
) -> LinkReport:
    """Link every item that waits for it, a batch a transaction; safe to run twice and to break off.

    While there are no posts the items are left waiting, so that the first import finds them.
    """
    report = LinkReport()
    waiting = await database.reading(_count_waiting)
    if not waiting:
        return report
    index = await database.reading(load_index)
    if not index.posts:
        report.waiting = waiting
        return report

    def text_of(post: int) -> str:
        with database.read() as session:
            return session.scalar(select(PostRow.text).where(PostRow.id == post)) or ""

    batches = _Batches(Linker(index, table, text_of, RuleJudge(index)), report)
    while not stopped() and await database.writing(batches.link_next, now()):
        pass
    return report


def _count_waiting(session: Session) -> int:
    return session.scalar(select(func.count()).where(ItemRow.linked_at.is_(None))) or 0


def _read(row: ItemRow, table: NameTable) -> Reading:
    text = max(row.article or "", row.text, key=len)
    return read_news(NewsItem(str(row.id), row.title, text, row.language, row.moment), table)


@dataclass
class _Batches:
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
