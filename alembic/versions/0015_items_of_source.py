"""The items of one source, newest first, without reading those of all others."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_items_source_id", "items", ["source", "id"])


def downgrade() -> None:
    op.drop_index("ix_items_source_id", "items")
