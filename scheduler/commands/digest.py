"""`chipwatch digest`: tonight's mail, to look at or to send."""

import asyncio
from pathlib import Path

import click

from scheduler.cli import Front
from scheduler.clock import utc_now
from scheduler.delivery import check_mail_settings
from scheduler.jobs.digest import make_todays_digest, send_outbox, write_mail
from scheduler.settings import Settings
from storage.digests import outbox, upcoming
from storage.engine import Database
from storage.errors import DeliveryError, InputError


@click.command()
@click.option(
    "--preview", type=click.Path(path_type=Path, dir_okay=False), help="Write it to a file: .html, or .txt."
)
@click.option("--send", is_flag=True, help="Send it now to [digest] to.")
@click.pass_obj
def digest(front: Front, preview: Path | None, send: bool) -> None:
    """Write the digest of all that no digest carried yet. A preview mails and marks nothing."""
    if (preview is None) == (not send):
        raise click.UsageError("give either --preview FILE or --send")
    settings = front.settings()
    if send:
        check_mail_settings(settings)
    with front.open(settings) as database:
        if preview is not None:
            _preview(database, settings, preview)
        else:
            asyncio.run(_send(database, settings))


def _preview(database: Database, settings: Settings, file: Path) -> None:
    if file.suffix not in (".html", ".txt"):
        raise InputError(f"--preview {file}: the name must end in .html or .txt")
    now = utc_now()
    with database.read() as session:
        followups, more = upcoming(session, now=now)
        waiting = len(outbox(session))
    mail = write_mail(settings, followups, more, now)
    try:
        file.write_text(mail.html if file.suffix == ".html" else mail.text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}") from error
    click.echo(f"wrote {file}: {len(followups)} follow-ups; nothing was mailed")
    if more:
        click.echo(f"{more} more wait for the digest after it")
    if waiting:
        click.echo(f"{waiting} earlier mails are still to be sent: chipwatch digest --send")
    if followups and not settings.blog.base_url:
        click.echo("posts are named by their files; set [blog] base_url so that their titles become links")


async def _send(database: Database, settings: Settings) -> None:
    count = await make_todays_digest(database, settings, scheduled_for=None, now=utc_now())
    sent = await send_outbox(database, settings, now=utc_now, retry_now=True)
    for recipient in sent.to:
        click.echo(f"mailed to {recipient}")
    if sent.failures:
        raise DeliveryError(
            f"{'; '.join(sent.failures)}. The mail is kept and tried again by the next --send or the daemon"
        )
    if not sent.to:
        click.echo("nothing new since the last digest: no mail")
    elif not count:
        click.echo("nothing new; this was an earlier digest that had not been taken")
