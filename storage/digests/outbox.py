"""The outbox: digests that their recipients have not received yet."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from storage.digests.content import Mail
from storage.models import DigestRow, ToldIdeaRow, ToldPlanRow, ToldStoryRow, ToldTroubleRow


@dataclass(frozen=True)
class Outgoing:
    """A digest that its recipient has not received yet."""

    digest_id: int
    recipient: str
    created_at: datetime
    attempts: int
    tried_at: datetime | None
    refused_at: datetime | None  # for good; it is tried again by hand only
    error: str | None  # why it was not taken; none while it is in hand, or was never tried
    mail: Mail


def outbox(
    session: Session, recipients: Collection[str] | None = None, *, refused: bool = False
) -> list[Outgoing]:
    """What is still to be handed over to these recipients, or to any, oldest first.

    What was refused for good is left out, unless `refused` is set; what was given up always is.
    """
    query = (
        select(DigestRow)
        .where(DigestRow.sent_at.is_(None), DigestRow.silent.is_(False), DigestRow.text != "")
        .order_by(DigestRow.created_at, DigestRow.recipient, DigestRow.id)
    )
    if recipients is not None:
        query = query.where(DigestRow.recipient.in_(recipients))
    if not refused:
        query = query.where(DigestRow.refused_at.is_(None))
    return [_outgoing(row) for row in session.scalars(query)]


def _outgoing(row: DigestRow) -> Outgoing:
    return Outgoing(
        digest_id=row.id,
        recipient=row.recipient,
        created_at=row.created_at,
        attempts=row.attempts,
        tried_at=row.tried_at,
        refused_at=row.refused_at,
        error=row.error,
        mail=as_mail(row),
    )


def as_mail(row: DigestRow) -> Mail:
    """A recorded digest as it was written."""
    return Mail(row.subject, row.html, row.text, row.message_id, row.data, row.chart)


def claim(session: Session, outgoing: Outgoing, *, now: datetime) -> bool:
    """Take a digest in hand before it is sent: false if another process has taken it since it was listed."""
    taken = session.execute(
        update(DigestRow)
        .where(
            DigestRow.id == outgoing.digest_id,
            DigestRow.sent_at.is_(None),
            DigestRow.attempts == outgoing.attempts,
        )
        .values(attempts=outgoing.attempts + 1, tried_at=now, refused_at=None, error=None)
        .returning(DigestRow.id)
    )
    return taken.scalar() is not None


def record_delivery(
    session: Session, digest_id: int, *, error: str | None, for_good: bool = False, now: datetime
) -> None:
    """Note that a digest was taken, or why not; `for_good` if it is not to be tried again by itself."""
    row = session.get_one(DigestRow, digest_id)
    row.error = error
    row.sent_at = now if error is None else None
    row.refused_at = now if error is not None and for_good else None


def give_up(session: Session, digest_id: int, *, error: str, now: datetime) -> None:
    """Note that a digest is not tried any more, by hand neither; what it told is new for the next one."""
    record_delivery(session, digest_id, error=error, for_good=True, now=now)
    for told in (ToldStoryRow, ToldPlanRow, ToldIdeaRow, ToldTroubleRow):
        session.execute(delete(told).where(told.digest_id == digest_id))
    said_no_more = update(DigestRow).where(DigestRow.id == digest_id)
    session.execute(said_no_more.values(html="", text="", data={}, chart=None))
