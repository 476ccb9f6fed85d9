"""`chipwatch followups judgements`: verdicts, to score the linker by."""

from pathlib import Path

import click

from scheduler.cli import Front
from scheduler.counted import counted
from scheduler.output import write_lines


@click.command()
@click.argument("qrels", type=click.Path(path_type=Path))
@click.option("--items", type=click.Path(path_type=Path), help="Write the judged items there, for `link`.")
@click.pass_obj
def judgements(front: Front, qrels: Path, items: Path | None) -> None:
    """Write your verdicts to QRELS as judgements: JSON lines with item, post and grade (2, 1, 0)."""
    from storage.linking.judgements import judged

    settings = front.settings()
    with front.open(settings) as database, database.read() as session:
        found = judged(session)
    write_lines(qrels, found.pairs)
    if items is not None:
        write_lines(items, found.items)
    pairs = counted(len(found.pairs), "judgement")
    click.echo(f"wrote {pairs} of {counted(len(found.items), 'item')}: {qrels}")
