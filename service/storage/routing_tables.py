"""The tables of routing: what is known of each group, which alerts to look at again, and who acknowledged what.

Part of the tables: the same rules hold as in `tables`.
"""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field

from service.storage.tables import Row, table_of
from service.storage.types import BIG_ID, CleanText, UtcDateTime


class GroupRow(Row, table=True):
    """What went out before: for a group the time its last bundle was due, for a target with a limit the times of the last hours.

    Writing to it is what makes those who give alerts to a group take turns. `dues` is a JSON array of times.
    """

    __tablename__ = "groups"

    name: str = Field(sa_type=CleanText, primary_key=True)
    due_at: datetime | None = Field(sa_type=UtcDateTime)
    dues: str = Field(sa_type=CleanText)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class ReminderRow(Row, table=True):
    """An alert to look at again: an escalation that is not due yet, or the next repeat. Whoever acts on it takes it away."""

    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("alert_id", "kind", "receiver", "number"), Index(None, "due_at", "id"))

    id: int | None = Field(default=None, sa_column=Column("id", BIG_ID, primary_key=True))
    alert_id: str = Field(sa_column=Column("alert_id", CleanText, ForeignKey("alerts.id"), nullable=False))
    kind: str = Field(sa_type=CleanText)
    receiver: str = Field(sa_type=CleanText)
    number: int
    first: str = Field(sa_type=CleanText)
    due_at: datetime = Field(sa_type=UtcDateTime)


class AcknowledgementRow(Row, table=True):
    """Somebody takes care of an alert: the first who said so."""

    __tablename__ = "acknowledgements"

    alert_id: str = Field(sa_column=Column("alert_id", CleanText, ForeignKey("alerts.id"), primary_key=True))
    at: datetime = Field(sa_type=UtcDateTime)
    by: str = Field(sa_type=CleanText)


GROUPS = table_of(GroupRow)
REMINDERS = table_of(ReminderRow)
ACKNOWLEDGEMENTS = table_of(AcknowledgementRow)
