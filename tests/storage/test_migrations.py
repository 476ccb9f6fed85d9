"""The migrations make exactly the schema that the models say."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from storage.engine import Database, open_database
from storage.errors import StorageError
from storage.models import Base


def test_the_migrated_schema_is_that_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_a_schema_from_the_future_is_refused_in_one_line(database: Database, database_url: str) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '29991231_01'"))
    with pytest.raises(StorageError, match="upgrade chipwatch"):
        open_database(database_url)
