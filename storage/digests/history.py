"""The digests that were made, for those who look back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from storage.digests.content import Mail
from storage.digests.outbox import as_mail
from storage.models import DigestRow


@dataclass(frozen=True)
class Recorded:
    """A digest, and when it was made."""

    created_at: datetime
    mail: Mail


@dataclass(frozen=True)
class Handed:
    """A digest, and what became of it."""

    recipient: str
    created_at: datetime
    followups: int
    silent: bool  # a day without news, of which nothing was said
    attempts: int
    sent_at: datetime | None
    refused_at: datetime | None
    given_up: bool  # it is not tried again, by hand neither: the next digest tells what it told
    error: str | None


def last_handed(session: Session) -> list[Handed]:
    """The last digest of each recipient, and each earlier one that was not taken, the newest first."""
    newest = select(func.max(DigestRow.id)).group_by(DigestRow.recipient)
    stuck = DigestRow.sent_at.is_(None) & DigestRow.silent.is_(False)
    query = (
        select(DigestRow)
        .where(DigestRow.id.in_(newest) | stuck)
        .order_by(DigestRow.created_at.desc(), DigestRow.recipient)
    )
    return [
        Handed(
            recipient=row.recipient,
            created_at=row.created_at,
            followups=row.followups,
            silent=row.silent,
            attempts=row.attempts,
            sent_at=row.sent_at,
            refused_at=row.refused_at,
            given_up=row.refused_at is not None and row.text == "",
            error=row.error,
        )
        for row in session.scalars(query)
    ]


def latest_digests(session: Session, recipient: str, most: int) -> list[Recorded]:
    """The last digests of a recipient, newest first, those apart that said nothing."""
    query = (
        select(DigestRow)
        .where(DigestRow.recipient == recipient, DigestRow.silent.is_(False), DigestRow.text != "")
        .order_by(DigestRow.created_at.desc(), DigestRow.id.desc())
        .limit(most)
    )
    return [Recorded(row.created_at, as_mail(row)) for row in session.scalars(query)]


def trim_digests(session: Session, before: datetime) -> None:
    """Let go of what digests from before then said, if they were handed over or given up.

    That they told a follow-up stays known, and their Message-ID; silent days are forgotten.
    """
    old = DigestRow.created_at < before
    over = DigestRow.sent_at.is_not(None) | DigestRow.refused_at.is_not(None)
    session.execute(delete(DigestRow).where(old, DigestRow.silent))
    said = DigestRow.text != ""  # a chat's has no HTML
    session.execute(update(DigestRow).where(old, over, said).values(html="", text="", data={}, chart=None))
