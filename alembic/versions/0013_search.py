"""Titles and texts can be searched; the items that are stored already are indexed here, a batch at a time."""

from alembic import op
from service.storage import search

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    search.create(op.get_bind())
    search.fill(op.get_bind())


def downgrade() -> None:
    search.drop(op.get_bind())
