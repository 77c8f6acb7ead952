"""Titles and texts can be searched, events listed by type and by entity; what is stored already is indexed here, in batches."""

from alembic import op
from service.storage import search

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_events_type_id"), "events", ["type", "id"])
    op.create_index(op.f("ix_events_entity_id"), "events", ["entity", "id"])
    search.create(op.get_bind())
    search.fill(op.get_bind())


def downgrade() -> None:
    search.drop(op.get_bind())
    op.drop_index(op.f("ix_events_entity_id"), "events")
    op.drop_index(op.f("ix_events_type_id"), "events")
