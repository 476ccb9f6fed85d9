"""The digest: write it, record it, mail it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from scheduler.delivery import check_mail_settings, deliver, sender_domain
from scheduler.digest.schedule import in_hand, retry_due
from scheduler.digest.write import write_digest
from scheduler.settings import Settings
from storage.digests import Mail, claim, make_digest, outbox, record_delivery
from storage.engine import Database
from storage.errors import ChipwatchError
from storage.followups.followup import Followup


def write_mail(settings: Settings, followups: Sequence[Followup], more: int, now: datetime) -> Mail:
    """The digest of these follow-ups by the settings; `more` wait for a later one."""
    return write_digest(
        followups,
        more,
        language=settings.digest.language,
        zone=settings.digest.timezone,
        now=now,
        blog=settings.blog.base_url.removeprefix("https://").removeprefix("http://").rstrip("/"),
        domain=sender_domain(settings),
    )


async def make_todays_digest(
    database: Database, settings: Settings, *, scheduled_for: datetime | None, now: datetime
) -> int:
    """Record a digest of all that is new, addressed to every recipient; returns its follow-ups' number.

    Raises `SettingsError` before anything is recorded if no mail could be sent.
    """
    from storage.followups.due import raise_due_plans

    check_mail_settings(settings)
    await database.writing(raise_due_plans, now=now.astimezone(settings.digest.timezone))
    return await database.writing(
        make_digest,
        lambda followups, more: write_mail(settings, followups, more, now),
        recipients=settings.digest.to,
        scheduled_for=scheduled_for,
        now=now,
    )


@dataclass(frozen=True)
class Sent:
    """What became of the outbox: recipients who got a mail, and failures in words."""

    to: tuple[str, ...]
    failures: tuple[str, ...]


async def send_outbox(
    database: Database, settings: Settings, *, now: Callable[[], datetime], retry_now: bool
) -> Sent:
    """Mail what waits in the outbox; with `retry_now` also what was refused a moment ago.

    A recipient who is refused does not hold up the others; what was not taken stays for the next time.
    """
    to, failures = [], []
    for outgoing in await database.reading(outbox):
        if in_hand(outgoing.attempts, outgoing.tried_at, outgoing.error, now()):
            continue
        if not retry_now and not retry_due(outgoing.attempts, outgoing.tried_at, now()):
            continue
        if not await database.writing(claim, outgoing, now=now()):
            continue
        error = None
        try:
            await deliver(outgoing, settings)
            to.append(outgoing.recipient)
        except ChipwatchError as failure:
            error = str(failure)
            failures.append(error)
        await database.writing(
            record_delivery, outgoing.digest_id, outgoing.recipient, error=error, now=now()
        )
    return Sent(tuple(to), tuple(failures))
