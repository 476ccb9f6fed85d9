"""`chipwatch daemon`: from now on."""

import asyncio

import click

from scheduler.cli import Front
from scheduler.clock import utc_now
from scheduler.service import notify
from scheduler.settings import Settings
from scheduler.signals import reloading_on_hangup, stopping_on_signals
from storage.errors import SettingsError


@click.command()
@click.pass_obj
def daemon(front: Front) -> None:
    """Crawl each source at its interval and mail the digest daily, in the foreground.

    SIGTERM or Ctrl-C finishes what is in hand and ends. SIGHUP reads the settings again.
    """
    settings = front.settings()
    if not settings.sources:
        raise SettingsError("there are no sources; add a [[sources]] entry with a name and a url")
    asyncio.run(_run(front, settings))


async def _run(front: Front, settings: Settings) -> None:
    from scheduler.daemon import Daemon  # Scrapy: a second that --help need not wait

    with front.open(settings) as database:
        watch = Daemon(database, settings, utc_now, read_settings=front.settings, notify=notify)
        with stopping_on_signals(watch.stop), reloading_on_hangup(watch.reload):
            await watch.run()
