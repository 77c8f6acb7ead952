"""The events that articles assert of one entity, newest first.

Guarantee: reads only, a page at a time by the number of the last event shown. Must not decide which events count.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, desc, select

from service.model.event import Event
from service.storage.items import event_of
from service.storage.tables import EVENTS, ITEMS

LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Reported:
    """An event with the item that asserts it; `at` is when that was published, or fetched where it does not say."""

    number: int
    event: Event
    item_id: int
    title: str
    outlet: str
    at: datetime


def page(connection: Connection, entity: str, *, limit: int, before: int = LARGEST_ID) -> list[Reported]:
    """Events with smaller numbers than `before`, the latest first."""
    about = (ITEMS.c.title, ITEMS.c.publisher, ITEMS.c.source, ITEMS.c.published, ITEMS.c.fetched_at)
    wanted = (EVENTS.c.entity == entity, EVENTS.c.id < before)
    joined = select(EVENTS, *about).join(ITEMS, EVENTS.c.item_id == ITEMS.c.id)
    rows = connection.execute(joined.where(*wanted).order_by(desc(EVENTS.c.id)).limit(limit))
    return [
        Reported(row.id, event_of(row), row.item_id, row.title, row.publisher or row.source, row.published or row.fetched_at)
        for row in rows
    ]
