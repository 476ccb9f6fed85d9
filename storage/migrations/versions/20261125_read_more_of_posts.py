"""read more of posts: topics, leads, apologies; vectors of posts and items."""

import sqlalchemy as sa
from alembic import op

revision = "20261125_02"
down_revision = "20261125_01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; what the new columns hold comes with the next import, which reads every post again."""
    op.add_column("post", sa.Column("lead_words", sa.Text(), nullable=False, server_default=""))
    op.add_column("post", sa.Column("failed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("mention", sa.Column("in_lead", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "post_vector",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("encoder", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_post_vector_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "place", name=op.f("pk_post_vector")),
    )
    op.create_table(
        "item_vector",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("encoder", sa.Text(), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("opening", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_item_vector_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_vector")),
    )
