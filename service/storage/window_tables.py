"""The tables of rules that count over time: what a window holds, and what it has told of. Conventions as in `tables`."""

from datetime import datetime

from sqlalchemy import Column, Index
from sqlmodel import Field

from service.storage.tables import Row, table_of
from service.storage.types import BIG_ID, CleanText, UtcDateTime


class WindowRow(Row, table=True):
    """What a window has told of, for each key of a rule; writing to it is what makes those who count take turns.

    The row with the key "" is always there for a rule in force: `since` is from when on it has been watched without a gap.
    """

    __tablename__ = "windows"

    rule: str = Field(sa_type=CleanText, primary_key=True)
    key: str = Field(sa_type=CleanText, primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime)
    swept_at: datetime | None = Field(sa_type=UtcDateTime)
    last_at: datetime | None = Field(sa_type=UtcDateTime)
    told_first: datetime | None = Field(sa_type=UtcDateTime)
    told_last: datetime | None = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(sa_type=UtcDateTime, index=True)


class OccurrenceRow(Row, table=True):
    """One match that a window counts, until `expires_at`. Its item may be gone before it, so nothing ties it to that."""

    __tablename__ = "occurrences"
    __table_args__ = (Index(None, "rule", "key", "at"),)

    id: int | None = Field(default=None, sa_column=Column("id", BIG_ID, primary_key=True))
    rule: str = Field(sa_type=CleanText)
    key: str = Field(sa_type=CleanText)
    at: datetime = Field(sa_type=UtcDateTime)
    item_id: int = Field(sa_column=Column("item_id", BIG_ID, nullable=False))
    subject: str = Field(sa_type=CleanText)
    entity: str = Field(sa_type=CleanText)
    source: str = Field(sa_type=CleanText)
    publisher: str = Field(sa_type=CleanText)
    step: str = Field(sa_type=CleanText)
    fingerprint: str = Field(sa_type=CleanText)
    headline: str = Field(sa_type=CleanText)
    link: str = Field(sa_type=CleanText)
    words: str = Field(sa_type=CleanText)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


WINDOWS = table_of(WindowRow)
OCCURRENCES = table_of(OccurrenceRow)
