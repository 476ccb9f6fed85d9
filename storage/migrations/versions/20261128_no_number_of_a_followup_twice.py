"""no number of a follow-up twice: yesterday's mail names it, and must not settle another one."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_03"
down_revision = "20261128_02"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; PostgreSQL never gives a number again."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    # The old table goes with all that hangs on it: foreign keys cannot be switched off in a transaction.
    hanging = _hanging_on("followup", sa.inspect(connection))
    for table in hanging:
        op.execute(f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table}")  # noqa: S608 - our own names
    with op.batch_alter_table("followup", recreate="always", table_kwargs={"sqlite_autoincrement": True}):
        pass
    for table in hanging:
        op.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")  # noqa: S608
        op.execute(f"DROP TABLE kept_{table}")


def _hanging_on(parent: str, inspector: sa.Inspector) -> list[str]:
    """The tables that refer to a table, and those that refer to them; each after what it refers to."""
    found: list[str] = []
    for table, _ in inspector.get_sorted_table_and_fkc_names():
        if table and {key["referred_table"] for key in inspector.get_foreign_keys(table)} & {parent, *found}:
            found.append(table)
    return found
