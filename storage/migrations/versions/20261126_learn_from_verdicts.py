"""learn from verdicts, link again: wishes, grounds, a follow-up's posts, what items were linked by."""

import sqlalchemy as sa
from alembic import op

revision = "20261126_01"
down_revision = "20261125_02"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; every follow-up starts with the one post that it was opened for."""
    op.add_column("post", sa.Column("wish", sa.Text(), nullable=False, server_default=""))
    op.add_column("item", sa.Column("linked_by", sa.Text(), nullable=False, server_default=""))
    op.add_column("item_vector", sa.Column("text_hash", sa.Text(), nullable=False, server_default=""))
    op.add_column("followup", sa.Column("ground", sa.Text(), nullable=True))
    posts = op.create_table(
        "followup_post",
        sa.Column("followup_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["followup_id"], ["followup.id"], name=op.f("fk_followup_post_followup_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_followup_post_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("followup_id", "post_id", name=op.f("pk_followup_post")),
    )
    op.create_index(op.f("ix_followup_post_post_id"), "followup_post", ["post_id"])
    followup = sa.table("followup", sa.column("id", sa.Integer), sa.column("post_id", sa.Integer))
    op.execute(
        posts.insert().from_select(["followup_id", "post_id"], sa.select(followup.c.id, followup.c.post_id))
    )
