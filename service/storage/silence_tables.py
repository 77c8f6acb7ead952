"""The tables of silences, of alerts that were of no use, and of what cools down; see `tables` for the conventions."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey
from sqlmodel import Field

from service.storage.tables import Row, table_of
from service.storage.types import BIG_ID, CleanText, UtcDateTime


class SilenceRow(Row, table=True):
    """A time in which nobody is told of some alerts. `matchers` is a JSON array of [label, operator, value]."""

    __tablename__ = "silences"

    id: int | None = Field(default=None, sa_column=Column("id", BIG_ID, primary_key=True))
    matchers: str = Field(sa_type=CleanText)
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime, index=True)
    by: str = Field(sa_type=CleanText)
    why: str = Field(sa_type=CleanText)
    ended_by: str = Field(sa_type=CleanText)


class FeedbackRow(Row, table=True):
    """A receiver said that an alert was of no use to it."""

    __tablename__ = "feedback"

    alert_id: str = Field(sa_column=Column("alert_id", CleanText, ForeignKey("alerts.id"), primary_key=True))
    by: str = Field(sa_type=CleanText, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)


class CooldownRow(Row, table=True):
    """The alert that was told last of a rule and key that cools down; writing to it is what makes those who tell take turns."""

    __tablename__ = "cooldowns"

    key: str = Field(sa_type=CleanText, primary_key=True)
    alert_id: str = Field(sa_type=CleanText)
    told_at: datetime = Field(sa_type=UtcDateTime)
    severity: str = Field(sa_type=CleanText)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


SILENCES = table_of(SilenceRow)
FEEDBACK = table_of(FeedbackRow)
COOLDOWNS = table_of(CooldownRow)
