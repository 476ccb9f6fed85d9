"""What the editor said of each story and post: for the linker to learn from, and to be scored against."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.followups.status import UNEARNED
from storage.models import FollowupPostRow, FollowupRow, FollowupStoryRow, ItemRow, LinkRow, PostRow
from storage.posts.wish import NEVER

# Grades as the judged news has them: 2 the post needs an update, 1 it is related, 0 it is not.
GRADES = {"done": 2, "nothing-new": 1, "evergreen": 1, "not-about": 0, "dismissed": 0}


@dataclass(frozen=True)
class Verdict:
    """What the editor said of an item's story and a post."""

    post_id: int
    post_file: str
    item: ItemRow
    said: str  # done, not-about, nothing-new, evergreen; dismissed, where no ground was given
    when: datetime

    @property
    def grade(self) -> int:
        """As a judgement of the pair."""
        return GRADES[self.said]


def verdicts(session: Session, items: Collection[int] | None = None) -> Iterator[Verdict]:
    """All that was settled, in order of time: a verdict for each post and each item that called for it.

    `items` narrows them to those of these items. What came later was not judged, and what front matter
    settles is no verdict on news.
    """
    query = (
        select(FollowupRow, PostRow.id, PostRow.file, ItemRow)
        .join(FollowupPostRow, FollowupPostRow.followup_id == FollowupRow.id)
        .join(PostRow, PostRow.id == FollowupPostRow.post_id)
        .join(FollowupStoryRow, FollowupStoryRow.followup_id == FollowupRow.id)
        .join(ItemRow, ItemRow.story_id == FollowupStoryRow.story_id)
        .join(LinkRow, (LinkRow.item_id == ItemRow.id) & (LinkRow.post_id == PostRow.id))
        .where(
            FollowupRow.status.in_(("done", "dismissed")),
            ItemRow.first_seen <= FollowupRow.settled_at,
            LinkRow.followup,
            PostRow.wish != NEVER,
            FollowupRow.ground.is_distinct_from(UNEARNED),
        )
        .order_by(FollowupRow.settled_at, FollowupRow.id, PostRow.id, ItemRow.id)
    )
    if items is not None:
        query = query.where(ItemRow.id.in_(items))
    for row, post_id, file, item in session.execute(query):
        if row.settled_at is not None:
            yield Verdict(post_id, file, item, row.ground or row.status, row.settled_at)


def evergreen_posts(session: Session) -> set[int]:
    """The ids of posts of which a follow-up was dismissed because they are to stay as they are."""
    return set(
        session.scalars(
            select(FollowupPostRow.post_id)
            .join(FollowupRow, FollowupRow.id == FollowupPostRow.followup_id)
            .where(FollowupRow.status == "dismissed", FollowupRow.ground == "evergreen")
        )
    )
