"""The tables behind messages: the threads they hang in, and the key that their links are signed with.

Beside `tables`, whose conventions hold here; alembic/env.py imports both.
"""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field

from service.storage.tables import Row
from service.storage.types import BIG_ID, CleanText, UtcDateTime


class ThreadRow(Row, table=True):
    """One delivery's place in one thread: a thread is named by its first alert, and each target has its own.

    `parents` is a JSON array: what the delivery was claimed with. `reference` and `subject` are there once it was sent.
    """

    __tablename__ = "threads"
    __table_args__ = (UniqueConstraint("delivery_id", "thread"), Index(None, "thread", "target"))

    id: int | None = Field(default=None, sa_column=Column("id", BIG_ID, primary_key=True))
    delivery_id: int = Field(sa_column=Column("delivery_id", BIG_ID, ForeignKey("deliveries.id"), nullable=False))
    thread: str = Field(sa_type=CleanText)
    target: str = Field(sa_type=CleanText)
    parents: str = Field(sa_type=CleanText)
    subject: str = Field(sa_type=CleanText)
    reference: str = Field(sa_type=CleanText)
    sent_at: datetime | None = Field(sa_type=UtcDateTime)


class KeyRow(Row, table=True):
    """A secret that was drawn once for all processes. It never leaves this table but to sign and to verify."""

    __tablename__ = "keys"

    name: str = Field(sa_type=CleanText, primary_key=True)
    value: str = Field(sa_type=CleanText)


THREADS = Row.metadata.tables["threads"]
KEYS = Row.metadata.tables["keys"]
