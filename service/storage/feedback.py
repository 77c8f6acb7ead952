"""Which alerts were of no use, said by those who were sent them.

Guarantee: each receiver counts once for each alert. Must not decide what becomes of a rule.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from service.storage.database import insert_new, one_of
from service.storage.silence_tables import FEEDBACK


def add(connection: Connection, alert_id: str, by: str, now: datetime) -> bool:
    """Write down that an alert that is stored was of no use to a receiver; False when it said so before."""
    return bool(insert_new(connection, FEEDBACK, [{"alert_id": alert_id, "by": by, "at": now}], "alert_id"))


def said(connection: Connection, alert_id: str, by: str) -> datetime | None:
    """When a receiver said so of an alert, if it did."""
    mine = (FEEDBACK.c.alert_id == alert_id, FEEDBACK.c.by == by)
    return connection.execute(select(FEEDBACK.c.at).where(*mine)).scalar_one_or_none()


def said_of(connection: Connection, alert_ids: Collection[str], by: str) -> set[str]:
    """Those of these alerts of which somebody said so."""
    mine = (one_of(connection, FEEDBACK.c.alert_id, alert_ids), FEEDBACK.c.by == by)
    return set(connection.execute(select(FEEDBACK.c.alert_id).where(*mine)).scalars())
