"""The local inbox: what was delivered to nobody but this installation.

Guarantee: a message is there once for its key, however often it is delivered. Must not render.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, desc, select

from service.storage.database import insert_new
from service.storage.tables import INBOX
from service.storage.types import dump_texts, load_texts

LARGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class InboxMessage:
    """One delivered bundle; `alerts` are the ids of its alerts, `number` grows with each message."""

    key: str
    subject: str
    text: str
    alerts: tuple[str, ...]
    at: datetime
    number: int = 0


def append(connection: Connection, *, key: str, subject: str, text: str, alerts: Sequence[str], now: datetime) -> bool:
    """Add a message; `alerts` are alert ids. False when a message with that key is there already."""
    row = {"key": key, "subject": subject, "text": text, "alerts": dump_texts(alerts), "at": now}
    return bool(insert_new(connection, INBOX, [row], "id"))


def latest(connection: Connection, limit: int, before: int = LARGEST_NUMBER) -> list[InboxMessage]:
    """The messages that came last of those with smaller numbers than `before`, newest first."""
    rows = connection.execute(select(INBOX).where(INBOX.c.id < before).order_by(desc(INBOX.c.id)).limit(limit))
    return [InboxMessage(row.key, row.subject, row.text, load_texts(row.alerts), row.at, row.id) for row in rows]
