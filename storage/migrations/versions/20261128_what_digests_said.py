"""what digests said of a story: its figures and changes, so that it comes again only with more."""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

from storage.linking.change import facts

revision = "20261128_02"
down_revision = "20261128_01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; what was told before counts as told with all that its reports have by now."""
    with op.batch_alter_table("told_story") as batch:
        batch.add_column(sa.Column("said", sa.JSON(), nullable=False, server_default="[]"))
    connection = op.get_bind()
    told, link, item, post = (_table(name) for name in ("told_story", "link", "item", "followup_post"))
    evidence = (
        sa.select(told.c.followup_id, told.c.story_id, link.c.evidence)
        .join(item, item.c.story_id == told.c.story_id)
        .join(post, post.c.followup_id == told.c.followup_id)
        .join(link, (link.c.item_id == item.c.id) & (link.c.post_id == post.c.post_id))
    )
    said: defaultdict[tuple[int, int], frozenset[str]] = defaultdict(frozenset)
    for followup, story, found in connection.execute(evidence):
        said[followup, story] |= facts(found)  # as the program finds what it compares with it later
    for (followup, story), known in said.items():
        mine = (told.c.followup_id == followup) & (told.c.story_id == story)
        connection.execute(told.update().where(mine).values(said=sorted(known)))
    with op.batch_alter_table("told_story") as batch:
        batch.alter_column("said", server_default=None)


def _table(name: str) -> sa.Table:
    table = sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())
    for column in table.columns:
        if column.name in ("evidence", "said"):
            column.type = sa.JSON()
    return table
