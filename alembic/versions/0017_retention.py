"""Until when an alert is worth telling; since when what a source lists was seen, and when each item was."""

import sqlalchemy as sa

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery_alerts", sa.Column("stale_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sources", sa.Column("listed_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("items", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("items", "seen_at")
    op.drop_column("sources", "listed_since")
    op.drop_column("delivery_alerts", "stale_at")
