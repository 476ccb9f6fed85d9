"""`chipwatch backup`: all there is in one file, while the daemon runs."""

from pathlib import Path

import click

from scheduler.cli import Front
from scheduler.output import megabytes, row_counts


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace a file of that name.")
@click.pass_obj
def backup(front: Front, file: Path, force: bool) -> None:
    """Write the whole database to FILE, which `chipwatch restore` reads. The daemon may run meanwhile.

    FILE is an SQLite database, from PostgreSQL too. It is whole or not there.
    """
    from storage.backup import write_backup

    with front.open(front.settings()) as database:
        written = write_backup(database, file, replace=force)
    click.echo(f"wrote {file}: {megabytes(written.size)}, {row_counts(written.rows)}")
