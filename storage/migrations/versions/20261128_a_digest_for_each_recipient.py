"""a digest for each recipient: what was told to whom; the daemon's beat and jobs; rewritten posts."""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "20261128_01"
down_revision = "20261126_02"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
Rows = list[dict[str, Any]]


def upgrade() -> None:
    """Apply; what a digest told to several recipients becomes one digest of each."""
    op.create_index(op.f("ix_item_first_seen"), "item", ["first_seen"])
    op.create_index(op.f("ix_story_last_seen"), "story", ["last_seen"])
    op.add_column("post", sa.Column("rewritten_at", _MOMENT, nullable=True))
    op.add_column("post", sa.Column("rewritten_by", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("process", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("beat_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch")),
    )
    op.create_table(
        "job",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("did", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job")),
    )
    digests, deliveries = _rows("digest"), _rows("delivery")
    stories, plans = (_rows(table, "digest_id IS NOT NULL") for table in ("followup_story", "followup_plan"))
    for table in ("followup_story", "followup_plan"):
        with op.batch_alter_table(table) as batch:
            batch.drop_index(op.f(f"ix_{table}_digest_id"))
            batch.drop_constraint(op.f(f"fk_{table}_digest_id"), type_="foreignkey")
            batch.drop_column("digest_id")
    op.drop_table("delivery")
    op.drop_table("digest")
    digest = _digest()
    told_story, told_plan = _told()
    of: defaultdict[int, list[int]] = defaultdict(list)
    connection = op.get_bind()
    contents = {row["id"]: row for row in digests}
    for delivery in deliveries:
        old = contents[delivery["digest_id"]]
        made = {
            **{name: value for name, value in old.items() if name != "id"},
            **{name: value for name, value in delivery.items() if name != "digest_id"},
        }
        new = connection.execute(digest.insert().values(silent=False, data={}, **made))
        assert new.inserted_primary_key is not None  # noqa: S101 - one row was inserted
        of[old["id"]].append(new.inserted_primary_key[0])
    for told_table, rows, kept in (
        (told_story, stories, {"followup_id": "followup_id", "story_id": "story_id"}),
        (told_plan, plans, {"plan_id": "id"}),
    ):
        told = [
            {"digest_id": new} | {column: row[old] for column, old in kept.items()}
            for row in rows
            for new in of[row["digest_id"]]
        ]
        if told:
            connection.execute(told_table.insert(), told)


def _rows(table: str, where: str = "true") -> Rows:
    """What a table holds, read with its own types."""
    reflected = sa.Table(table, sa.MetaData(), autoload_with=op.get_bind())
    for column in reflected.columns:
        if isinstance(column.type, sa.DateTime):
            column.type = _MOMENT
    return [dict(row) for row in op.get_bind().execute(sa.select(reflected).where(sa.text(where))).mappings()]


def _digest() -> sa.Table:
    return op.create_table(
        "digest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("scheduled_for", _MOMENT, nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("followups", sa.Integer(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("chart", sa.LargeBinary(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_at", _MOMENT, nullable=True),
        sa.Column("sent_at", _MOMENT, nullable=True),
        sa.Column("refused_at", _MOMENT, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("recipient", "scheduled_for", name=op.f("uq_digest_recipient")),
        sa.Index("ix_digest_waiting", "silent", "sent_at"),
    )


def _told() -> tuple[sa.Table, sa.Table]:
    """The tables of what was told; those that an earlier release knew of are returned."""
    made = {}
    for table, others in (
        ("told_story", ["followup_id", "story_id"]),
        ("told_plan", ["plan_id"]),
        ("told_idea", ["story_id"]),
        ("told_trouble", ["source_id"]),
    ):
        referred = {"plan_id": "followup_plan.id", "story_id": "story.id", "source_id": "source.id"}
        parent = (
            ["followup_story.followup_id", "followup_story.story_id"]
            if len(others) == 2
            else [referred[others[0]]]
        )
        columns: list[sa.Column[Any]] = [
            sa.Column(name, sa.Integer(), nullable=False) for name in ["digest_id", *others]
        ]
        if table == "told_trouble":
            columns.append(sa.Column("condition", sa.Text(), nullable=False))
        made[table] = op.create_table(
            table,
            *columns,
            sa.ForeignKeyConstraint(
                ["digest_id"], ["digest.id"], name=op.f(f"fk_{table}_digest_id"), ondelete="CASCADE"
            ),
            sa.ForeignKeyConstraint(others, parent, name=op.f(f"fk_{table}_{others[0]}"), ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("digest_id", *others, name=op.f(f"pk_{table}")),
        )
        if len(others) == 1:
            op.create_index(op.f(f"ix_{table}_{others[0]}"), table, others)
    op.create_index("ix_told_story_followup", "told_story", ["followup_id", "story_id"])
    return made["told_story"], made["told_plan"]
