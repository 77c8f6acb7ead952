"""Why deliveries wait, what went out to each group before, which alerts to look at again, and who acknowledged what."""

import sqlalchemy as sa

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("timing_reason", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("deliveries", sa.Column("held_until", MOMENT, nullable=True))
    op.add_column("deliveries", sa.Column("digest", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("delivery_alerts", sa.Column("given_as", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.create_table(
        "groups",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("dues", sa.Text(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_groups"),
    )
    op.create_index("ix_groups_expires_at", "groups", ["expires_at"])
    op.create_table(
        "reminders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reminders"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_reminders_alert_id"),
        sa.UniqueConstraint("alert_id", "kind", "receiver", "number", name="uq_reminders_alert_id_kind_receiver_number"),
    )
    op.create_index("ix_reminders_due_at_id", "reminders", ["due_at", "id"])
    op.create_table(
        "acknowledgements",
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name="pk_acknowledgements"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_acknowledgements_alert_id"),
    )


def downgrade() -> None:
    for table in ("acknowledgements", "reminders", "groups"):
        op.drop_table(table)
    with op.batch_alter_table("delivery_alerts") as delivery_alerts:
        delivery_alerts.drop_column("given_as")
    with op.batch_alter_table("deliveries") as deliveries:
        for column in ("digest", "held_until", "timing_reason"):
            deliveries.drop_column(column)
