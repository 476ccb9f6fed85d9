"""Schema migrations, named by date and deed; applied on start."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from storage.errors import StorageError

HEAD = "20261128_04"  # the newest revision in `versions`; tests/storage/test_migrations.py holds it


def is_current(connection: Connection) -> bool:
    """Whether the schema is the present one: nothing has to be written then.

    It is looked up on every start, so that it goes without Alembic, which takes longer to load than many a
    command to run.
    """
    if not inspect(connection).has_table("alembic_version"):
        return False
    return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD)


def migrate(connection: Connection) -> None:
    """Bring the schema up to date inside the caller's transaction; cheap if it already is.

    Raises `StorageError` if the database was made by a newer chipwatch.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    script = ScriptDirectory.from_config(config)
    present = MigrationContext.configure(connection).get_current_revision()
    if present == script.get_current_head():
        return
    if present is not None and present not in {revision.revision for revision in script.walk_revisions()}:
        raise StorageError(
            f"the database has schema {present}, which this version does not know; upgrade chipwatch"
        )
    command.upgrade(config, "head")
