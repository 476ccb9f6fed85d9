"""`chipwatch sources add`: from the address of a site to a source in the settings."""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click
from pydantic import ValidationError

from crawler.sources import Source
from scheduler.cli import Front
from scheduler.clock import utc_now
from scheduler.settings import Settings, find_settings
from scheduler.signals import stopping_on_signals
from scheduler.source_file import add_sources, free_name
from storage.errors import InputError, SourceError, plain_line
from storage.urls import is_web_url

if TYPE_CHECKING:
    from crawler.looking import Look

_OLDEST = datetime.min.replace(tzinfo=UTC)


@click.command()
@click.argument("url")
@click.option("--name", help="What to call it; else what it calls itself.")
@click.option("--yes", is_flag=True, help="Add what is found without asking.")
@click.pass_obj
def add(front: Front, url: str, name: str | None, yes: bool) -> int:
    """Find the feed, news sitemap or list of articles at URL, show it, and add it to the settings."""
    settings = front.settings()
    guessed = "://" not in url
    url = f"https://{url}" if guessed else url
    if not is_web_url(url):
        raise InputError(f"{plain_line(url)} is not an http:// or https:// address")
    try:
        looks = _discover(front, settings, url)
    except SourceError:
        if not guessed:
            raise
        url = url.replace("https://", "http://", 1)
        looks = _discover(front, settings, url)
    if not looks:
        raise SourceError(
            f"nothing to read was found at {url}: no feed, no news sitemap, no links that look like articles'"
        )
    known = {source.url for source in settings.sources}
    best = looks[0]
    click.echo(_describe(best))
    for other in looks[1:]:
        click.echo(f"also there: {plain_line(other.source.url)} ({_count(other)})")
    if best.source.url in known:
        raise InputError(f"{best.source.url} is among your sources already")
    if not yes and not _confirmed():
        click.echo("nothing was added")
        return 1
    source = _source(best, plain_line(name or "") or _own_name(best), settings)
    path = find_settings(front.config, settings.folder)
    add_sources(path, [source])
    click.echo(f"added {plain_line(source.name)!r} to {path}")
    return 0


def _confirmed() -> bool:
    try:
        return click.confirm("Add it?", default=True)
    except click.Abort as error:
        raise InputError("nothing was added: nobody answers; add it without asking by --yes") from error


def _discover(front: Front, settings: Settings, url: str) -> "list[Look]":
    from crawler.discovery import discover
    from crawler.failures import FetchFailed, Stopped
    from crawler.looking import looking

    async def run() -> "list[Look]":
        stop = asyncio.Event()
        with stopping_on_signals(stop), front.open(settings) as database:
            async with looking(database, settings.crawling, now=utc_now, stop=stop) as reader:
                return await discover(url, reader)

    try:
        return asyncio.run(run())
    except FetchFailed as error:
        raise SourceError(f"{url}: {error}") from error
    except Stopped:
        raise click.Abort from None


def _source(look: "Look", name: str, settings: Settings) -> Source:
    unique = free_name(name, {source.name for source in settings.sources})
    entries = look.contents.entries if look.contents is not None else ()
    languages = [entry.language for entry in entries]
    most = max(dict.fromkeys(languages), key=languages.count, default="")
    values = {"name": unique, "url": look.source.url, "kind": look.source.kind}
    try:
        return Source.model_validate(values | ({"language": most} if most else {}))
    except ValidationError:
        return Source.model_validate(values)


def _own_name(look: "Look") -> str:
    title = look.contents.title if look.contents is not None else ""
    return plain_line(title)[:80].strip() or (urlsplit(look.source.url).hostname or look.source.url)


def _describe(look: "Look") -> str:
    """What was found, with the three newest titles."""
    entries = list(look.contents.entries) if look.contents is not None else []
    newest = sorted(entries, key=lambda entry: entry.published or _OLDEST, reverse=True)[:3]
    lines = [f"found a {look.source.kind}: {plain_line(look.source.url)} ({_count(look)})"]
    if look.contents is not None and look.contents.title:
        lines.append(f"  it calls itself {plain_line(look.contents.title)!r}")
    for entry in newest:
        date = f"{entry.published:%Y-%m-%d}" if entry.published is not None else "no date"
        lines.append(f"  {date}  {plain_line(entry.title)}")
    if look.source.kind == "listing":
        lines.append("  the links were found by themselves; give a CSS selector as `links` to choose others")
    return "\n".join(lines)


def _count(look: "Look") -> str:
    return f"{len(look.contents.entries) if look.contents is not None else 0} entries"
