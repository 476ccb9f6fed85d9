"""The editor of the month, who settles two of three follow-ups once a digest has told them."""

from datetime import datetime

from sqlalchemy.orm import Session

from storage.followups.listing import list_followups
from storage.followups.settling import settle


def settle_some(session: Session, *, now: datetime) -> None:
    """Call a third of the open follow-ups that were mailed done, and a third not about their post."""
    told = [followup.id for followup in list_followups(session) if followup.told_at is not None]
    settle(session, [number for number in told if number % 3 == 0], "done", now=now)
    settle(session, [number for number in told if number % 3 == 1], "dismissed", ground="not-about", now=now)
