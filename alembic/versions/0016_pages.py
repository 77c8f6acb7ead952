"""Lists are narrowed down within an index: alerts by all that the page filters by, a rule's and an entity's alerts."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ORDER = ["created_at", "item_id", "position", "id"]
OLD = "ix_alerts_created_at_item_id_position_id"
COUNTED = "ix_alerts_created_at_rule_severity"
LISTED = "ix_alerts_listed"


def upgrade() -> None:
    op.create_index(LISTED, "alerts", [*ORDER, "severity", "rule", "source", "entity"])
    op.create_index("ix_alerts_of_rule", "alerts", ["rule", *ORDER, "severity"])
    op.create_index("ix_alerts_of_entity", "alerts", ["entity", *ORDER])
    op.drop_index(OLD, "alerts")
    op.drop_index(COUNTED, "alerts")


def downgrade() -> None:
    op.create_index(OLD, "alerts", ORDER)
    op.create_index(COUNTED, "alerts", ["created_at", "rule", "severity"])
    op.drop_index("ix_alerts_of_entity", "alerts")
    op.drop_index("ix_alerts_of_rule", "alerts")
    op.drop_index(LISTED, "alerts")
