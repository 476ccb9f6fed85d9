"""The imported posts, as they are shown."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.followups.status import WAITING
from storage.models import FollowupPostRow, FollowupRow, LinkRow, PostRow

MANY = 1_000_000  # posts; a user may ask for more than a database can count to


@dataclass(frozen=True)
class ListedPost:
    """A post, and how much news is linked to it."""

    file: str
    title: str
    url: str
    published: datetime | None
    links: int
    followup: int | None  # the id of the one that waits


def list_posts(session: Session, limit: int | None = None) -> list[ListedPost]:
    """Posts, newest first."""
    links = select(LinkRow.post_id, func.count().label("links")).group_by(LinkRow.post_id).subquery()
    waits = (
        select(FollowupPostRow.post_id, func.max(FollowupRow.id).label("followup"))
        .join(FollowupRow, FollowupRow.id == FollowupPostRow.followup_id)
        .where(FollowupRow.status.in_(WAITING))
        .group_by(FollowupPostRow.post_id)
        .subquery()
    )
    query = (
        select(PostRow.file, PostRow.title, PostRow.url, PostRow.published, links.c.links, waits.c.followup)
        .outerjoin(links, links.c.post_id == PostRow.id)
        .outerjoin(waits, waits.c.post_id == PostRow.id)
        .order_by(PostRow.published.desc().nulls_last(), PostRow.file)
        .limit(limit if limit is None else min(limit, MANY))
    )
    return [
        ListedPost(file, title, url, published, count or 0, followup)
        for file, title, url, published, count, followup in session.execute(query)
    ]


def count_posts(session: Session) -> int:
    """How many posts are imported."""
    return session.scalar(select(func.count()).select_from(PostRow)) or 0
