"""Which items tell one story, and what later items are compared with; the follow-ups of an alert are looked up by it."""

import sqlalchemy as sa

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "story_members",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("novelty", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_members")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_story_members_item_id"), "story_members", ["item_id"])
    op.create_index(op.f("ix_story_members_placed_at"), "story_members", ["placed_at"])
    op.create_index(op.f("ix_story_members_story_id"), "story_members", ["story", "id"])
    op.create_index(op.f("ix_alerts_follows"), "alerts", ["follows"])


def downgrade() -> None:
    op.drop_index(op.f("ix_alerts_follows"), table_name="alerts")
    op.drop_table("story_members")
