"""`chipwatch digest`: tonight's mail, to look at or to send."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from email.utils import make_msgid
from pathlib import Path

import click

from scheduler.cli import Front
from scheduler.clock import utc_now
from scheduler.counted import counted
from scheduler.delivery.files import self_contained
from scheduler.delivery.mail import check_mail_settings, send_mail, sender_domain
from scheduler.jobs.digest import UnmadeError, check_delivery, foresee, make_digests, send_outbox, write_for
from scheduler.recipients import mail_recipient
from scheduler.sections import is_address
from scheduler.settings import Settings
from storage.digests.content import Contents, Mail
from storage.digests.history import trim_digests
from storage.digests.outbox import outbox
from storage.engine import Database
from storage.errors import ChipwatchError, DeliveryError, InputError
from storage.urls import is_web_url

FORMS = (".html", ".txt", ".json")


@click.command()
@click.option(
    "--preview",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it to a file: .html, .txt or .json.",
)
@click.option("--send", is_flag=True, help="Send it now to everyone in [digest].")
@click.option(
    "--to", metavar="ADDRESS", help="As this address would get it; with --send to it alone, as a trial."
)
@click.pass_obj
def digest(front: Front, preview: Path | None, send: bool, to: str | None) -> None:
    """Write the digest of all that is new. A preview, and a trial by --to, mark nothing as told."""
    if (preview is None) == (not send):
        raise click.UsageError("give either --preview FILE or --send")
    settings = front.settings()
    if to is not None and not is_address(to):
        raise InputError(f"--to {to!r} is not an e-mail address")
    if send:
        check_mail_settings(settings) if to else check_delivery(settings)
    with front.open(settings) as database:
        if preview is not None:
            _preview(database, settings, preview, to)
        elif to is not None:
            _try(database, settings, to)
        else:
            asyncio.run(_send(database, settings))


def _foreseen(database: Database, settings: Settings, to: str | None) -> tuple[Contents, Mail]:
    """The digest as an address would get it now; without one, the first that the settings name."""
    first = settings.digest.to[0].address if settings.digest.to else ""
    recipient = mail_recipient(settings, to or first)
    now = utc_now()
    with database.read() as session:
        contents = foresee(session, settings, recipient, now)
    return contents, write_for(settings, recipient, contents, now)


def _preview(database: Database, settings: Settings, file: Path, to: str | None) -> None:
    if file.suffix not in FORMS:
        raise InputError(f"--preview {file}: the name must end in {', '.join(FORMS[:-1])} or {FORMS[-1]}")
    contents, mail = _foreseen(database, settings, to)
    with database.read() as session:
        waiting = len(outbox(session))
    said = {
        ".html": self_contained(mail),
        ".txt": mail.text,
        ".json": json.dumps(mail.data, ensure_ascii=False, indent=2),
    }[file.suffix]
    try:
        file.write_text(said, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}") from error
    click.echo(f"wrote {file}: {_told_by(contents)}; nothing was mailed")
    if contents.more:
        click.echo(f"{contents.more} more wait for the digest after it")
    if waiting:
        click.echo(f"still to be sent: {counted(waiting, 'earlier digest')}; chipwatch digest --send")
    if any(not is_web_url(followup.post.url) for followup in contents.followups):
        click.echo(
            "posts are named by their files; set [blog] base_url so that their titles become links, "
            "and import the posts again"
        )


def _told_by(contents: Contents) -> str:
    parts = [counted(len(contents.followups), "follow-up")]
    if contents.ideas:
        parts.append(f"{counted(len(contents.ideas), 'story')} without a post")
    if contents.troubles:
        parts.append(f"{counted(len(contents.troubles), 'source')} in trouble")
    return ", ".join(parts)


def _try(database: Database, settings: Settings, to: str) -> None:
    """Mail it to one address and record nothing: what it tells stays new."""
    contents, mail = _foreseen(database, settings, to)
    # Not that of the real one: a mail program that knows the trial would take it for a copy.
    mail = replace(mail, message_id=make_msgid(domain=sender_domain(settings)))
    asyncio.run(send_mail(mail, to, settings, date=utc_now()))
    click.echo(f"mailed to {to} as a trial: {_told_by(contents)}; all of it stays new for the next digest")


async def _send(database: Database, settings: Settings) -> None:
    to = check_delivery(settings)
    unmade: UnmadeError | None = None
    made: Mapping[str, Contents]
    try:
        made = await make_digests(database, settings, [(recipient, None) for recipient in to], now=utc_now())
    except UnmadeError as error:
        made, unmade = error.made, error
    sent = await send_outbox(database, settings, now=utc_now, retry_now=True)
    await database.writing(trim_digests, utc_now() - settings.storage.keep)  # no daemon may keep house
    for recipient in sent.to:
        click.echo(f"sent to {recipient}")
    lost = (*sent.refused, *(f"{said} (given up; the next digest tells it again)" for said in sent.given_up))
    if unmade is not None:
        raise ChipwatchError("; ".join((str(unmade), *lost, *sent.failures)))
    if lost:
        raise DeliveryError("; ".join((*lost, *sent.failures)), for_good=True)
    if sent.failures:
        raise DeliveryError(
            f"{'; '.join(sent.failures)}. It is kept and tried again by the next --send or the daemon"
        )
    if not sent.to:
        click.echo("nothing new since the last digest: no mail")
    elif all(contents.quiet for contents in made.values()):
        click.echo("nothing new; this was an earlier digest that had not been taken")
