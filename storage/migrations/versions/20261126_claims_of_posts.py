"""claims of posts: sentences with names and figures or plans; follow-ups of plans that are due."""

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
    op.create_table(
        "followup_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("followup_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["followup_id"], ["followup.id"], name=op.f("fk_followup_plan_followup_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_followup_plan_post_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name=op.f("fk_followup_plan_digest_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followup_plan")),
    )
    for column in ("followup_id", "post_id", "digest_id"):
        op.create_index(op.f(f"ix_followup_plan_{column}"), "followup_plan", [column])
