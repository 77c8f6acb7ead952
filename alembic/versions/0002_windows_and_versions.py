"""Windows with what they count, versions of the rules with their activations, and what an alert owes to both."""

import sqlalchemy as sa

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("alerts", sa.Column("occurrences", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("alerts", sa.Column("rules_version", sa.Text(), nullable=False, server_default=sa.text("''")))
    create_windows()
    create_occurrences()
    create_versions()


def downgrade() -> None:
    for table in ("activations", "rulesets", "occurrences", "windows"):
        op.drop_table(table)
    with op.batch_alter_table("alerts") as alerts:
        alerts.drop_column("rules_version")
        alerts.drop_column("occurrences")


def create_windows() -> None:
    op.create_table(
        "windows",
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("swept_at", TIME, nullable=True),
        sa.Column("last_at", TIME, nullable=True),
        sa.Column("told_first", TIME, nullable=True),
        sa.Column("told_last", TIME, nullable=True),
        sa.Column("expires_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("rule", "key", name="pk_windows"),
    )
    op.create_index("ix_windows_expires_at", "windows", ["expires_at"])


def create_occurrences() -> None:
    op.create_table(
        "occurrences",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_occurrences"),
    )
    op.create_index("ix_occurrences_expires_at", "occurrences", ["expires_at"])
    op.create_index("ix_occurrences_rule_key_at", "occurrences", ["rule", "key", "at"])


def create_versions() -> None:
    op.create_table(
        "rulesets",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_rulesets"),
    )
    op.create_table(
        "activations",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("folder_version", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_activations"),
        sa.ForeignKeyConstraint(["version"], ["rulesets.version"], name="fk_activations_version"),
    )
    op.create_index("ix_activations_version", "activations", ["version"])
