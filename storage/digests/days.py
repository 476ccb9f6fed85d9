"""How much there was on each of the last days: for the chart of the digest."""

from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.digests.content import Day
from storage.models import FollowupRow, ItemRow

DAYS = 14


def last_days(session: Session, *, now: datetime) -> list[Day]:
    """The last 14 days where `now` is told, by its zone; today last, as far as it has come."""
    today = now.date()
    days = []
    for back in reversed(range(DAYS)):
        day = today - timedelta(days=back)
        begin, end = (datetime.combine(date, time(), now.tzinfo) for date in (day, day + timedelta(days=1)))
        items = select(func.count()).where(
            ItemRow.moment >= begin, ItemRow.moment < end, ItemRow.backlog.is_(False)
        )
        opened = select(func.count()).where(FollowupRow.opened_at >= begin, FollowupRow.opened_at < end)
        days.append(Day(day, session.scalar(items) or 0, session.scalar(opened) or 0))
    return days
