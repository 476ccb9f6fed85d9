"""`chipwatch restore`: a backup into an empty database of either kind."""

from pathlib import Path

import click

from scheduler.cli import Front
from scheduler.output import row_counts


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def restore(front: Front, file: Path) -> None:
    """Copy a backup into the database of the settings, all of it or nothing.

    That database holds no news and no posts yet, and no daemon runs on it. FILE is only read; one of an older
    version may be restored too.
    """
    from storage.backup import restore_backup

    with front.open(front.settings()) as database:
        rows = restore_backup(database, file)
    click.echo(f"restored {file}: {row_counts(rows)}")
