"""How much a store holds."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.compacting import database_size
from storage.linking.queue import count_waiting
from storage.models import FollowupRow, ItemRow, PostRow, StoryRow


@dataclass(frozen=True)
class Sizes:
    """What a store holds."""

    posts: int
    items: int
    waiting: int  # items that the linker has not looked at
    stories: int
    open: int  # follow-ups
    snoozed: int
    oldest: datetime | None  # since when the oldest open follow-up waits
    bytes: int


def sizes_of(session: Session) -> Sizes:
    """What the store holds now."""

    def count(table: type[PostRow | ItemRow | StoryRow]) -> int:
        return session.scalar(select(func.count()).select_from(table)) or 0

    by_status = select(FollowupRow.status, func.count(), func.min(FollowupRow.opened_at))
    followups = {
        status: (number, oldest)
        for status, number, oldest in session.execute(by_status.group_by(FollowupRow.status))
    }
    waits = followups.get("open", (0, None))
    return Sizes(
        posts=count(PostRow),
        items=count(ItemRow),
        waiting=count_waiting(session),
        stories=count(StoryRow),
        open=waits[0],
        snoozed=followups.get("snoozed", (0, None))[0],
        oldest=waits[1],
        bytes=database_size(session),
    )
