"""care for sources: what their visits taught, sites' robots.txt, and items that were trimmed."""

import sqlalchemy as sa
from alembic import op

revision = "20261125_01"
down_revision = "20261124_01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply.

    Columns are only added, with what fits the rows that are there: SQLite would have to make a table anew for
    any other change, and items' links would go with the old one.
    """
    op.create_table(
        "robots",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_robots")),
    )
    op.create_table(
        "trimmed",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("trimmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_trimmed")),
    )
    op.add_column("item", sa.Column("backlog", sa.Boolean(), nullable=False, server_default=sa.false()))
    for column in (
        sa.Column("selectors", sa.Text(), nullable=False, server_default=""),
        sa.Column("address", sa.Text(), nullable=False, server_default=""),
        sa.Column("moving_to", sa.Text(), nullable=True),
        sa.Column("moving_seen", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("validated_url", sa.Text(), nullable=True),
        sa.Column("due_why", sa.Text(), nullable=True),
        sa.Column("base", sa.Integer(), nullable=False, server_default="1800"),
        sa.Column("interval", sa.Integer(), nullable=False, server_default="1800"),
        sa.Column("weight", sa.Double(), nullable=False, server_default="0"),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ttl", sa.Integer(), nullable=True),
        sa.Column("skip_hours", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("skip_days", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("counts", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("usual_entries", sa.Double(), nullable=True),
        sa.Column("newest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("usual_gap", sa.Integer(), nullable=True),
        sa.Column("longest_gap", sa.Integer(), nullable=True),
    ):
        op.add_column("source", column)
    op.execute("UPDATE source SET address = url")
