"""`chipwatch sources export` and `import`: the list of sources as feed readers exchange it."""

from pathlib import Path

import click
from pydantic import ValidationError

from crawler.sources import Source
from scheduler.cli import Front
from scheduler.counted import counted
from scheduler.settings import find_settings
from scheduler.source_file import add_sources, free_name
from storage.errors import InputError, plain_line

MAX_BYTES = 20_000_000


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def export(front: Front, file: Path) -> None:
    """Write the sources to FILE as OPML, for other feed readers."""
    from crawler.opml import write_opml

    sources = front.settings().sources
    try:
        file.write_bytes(write_opml(sources))
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}") from error
    click.echo(f"wrote {file}: {counted(len(sources), 'source')}")


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def import_(front: Front, file: Path) -> None:
    """Add the sources of an OPML FILE, as other feed readers write it, to the settings."""
    from crawler.opml import OpmlError, read_opml

    settings = front.settings()
    try:
        if file.stat().st_size > MAX_BYTES:
            raise InputError(f"{file} is larger than {MAX_BYTES // 1_000_000} MB; it is no list of sources")
        outlines = read_opml(file.read_bytes())
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from error
    except OpmlError as error:
        raise InputError(f"{file} is {error}") from error
    urls = {source.url for source in settings.sources}
    names = {source.name for source in settings.sources}
    fresh: list[Source] = []
    known = 0

    for outline in outlines:
        if outline.url in urls:
            known += 1
            continue
        name = free_name(outline.name, names)
        try:
            source = Source.model_validate({"name": name, "url": outline.url, **outline.extra})
        except ValidationError as error:
            reason = error.errors()[0]["msg"]
            click.echo(
                f"left out: {plain_line(outline.name)} ({plain_line(outline.url)}): {plain_line(reason)}"
            )
            continue
        names.add(source.name)
        urls.add(source.url)
        fresh.append(source)
    if fresh:
        add_sources(find_settings(front.config, settings.folder), fresh)
    left_out = len(outlines) - len(fresh) - known
    click.echo(f"{file}: {counted(len(fresh), 'source')} added, {known} known already, {left_out} left out")
