"""Rules on the console: where a switch to a version came from and why it was made; how much of each rule was held back."""

import sqlalchemy as sa

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("activations", sa.Column("origin", sa.Text(), nullable=False, server_default="folder"))
    op.add_column("activations", sa.Column("why", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("activations", sa.Column("places", sa.Text(), nullable=False, server_default="[]"))
    op.create_index(op.f("ix_decisions_at_rule_outcome"), "decisions", ["at", "rule", "outcome"])


def downgrade() -> None:
    op.drop_index(op.f("ix_decisions_at_rule_outcome"), "decisions")
    with op.batch_alter_table("activations") as batch:
        batch.drop_column("places")
        batch.drop_column("why")
        batch.drop_column("origin")
