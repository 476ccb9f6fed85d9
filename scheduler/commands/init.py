"""`chipwatch init`."""

from collections.abc import Sequence
from pathlib import Path

import click

from crawler.catalogue import catalogue
from scheduler.folder import make_folder

LANGUAGES = ("en", "ja", "zh", "ko")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--language",
    "languages",
    multiple=True,
    type=click.Choice(LANGUAGES),
    help="Offer sources in this language; may be given several times. Without it: all four.",
)
@click.option("--no-sources", is_flag=True, help="Offer no sources.")
def init(folder: Path, languages: Sequence[str], no_sources: bool) -> None:
    """Make FOLDER with a commented settings file, sources to start from, and a database."""
    wanted = languages or LANGUAGES
    offers = [] if no_sources else [offer for offer in catalogue() if offer.language in wanted]
    path = make_folder(folder, offers)
    click.echo(f"made {path}")
    if offers:
        click.echo(
            f"it offers {len(offers)} sources in {', '.join(dict.fromkeys(o.language for o in offers))}; "
            "addresses change, so see which still answer: chipwatch sources check"
        )
    click.echo("next: edit it, then `chipwatch posts import` and `chipwatch crawl` in that folder")
