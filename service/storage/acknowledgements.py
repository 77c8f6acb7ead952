"""Which alerts somebody takes care of.

Guarantee: of several people who acknowledge an alert at once, one is the first. Must not decide what that stops.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from service.storage.database import insert_new, one_of
from service.storage.routing_tables import ACKNOWLEDGEMENTS


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who takes care of an alert, and since when."""

    by: str
    at: datetime


def acknowledge(connection: Connection, alert_id: str, by: str, now: datetime) -> bool:
    """Write down that somebody takes care of an alert that is stored; False when somebody did before."""
    return bool(insert_new(connection, ACKNOWLEDGEMENTS, [{"alert_id": alert_id, "at": now, "by": by}], "alert_id"))


def acknowledged(connection: Connection, alert_ids: Collection[str]) -> dict[str, Acknowledgement]:
    """Those of these alerts that somebody takes care of."""
    found = select(ACKNOWLEDGEMENTS).where(one_of(connection, ACKNOWLEDGEMENTS.c.alert_id, alert_ids))
    return {row.alert_id: Acknowledgement(row.by, row.at) for row in connection.execute(found)}
