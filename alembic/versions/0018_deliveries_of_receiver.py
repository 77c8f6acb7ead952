"""The deliveries to one receiver, newest first, without reading those to all others."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_deliveries_receiver_id", "deliveries", ["receiver", "id"])


def downgrade() -> None:
    op.drop_index("ix_deliveries_receiver_id", "deliveries")
