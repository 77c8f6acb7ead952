"""What those ask who follow the alerts as they come: which are new, as conditions for `alert_queries.page`.

Guarantee: an alert whose transaction was committed late is seen by whoever looks back far enough. Reads only.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, false, select, true, tuple_

from service.storage.database import one_of
from service.storage.tables import ALERTS

ORDER = (ALERTS.c.created_at, ALERTS.c.item_id, ALERTS.c.position, ALERTS.c.id)
"""Descending, this is the order of every list of alerts."""

MOST_NEW = 20_000
START = "start"
"""What stands for the place before the first alert where the id of one is asked for; no id looks like it."""


def since(connection: Connection, moment: datetime) -> list[str]:
    """The ids of the alerts that were made since then, oldest first; of very many the first."""
    asked = select(ALERTS.c.id).where(ALERTS.c.created_at >= moment).order_by(*ORDER).limit(MOST_NEW)
    return list(connection.execute(asked).scalars())


def these(connection: Connection, ids: Collection[str]) -> ColumnElement[bool]:
    """Of these alerts."""
    return one_of(connection, ALERTS.c.id, ids)


def later_than(connection: Connection, alert_id: str) -> ColumnElement[bool]:
    """Made after this alert, every one after START; none where it is not there."""
    if alert_id == START:
        return true()
    last: Any = connection.execute(select(*ORDER).where(ALERTS.c.id == alert_id)).first()
    if last is None:
        return false()
    return tuple_(*ORDER) > tuple_(*last, types=[column.type for column in ORDER])
