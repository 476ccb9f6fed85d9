"""The digest: write it for each recipient, record it, hand it over."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from crawler.health import health_of
from scheduler.delivery.chat import check_chat, send_chat
from scheduler.delivery.files import KEPT, write_files
from scheduler.delivery.mail import check_mail_settings, send_mail, sender_domain
from scheduler.digest.schedule import GIVEN_UP, due_slot, in_hand, retry_due
from scheduler.digest.write import write_digest
from scheduler.recipients import (
    Recipient,
    chat_recipients,
    chat_urls,
    file_recipients,
    mail_recipients,
)
from scheduler.settings import Settings
from storage.digests.content import Contents, Mail, Trouble, Watch
from storage.digests.history import latest_digests
from storage.digests.making import Asked, last_scheduled, make_digest, upcoming
from storage.digests.outbox import Outgoing, claim, give_up, outbox, record_delivery
from storage.digests.recipients import get_to_know, known_since
from storage.engine import Database, Session
from storage.errors import ChipwatchError, DeliveryError, SettingsError
from storage.hiding import hide_secrets
from storage.sources import list_sources

logger = logging.getLogger(__name__)

WELL = ("new", "well", "moved", "shrinking")  # conditions of sources that give what they have
AT_ONCE = 4  # deliveries: one slow server does not keep the others waiting


@dataclass(frozen=True)
class Reach:
    """Who can be sent a digest by the settings, and why others cannot."""

    recipients: Sequence[Recipient]
    problems: Sequence[str]


def within_reach(settings: Settings) -> Reach:
    """Who can be sent a digest: a mistake that concerns some does not keep the others from theirs."""
    found: list[Recipient] = []
    problems: list[str] = []
    for kind, check in ((mail_recipients, check_mail_settings), (chat_recipients, lambda _: check_chat())):
        try:
            if some := kind(settings):
                check(settings)
                found += some
        except SettingsError as error:
            problems.append(str(error))
    found += file_recipients(settings)
    if not found and not problems:
        problems.append('[digest] to is empty; give at least one address, such as ["editor@blog.example"]')
    return Reach(found, problems)


def check_delivery(settings: Settings) -> Sequence[Recipient]:
    """The recipients. Raises `SettingsError` if there is none, or one that could not be sent anything."""
    reach = within_reach(settings)
    if reach.problems:
        raise SettingsError(reach.problems[0])
    return reach.recipients


class UnmadeError(ChipwatchError):
    """Digests of some recipients could not be made; `made` has those of the others."""

    def __init__(self, message: object, made: Mapping[str, Contents]) -> None:
        super().__init__(message)
        self.made = made


def write_for(settings: Settings, to: Recipient, contents: Contents, now: datetime) -> Mail:
    """The digest for a recipient by the settings."""
    blog = settings.blog.base_url.removeprefix("https://").removeprefix("http://").rstrip("/")
    return write_digest(contents, to, now=now, blog=blog, domain=sender_domain(settings))


def foresee(session: Session, settings: Settings, to: Recipient, now: datetime) -> Contents:
    """What a digest would tell this recipient now; nothing is marked as told."""
    return upcoming(session, _asked(session, settings, to, now), now=now)


def _asked(session: Session, settings: Settings, to: Recipient, now: datetime) -> Asked:
    troubles, conditions = [], Counter[str]()
    for source in list_sources(session, [source.url for source in settings.sources]):
        health = health_of(source, now)
        conditions[health.condition] += 1
        if health.needs_a_person:
            url = hide_secrets(source.url)
            troubles.append(
                Trouble(source.id, source.name, url, health.condition, hide_secrets(health.why), health.facts)
            )
    alive, silent = sum(conditions[word] for word in WELL), conditions["silent"]
    watch = Watch(alive, silent, conditions.total() - alive - silent)
    return Asked(to.name, to.timezone, _names, settings.digest.ideas, troubles, watch)


def _names(text: str) -> Collection[str]:
    from storage.linking.names import default_vocabulary  # read only where there is a story to look at

    return default_vocabulary().names.count_known(text)


async def make_digests(
    database: Database,
    settings: Settings,
    to: Iterable[tuple[Recipient, datetime | None]],
    *,
    now: datetime,
) -> dict[str, Contents]:
    """Record a digest for each recipient of all that is new for them, for the time that stands beside it.

    Returns what there was to say, by recipient; nothing is made where that time had its digest. Ask before
    whether it can be handed over: what is recorded counts as told.

    Raises `UnmadeError`, once those of the others are made, if some cannot be.
    """
    from storage.followups.due import raise_due_plans

    await database.writing(raise_due_plans, now=now.astimezone(settings.digest.timezone))
    made: dict[str, Contents] = {}
    failures: list[str] = []
    for recipient, slot in to:
        try:
            contents = await database.writing(_make, settings, recipient, slot, now)
        except ChipwatchError as error:
            failures.append(f"{recipient.name}: {error}")
        except Exception as error:  # what nobody thought of must not keep the others from theirs
            logger.exception("the digest for %s could not be made", recipient.name)
            failures.append(f"{recipient.name}: {type(error).__name__}")
        else:
            if contents is not None:
                made[recipient.name] = contents
    if failures:
        raise UnmadeError(f"no digest could be made for {'; '.join(failures)}", made)
    return made


def _make(
    session: Session, settings: Settings, to: Recipient, slot: datetime | None, now: datetime
) -> Contents | None:
    def write(contents: Contents) -> Mail | None:
        noted = slot is not None and to.kind == "mail" and settings.digest.quiet == "note"
        return None if contents.quiet and not noted else write_for(settings, to, contents, now)

    asked = _asked(session, settings, to, now)
    return make_digest(session, write, asked, scheduled_for=slot, now=now)


async def due_recipients(
    database: Database, to: Sequence[Recipient], *, started: datetime, now: datetime
) -> list[tuple[Recipient, datetime | None]]:
    """Those whose digest is due and was not made, each with the time that it is for.

    Who is new is noted as watched for since `started`, so that a first digest that is missed comes later.
    """
    known = await database.reading(known_since, [recipient.name for recipient in to], now)
    new = [recipient.name for recipient in to if recipient.name not in known]
    if new:
        await database.writing(get_to_know, new, started)
    due: list[tuple[Recipient, datetime | None]] = []
    for recipient in to:
        last = await database.reading(last_scheduled, recipient.name, now)
        since = known.get(recipient.name, started)
        slot = due_slot(now, recipient.at, recipient.timezone, last=last, started=since)
        if slot is not None:
            due.append((recipient, slot))
    return due


Became = Literal["sent", "failed", "refused", "given up"]
Outcome = tuple[Became, str]  # what became of a digest; the recipient, or why it was not taken


@dataclass(frozen=True)
class Sent:
    """What became of the outbox: recipients who got a digest, and failures in words."""

    to: tuple[str, ...]
    failures: tuple[str, ...]  # that are tried again
    refused: tuple[str, ...] = ()  # for good
    given_up: tuple[str, ...] = ()  # the next digest tells it again


async def send_outbox(
    database: Database, settings: Settings, *, now: Callable[[], datetime], retry_now: bool
) -> Sent:
    """Hand over what waits in the outbox; with `retry_now` also what was refused a moment ago, or for good.

    A recipient who is refused does not hold up the others; what was not taken stays for the next time.
    """
    names = {recipient.name for recipient in within_reach(settings).recipients}
    room = asyncio.Semaphore(AT_ONCE)

    async def one(outgoing: Outgoing) -> Outcome | None:
        async with room:
            return await _hand_over(database, settings, outgoing, now=now, retry_now=retry_now)

    waiting = await database.reading(outbox, names, refused=retry_now)
    results = [result for result in await asyncio.gather(*map(one, waiting)) if result is not None]

    def those(wanted: Became) -> tuple[str, ...]:
        return tuple(said for became, said in results if became == wanted)

    return Sent(those("sent"), those("failed"), those("refused"), those("given up"))


async def _hand_over(
    database: Database,
    settings: Settings,
    outgoing: Outgoing,
    *,
    now: Callable[[], datetime],
    retry_now: bool,
) -> Outcome | None:
    """Try one, if it is its time and nobody else is at it."""
    if in_hand(outgoing.attempts, outgoing.tried_at, outgoing.error, now()):
        return None
    if not retry_now and not retry_due(outgoing.attempts, outgoing.tried_at, now()):
        return None
    if not await database.writing(claim, outgoing, now=now()):
        return None
    failure = None
    try:
        await _deliver(database, settings, outgoing)
    except DeliveryError as error:
        failure = error
    except ChipwatchError as error:
        failure = DeliveryError(error)
    except Exception as error:  # what nobody thought of must not hold up the others, and is tried again too
        logger.exception("the digest for %s could not be handed over", outgoing.recipient)
        failure = DeliveryError(f"{outgoing.recipient}: {type(error).__name__}")
    number = outgoing.digest_id
    if failure is None:
        await database.writing(record_delivery, number, error=None, now=now())
        return "sent", outgoing.recipient
    said = str(failure)
    if not failure.for_good and now() - outgoing.created_at > GIVEN_UP:
        await database.writing(give_up, number, error=said, now=now())
        return "given up", said
    await database.writing(record_delivery, number, error=said, for_good=failure.for_good, now=now())
    return "refused" if failure.for_good else "failed", said


async def _deliver(database: Database, settings: Settings, outgoing: Outgoing) -> None:
    kind = next(r.kind for r in within_reach(settings).recipients if r.name == outgoing.recipient)
    if kind == "mail":
        await send_mail(outgoing.mail, outgoing.recipient, settings, date=outgoing.created_at)
    elif kind == "chat":
        await send_chat(outgoing.mail, outgoing.recipient, chat_urls(settings)[outgoing.recipient])
    else:
        digests = await database.reading(latest_digests, outgoing.recipient, KEPT)
        await asyncio.to_thread(write_files, settings, digests)
