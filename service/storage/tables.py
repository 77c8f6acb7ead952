"""The tables of the straight line as SQLModel classes named `…Row`, and their Core twins for statements.

Guarantee: this file and alembic/versions say the same (`alembic check` runs on both databases in the tests).
Must not be used above the storage room: SQLModel does not validate `table=True` classes, so rows are no domain objects;
the repositories beside this file map them to the nouns of service.model.

Two conventions carry the queues: a row is due when `next_at` has passed (NULL: never), and it belongs to whoever wrote `token`
until `lease_until`, which a claim writes into `next_at` too.
"""

from datetime import date, datetime
from typing import cast

from sqlalchemy import Column, ForeignKey, Index, MetaData, Table, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from service.storage.types import BIG_ID, CleanText, UtcDateTime


class Row(SQLModel):
    """Base of all tables: one metadata with predictable names, which migrations need."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class SourceRow(Row, table=True):
    """The schedule and memory of one source. Its URL may hold a secret, so only hashes of the definition are kept.

    What the last body listed that was read has been seen since `listed_since`.
    """

    __tablename__ = "sources"

    id: str = Field(sa_type=CleanText, primary_key=True)
    kind: str = Field(sa_type=CleanText)
    host: str = Field(sa_type=CleanText)
    definition_hash: str = Field(sa_type=CleanText)
    address_hash: str = Field(sa_type=CleanText)
    active: bool
    next_at: datetime | None = Field(sa_type=UtcDateTime, index=True)
    lease_until: datetime | None = Field(sa_type=UtcDateTime)
    token: str | None = Field(sa_type=CleanText)
    etag: str = Field(sa_type=CleanText)
    last_modified: str = Field(sa_type=CleanText)
    body_hash: str = Field(sa_type=CleanText)
    failures: int
    baselined: bool
    created_at: datetime = Field(sa_type=UtcDateTime)
    listed_since: datetime | None = Field(sa_type=UtcDateTime)
    last_success_at: datetime | None = Field(sa_type=UtcDateTime)
    last_failure_at: datetime | None = Field(sa_type=UtcDateTime)
    last_error: str = Field(sa_type=CleanText)
    last_reason: str = Field(sa_type=CleanText)
    last_new_items: int
    warnings: str = Field(sa_type=CleanText)


class ItemRow(Row, table=True):
    """One published piece. The content hash is not unique: whether an equal text is news again is for the pipeline to decide.

    `seen_at` is when its source was last seen to list it, give or take a day; NULL means not since `fetched_at`.
    """

    __tablename__ = "items"
    __table_args__ = (
        UniqueConstraint("source", "guid"),
        Index(None, "source", "content_hash"),
        Index(None, "source", "id"),
        Index(None, "guid"),
    )

    id: int | None = Field(default=None, sa_column=Column("id", BIG_ID, primary_key=True))
    source: str = Field(sa_type=CleanText)
    guid: str = Field(sa_type=CleanText)
    content_hash: str = Field(sa_type=CleanText)
    title: str = Field(sa_type=CleanText)
    text: str = Field(sa_type=CleanText)
    link: str = Field(sa_type=CleanText)
    published: datetime | None = Field(sa_type=UtcDateTime)
    publisher: str = Field(sa_type=CleanText)
    language: str = Field(sa_type=CleanText)
    fetched_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime | None = Field(sa_type=UtcDateTime)
    disposition: str = Field(sa_type=CleanText)
    rules_version: str = Field(sa_type=CleanText)


class EventRow(Row, table=True):
    """One market event found in one item; `fields` is a JSON object."""

    __tablename__ = "events"
    __table_args__ = (Index(None, "type", "id"), Index(None, "entity", "id"))

    id: int | None = Field(default=None, sa_column=Column("id", BIG_ID, primary_key=True))
    item_id: int = Field(sa_column=Column("item_id", BIG_ID, ForeignKey("items.id"), nullable=False, index=True))
    type: str = Field(sa_type=CleanText)
    subject: str = Field(sa_type=CleanText)
    evidence_start: int
    evidence_end: int
    trigger_start: int
    trigger_end: int
    status: str = Field(sa_type=CleanText)
    entity: str | None = Field(sa_type=CleanText)
    alias: str = Field(sa_type=CleanText)
    subject_start: int | None
    subject_end: int | None
    day: date | None
    fields_: str = Field(sa_column=Column("fields", CleanText, nullable=False))
    entry: str = Field(sa_type=CleanText)


class AlertRow(Row, table=True):
    """One alert as it was written; `marks` is a JSON array of pairs, `facts` and `labels` are JSON objects.

    `position` counts down within one insert, so that everything in descending order reads as the text does.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        UniqueConstraint("fingerprint"),
        # In the order of the list, then all that it is filtered by: what is shown is found, and counted, without reading alerts.
        Index("ix_alerts_listed", "created_at", "item_id", "position", "id", "severity", "rule", "source", "entity"),
        Index("ix_alerts_of_rule", "rule", "created_at", "item_id", "position", "id", "severity"),
        Index("ix_alerts_of_entity", "entity", "created_at", "item_id", "position", "id"),
        Index(None, "story"),
        Index(None, "follows"),
    )

    id: str = Field(sa_type=CleanText, primary_key=True)
    fingerprint: str = Field(sa_type=CleanText)
    item_id: int = Field(sa_column=Column("item_id", BIG_ID, ForeignKey("items.id"), nullable=False, index=True))
    position: int
    rule: str = Field(sa_type=CleanText)
    rule_place: str = Field(sa_type=CleanText)
    severity: str = Field(sa_type=CleanText)
    title: str = Field(sa_type=CleanText)
    subject: str = Field(sa_type=CleanText)
    alias: str = Field(sa_type=CleanText)
    entity: str | None = Field(sa_type=CleanText)
    event_type: str = Field(sa_type=CleanText)
    excerpt: str = Field(sa_type=CleanText)
    marks: str = Field(sa_type=CleanText)
    reason: str = Field(sa_type=CleanText)
    headline: str = Field(sa_type=CleanText)
    link: str = Field(sa_type=CleanText)
    source: str = Field(sa_type=CleanText)
    publisher: str = Field(sa_type=CleanText)
    published: datetime | None = Field(sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    facts: str = Field(sa_type=CleanText)
    labels: str = Field(sa_type=CleanText)
    body: str = Field(sa_column=Column("body", CleanText, nullable=False, server_default=text("''")))
    owner: str = Field(sa_column=Column("owner", CleanText, nullable=False, server_default=text("''")))
    runbook: str = Field(sa_column=Column("runbook", CleanText, nullable=False, server_default=text("''")))
    occurrences: str = Field(sa_column=Column("occurrences", CleanText, nullable=False, server_default="[]"))
    rules_version: str = Field(sa_column=Column("rules_version", CleanText, nullable=False, server_default=text("''")))
    story: str = Field(sa_column=Column("story", CleanText, nullable=False, server_default=text("''")))
    novelty: str = Field(sa_column=Column("novelty", CleanText, nullable=False, server_default="first"))
    follows: str = Field(sa_column=Column("follows", CleanText, nullable=False, server_default=text("''")))


class DeliveryRow(Row, table=True):
    """One bundle to one target. `waiting` names the bundle while it may be joined: unique, so that those who join take turns.

    `timing_reason` says why it goes out when it does ("" at once), `held_until` when what was held is due, `digest` is its title.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("waiting"),
        Index(None, "next_at", "id"),
        Index(None, "state"),
        Index(None, "receiver", "id"),
    )

    id: int | None = Field(default=None, sa_column=Column("id", BIG_ID, primary_key=True))
    key: str = Field(sa_type=CleanText)
    receiver: str = Field(sa_type=CleanText)
    target: str = Field(sa_type=CleanText)
    group_key: str = Field(sa_type=CleanText)
    waiting: str | None = Field(sa_type=CleanText)
    state: str = Field(sa_type=CleanText)
    attempts: int
    next_at: datetime | None = Field(sa_type=UtcDateTime)
    lease_until: datetime | None = Field(sa_type=UtcDateTime)
    token: str | None = Field(sa_type=CleanText)
    created_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(sa_type=UtcDateTime)
    last_reason: str = Field(sa_type=CleanText)
    last_detail: str = Field(sa_type=CleanText)
    timing_reason: str = Field(sa_column=Column("timing_reason", CleanText, nullable=False, server_default=text("''")))
    held_until: datetime | None = Field(sa_type=UtcDateTime)
    digest: str = Field(sa_column=Column("digest", CleanText, nullable=False, server_default=text("''")))


class DeliveryAlertRow(Row, table=True):
    """Which alerts a delivery carries, in the order of `id`; `given_as` is the group for which each was given, and after
    `stale_at` it is not told any more."""

    __tablename__ = "delivery_alerts"
    __table_args__ = (UniqueConstraint("delivery_id", "alert_id"),)

    id: int | None = Field(default=None, sa_column=Column("id", BIG_ID, primary_key=True))
    delivery_id: int = Field(sa_column=Column("delivery_id", BIG_ID, ForeignKey("deliveries.id"), nullable=False))
    alert_id: str = Field(sa_column=Column("alert_id", CleanText, ForeignKey("alerts.id"), nullable=False, index=True))
    given_as: str = Field(sa_column=Column("given_as", CleanText, nullable=False, server_default=text("''")))
    stale_at: datetime | None = Field(sa_type=UtcDateTime)


class AttemptRow(Row, table=True):
    """One try of a delivery and how it ended."""

    __tablename__ = "attempts"

    id: int | None = Field(default=None, sa_column=Column("id", BIG_ID, primary_key=True))
    delivery_id: int = Field(sa_column=Column("delivery_id", BIG_ID, ForeignKey("deliveries.id"), nullable=False, index=True))
    number: int
    at: datetime = Field(sa_type=UtcDateTime)
    outcome: str = Field(sa_type=CleanText)
    reason: str = Field(sa_type=CleanText)
    detail: str = Field(sa_type=CleanText)


class DecisionRow(Row, table=True):
    """Why a match became an alert or did not."""

    __tablename__ = "decisions"
    __table_args__ = (Index(None, "at", "rule", "outcome"),)  # how much of each rule was held back, without reading rows

    id: int | None = Field(default=None, sa_column=Column("id", BIG_ID, primary_key=True))
    item_id: int = Field(sa_column=Column("item_id", BIG_ID, ForeignKey("items.id"), nullable=False, index=True))
    rule: str = Field(sa_type=CleanText)
    fingerprint: str = Field(sa_type=CleanText)
    outcome: str = Field(sa_type=CleanText)
    reason: str = Field(sa_type=CleanText)
    alert_id: str | None = Field(sa_column=Column("alert_id", CleanText, ForeignKey("alerts.id"), nullable=True, index=True))
    at: datetime = Field(sa_type=UtcDateTime)


class InboxRow(Row, table=True):
    """A message of the local inbox; `alerts` is a JSON array of alert ids."""

    __tablename__ = "inbox"
    __table_args__ = (UniqueConstraint("key"),)

    id: int | None = Field(default=None, sa_column=Column("id", BIG_ID, primary_key=True))
    key: str = Field(sa_type=CleanText)
    subject: str = Field(sa_type=CleanText)
    text: str = Field(sa_type=CleanText)
    alerts: str = Field(sa_type=CleanText)
    at: datetime = Field(sa_type=UtcDateTime)


def table_of(row: type[Row]) -> Table:
    """The Core twin of a class."""
    return cast(Table, row.__table__)  # type: ignore[attr-defined]


SOURCES = table_of(SourceRow)
ITEMS = table_of(ItemRow)
EVENTS = table_of(EventRow)
ALERTS = table_of(AlertRow)
DELIVERIES = table_of(DeliveryRow)
DELIVERY_ALERTS = table_of(DeliveryAlertRow)
ATTEMPTS = table_of(AttemptRow)
DECISIONS = table_of(DecisionRow)
INBOX = table_of(InboxRow)
