"""Versions of the rules that are made on the console: where a switch came from, and why it was made."""

import sqlalchemy as sa

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("activations", sa.Column("origin", sa.Text(), nullable=False, server_default="folder"))
    op.add_column("activations", sa.Column("why", sa.Text(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    with op.batch_alter_table("activations") as batch:
        batch.drop_column("why")
        batch.drop_column("origin")
