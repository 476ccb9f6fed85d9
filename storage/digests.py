"""Digests and the outbox: a digest is recorded before it is mailed, once for each recipient."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from storage.followups.followup import Followup
from storage.followups.listing import list_followups
from storage.followups.settling import wake
from storage.models import DeliveryRow, DigestRow, FollowupPlanRow, FollowupStoryRow

MOST = 25  # follow-ups a digest carries: nobody works through more in a day, and mail programs cut long mails


@dataclass(frozen=True)
class Mail:
    """A digest as written, before anyone receives it."""

    subject: str
    html: str
    text: str
    message_id: str


@dataclass(frozen=True)
class Outgoing:
    """A digest that one recipient has not received yet."""

    digest_id: int
    recipient: str
    created_at: datetime
    attempts: int
    tried_at: datetime | None
    error: str | None  # why it was not taken; none while it is in hand, or was never tried
    mail: Mail


def last_scheduled(session: Session) -> datetime | None:
    """The time that the latest scheduled digest was for; none if there was none yet."""
    return session.scalar(select(func.max(DigestRow.scheduled_for)))


def upcoming(session: Session, *, now: datetime) -> tuple[list[Followup], int]:
    """What a digest would carry now, best first, and how many follow-ups more wait for the one after it.

    That is: open follow-ups with the stories that no digest carried, and snoozed ones whose time has come.
    """
    found = list_followups(session, unsent=True)
    found += list_followups(session, statuses=("snoozed",), awake_at=now)
    found.sort(key=lambda followup: (-followup.score, followup.id))
    return found[:MOST], len(found[MOST:])


def make_digest(
    session: Session,
    write: Callable[[Sequence[Followup], int], Mail],
    *,
    recipients: Collection[str],
    scheduled_for: datetime | None,
    now: datetime,
) -> int:
    """Record a digest of all that no earlier one carried, addressed to each recipient.

    `write` turns the follow-ups, and how many more wait, into a mail. A scheduled digest is recorded even
    when there is nothing to say, so that the day counts as done, and a second one for the same time is not
    made; nothing is put in the outbox then. Returns how many follow-ups it carries.
    """
    if scheduled_for is not None and session.scalar(
        select(DigestRow.id).where(DigestRow.scheduled_for == scheduled_for)
    ):
        return 0
    if not recipients:
        raise ValueError("a digest without recipients would be carried to nobody")
    wake(session, now=now)
    followups, more = upcoming(session, now=now)
    if not followups and scheduled_for is None:
        return 0
    mail = write(followups, more) if followups else Mail("", "", "", "")
    digest = DigestRow(
        scheduled_for=scheduled_for,
        created_at=now,
        followups=len(followups),
        subject=mail.subject,
        html=mail.html,
        text=mail.text,
        message_id=mail.message_id,
    )
    session.add(digest)
    session.flush()
    for followup in followups:
        session.execute(
            update(FollowupStoryRow)
            .where(
                FollowupStoryRow.followup_id == followup.id,
                FollowupStoryRow.story_id.in_([story.id for story in followup.stories]),
            )
            .values(digest_id=digest.id)
        )
        session.execute(
            update(FollowupPlanRow)
            .where(FollowupPlanRow.followup_id == followup.id, FollowupPlanRow.digest_id.is_(None))
            .values(digest_id=digest.id)
        )
    if followups:
        session.add_all(
            DeliveryRow(digest_id=digest.id, recipient=recipient, attempts=0)
            for recipient in dict.fromkeys(recipients)
        )
    return len(followups)


def outbox(session: Session) -> list[Outgoing]:
    """What is still to be mailed, oldest first."""
    query = (
        select(DeliveryRow, DigestRow)
        .join(DigestRow, DigestRow.id == DeliveryRow.digest_id)
        .where(DeliveryRow.sent_at.is_(None))
        .order_by(DigestRow.id, DeliveryRow.recipient)
    )
    return [
        Outgoing(
            digest_id=digest.id,
            recipient=delivery.recipient,
            created_at=digest.created_at,
            attempts=delivery.attempts,
            tried_at=delivery.tried_at,
            error=delivery.error,
            mail=Mail(digest.subject, digest.html, digest.text, digest.message_id),
        )
        for delivery, digest in session.execute(query)
    ]


def claim(session: Session, outgoing: Outgoing, *, now: datetime) -> bool:
    """Take a mail in hand before it is sent: false if another process has taken it since it was listed."""
    taken = session.execute(
        update(DeliveryRow)
        .where(
            DeliveryRow.digest_id == outgoing.digest_id,
            DeliveryRow.recipient == outgoing.recipient,
            DeliveryRow.sent_at.is_(None),
            DeliveryRow.attempts == outgoing.attempts,
        )
        .values(attempts=outgoing.attempts + 1, tried_at=now, error=None)
        .returning(DeliveryRow.digest_id)
    )
    return taken.scalar() is not None


def record_delivery(
    session: Session, digest_id: int, recipient: str, *, error: str | None, now: datetime
) -> None:
    """Note that a mail was taken by the server, or why not; one that was not stays in the outbox."""
    row = session.get_one(DeliveryRow, (digest_id, recipient))
    row.error = error
    if error is None:
        row.sent_at = now
