"""Whom to ask about an alert, and where it stands what to do: as its rule said when it fired."""

import sqlalchemy as sa

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COLUMNS = ("owner", "runbook")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("alerts", sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    with op.batch_alter_table("alerts") as alerts:
        for name in COLUMNS:
            alerts.drop_column(name)
