"""What an alert adds to what was told before: its story, its novelty, and the alert that it follows."""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alerts", sa.Column("story", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("alerts", sa.Column("novelty", sa.Text(), nullable=False, server_default="first"))
    op.add_column("alerts", sa.Column("follows", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.create_index(op.f("ix_alerts_story"), "alerts", ["story"])


def downgrade() -> None:
    op.drop_index(op.f("ix_alerts_story"), table_name="alerts")
    with op.batch_alter_table("alerts") as alerts:
        alerts.drop_column("follows")
        alerts.drop_column("novelty")
        alerts.drop_column("story")
