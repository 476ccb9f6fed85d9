"""Opening follow-ups for posts that news makes stale, and taking back what no news calls for any more."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.followups.status import WAITING
from storage.models import FollowupRow, FollowupStoryRow, ItemRow, LinkRow


def raise_followups(
    session: Session, raised: Iterable[tuple[int, int]], *, now: datetime
) -> tuple[list[int], int]:
    """Open a follow-up for each (post, story), or add the story to the one that already waits.

    A pair that any follow-up of the post already has, settled or not, is left alone: the editor has seen
    it. Returns the ids of the follow-ups that were opened, and how many stories were added in all.
    """
    opened: list[int] = []
    added = 0
    for post_id, story_id in sorted(set(raised)):
        mine = select(FollowupRow).where(FollowupRow.post_id == post_id)
        seen = session.scalar(
            mine.join(FollowupStoryRow, FollowupStoryRow.followup_id == FollowupRow.id).where(
                FollowupStoryRow.story_id == story_id
            )
        )
        if seen is not None:
            continue
        row = session.scalar(mine.where(FollowupRow.status.in_(WAITING)))
        if row is None:
            row = FollowupRow(post_id=post_id, status="open", opened_at=now)
            session.add(row)
            session.flush()
            opened.append(row.id)
        session.add(FollowupStoryRow(followup_id=row.id, story_id=story_id, added_at=now))
        session.flush()
        added += 1
    return opened, added


def withdraw_unearned(session: Session, stories: Collection[int]) -> None:
    """Take stories out of follow-ups that no item of theirs calls for any more, unless they were mailed.

    That is so when a source changed an item's title or text. A follow-up that is left without a story goes.
    """
    earned = (
        select(LinkRow.item_id)
        .join(ItemRow, ItemRow.id == LinkRow.item_id)
        .where(
            ItemRow.story_id == FollowupStoryRow.story_id,
            LinkRow.post_id == FollowupRow.post_id,
            LinkRow.followup,
        )
    )
    unearned = session.execute(
        select(FollowupStoryRow, FollowupRow)
        .join(FollowupRow, FollowupRow.id == FollowupStoryRow.followup_id)
        .where(
            FollowupStoryRow.story_id.in_(stories),
            FollowupStoryRow.digest_id.is_(None),
            FollowupRow.status.in_(WAITING),
            ~earned.exists(),
        )
    ).all()
    for member, followup in unearned:
        session.delete(member)
        session.flush()
        left = select(FollowupStoryRow.story_id).where(FollowupStoryRow.followup_id == followup.id)
        if session.scalar(left.limit(1)) is None:
            session.delete(followup)
            session.flush()


