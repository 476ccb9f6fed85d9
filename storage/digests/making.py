"""Making a digest: what is new for a recipient, recorded as told in the same transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.digests.content import SHOWN, Contents, Mail, Trouble, Watch
from storage.digests.days import last_days
from storage.digests.ideas import Names, find_ideas
from storage.digests.telling import forget_over, known_troubles, mark_told
from storage.followups.followup import Followup
from storage.followups.listing import list_followups
from storage.followups.settling import wake
from storage.items import count_items_since
from storage.models import DigestRow

MOST = 25  # follow-ups a digest carries: nobody works through more in a day
STORIES = 30  # and plans that it shows: Gmail cuts a mail off after 102 kB of HTML


@dataclass(frozen=True)
class Asked:
    """For whom a digest is, and what the store cannot know by itself."""

    recipient: str
    zone: ZoneInfo  # whose days count
    names: Names  # those that a text treats
    ideas: int  # at most
    troubles: Sequence[Trouble]  # all sources that someone should look at now
    watch: Watch  # its items are counted here


def last_scheduled(session: Session, recipient: str, now: datetime) -> datetime | None:
    """The time up to now that a recipient's latest scheduled digest was for; none if there was none yet.

    One for a time to come was made by a clock that was wrong, and does not count.
    """
    return session.scalar(
        select(func.max(DigestRow.scheduled_for)).where(
            DigestRow.recipient == recipient, DigestRow.scheduled_for <= now
        )
    )


def upcoming(session: Session, asked: Asked, *, now: datetime) -> Contents:
    """What a digest would tell this recipient now.

    That is: open follow-ups with what no digest told this recipient, and snoozed ones whose time has come,
    best first; stories without a post, and sources in trouble, that were not told either.
    """
    recipient = asked.recipient
    found = list_followups(session, untold_to=recipient)
    found += list_followups(session, statuses=("snoozed",), awake_at=now)
    found.sort(key=lambda followup: (-followup.score, followup.id))
    most = _fitting(found)
    known = known_troubles(session, recipient)
    new = tuple(t for t in asked.troubles if (t.source_id, t.condition) not in known)
    mine = select(func.max(DigestRow.created_at)).where(DigestRow.recipient == recipient)
    before = session.scalar(mine.where(DigestRow.created_at <= now))
    return Contents(
        followups=tuple(found[:most]),
        more=len(found[most:]),
        ideas=tuple(find_ideas(session, recipient, asked.names, most=asked.ideas, now=now)),
        troubles=new,
        still=len(asked.troubles) - len(new),
        watch=replace(asked.watch, items=count_items_since(session, before)),
        days=tuple(last_days(session, now=now.astimezone(asked.zone))),
    )


def _fitting(found: Sequence[Followup]) -> int:
    """How many of these follow-ups go into one digest."""
    room = STORIES
    for place, followup in enumerate(found[:MOST]):
        room -= sum(len(part[:SHOWN]) for part in (followup.stories, followup.plans_told))
        if room < 0 and place:
            return place
    return len(found[:MOST])


def make_digest(
    session: Session,
    write: Callable[[Contents], Mail | None],
    asked: Asked,
    *,
    scheduled_for: datetime | None,
    now: datetime,
) -> Contents | None:
    """Record a recipient's digest of all that is new for them; returns what there was to say.

    `write` turns the contents into a mail; where it gives none, a scheduled digest is recorded as silent, so
    that the day counts as done, and nothing is told. Nothing is made, and nothing returned, if there was a
    digest for that time already.
    """
    recipient = asked.recipient
    if scheduled_for is not None and session.scalar(
        select(DigestRow.id).where(DigestRow.recipient == recipient, DigestRow.scheduled_for == scheduled_for)
    ):
        return None
    wake(session, now=now)
    forget_over(session, recipient, asked.troubles)
    contents = upcoming(session, asked, now=now)
    mail = write(contents)
    if mail is None and scheduled_for is None:
        return contents
    written = mail or Mail("", "", "", "", {})
    digest = DigestRow(
        recipient=recipient,
        scheduled_for=scheduled_for,
        created_at=now,
        followups=len(contents.followups),
        silent=mail is None,
        subject=written.subject,
        html=written.html,
        text=written.text,
        chart=written.chart,
        data=dict(written.data),
        message_id=written.message_id,
    )
    session.add(digest)
    session.flush()
    if mail is not None:
        mark_told(session, digest, contents)
    return contents
