"""claims of posts: sentences with names and figures or plans."""

import sqlalchemy as sa
from alembic import op

revision = "20261126_02"
down_revision = "20261126_01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; the claims come with the next import, which reads every post again."""
    op.create_table(
        "claim",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("plan", sa.Boolean(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_claim_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "place", name=op.f("pk_claim")),
    )
    op.create_index(op.f("ix_claim_due"), "claim", ["due"])
