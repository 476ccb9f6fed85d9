"""`chipwatch link`: items from a file, to measure how well they are linked."""

from pathlib import Path

import click

from scheduler.cli import Front
from scheduler.counted import counted
from scheduler.output import write_lines
from storage.linking.encoder import default_encoder
from storage.linking.from_file import link_items, read_items
from storage.linking.names import default_vocabulary


@click.command()
@click.option(
    "--items", required=True, type=click.Path(path_type=Path), help="JSON lines: id, title, text, lang, date."
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="JSON lines: item, story, links.")
@click.option("--no-vectors", is_flag=True, help="Link by names, topics and words alone.")
@click.pass_obj
def link(front: Front, items: Path, out: Path, no_vectors: bool) -> None:
    """Link items from a file to the imported posts; nothing is stored."""
    settings = front.settings()
    news = read_items(items)
    with front.open(settings) as database:
        encoder = None if no_vectors else default_encoder()
        rows = list(
            link_items(
                database, default_vocabulary(), news, encoder, probability=settings.linking.probability
            )
        )
    write_lines(out, rows)
    click.echo(f"linked {counted(len(rows), 'item')}: {out}")
