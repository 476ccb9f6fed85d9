"""`chipwatch init`."""

from pathlib import Path

import click

from scheduler.folder import make_folder


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Make FOLDER with a commented settings file and a database."""
    path = make_folder(folder)
    click.echo(f"made {path}")
    click.echo("next: edit it, then `chipwatch posts import` and `chipwatch crawl` in that folder")
