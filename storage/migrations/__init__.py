"""Schema migrations, named by date and deed; applied on start."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.errors import StorageError


def is_current(connection: Connection) -> bool:
    """Whether the schema is the present one: nothing has to be written then."""
    script = ScriptDirectory(str(Path(__file__).parent))
    return MigrationContext.configure(connection).get_current_revision() == script.get_current_head()


def migrate(connection: Connection) -> None:
    """Bring the schema up to date inside the caller's transaction; cheap if it already is.

    Raises `StorageError` if the database was made by a newer chipwatch.
    """
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
