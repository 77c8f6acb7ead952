"""Short ways to fill a database in tests of the storage room."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from service.clock import utc_now
from service.model.alert import Alert
from service.model.item import Item
from service.storage import alerts, items
from service.storage.deliveries import Order
from tests.support.alerts import make_alert

LEASE = timedelta(minutes=2)
OVER = timedelta(0)
"""A lease that has run out when the next claim comes."""


def numbered_item(number: int, source: str = "wire") -> Item:
    """Items that differ in everything that identifies them."""
    return Item(source=source, guid=f"guid-{number}", title=f"Title {number}", text=f"Text {number}")


def numbered_alert(number: int, **changes: object) -> Alert:
    """Alerts that differ in id and fingerprint."""
    return make_alert(**{"id": f"alert-{number:05}", "fingerprint": f"fingerprint-{number:05}", **changes})


def store_item(connection: Connection, number: int = 1) -> int:
    """An item; its id."""
    stored = items.insert_new(connection, [numbered_item(number)], disposition="evaluated", rules_version="v1", now=utc_now())
    return stored[0][0]


def store_alerts(connection: Connection, numbers: Sequence[int]) -> list[Alert]:
    """An item and alerts of it."""
    made = [numbered_alert(number) for number in numbers]
    item_id = store_item(connection, numbers[0])
    alerts.insert_new(connection, [(alert, item_id) for alert in made])
    return made


def order(
    number: int,
    *,
    receiver: str = "desk",
    target: str = "mailtos://desk@example.com",
    group: str = "g",
    wait: timedelta = timedelta(0),
    now: datetime | None = None,
) -> Order:
    """An order for alert `number`, due at once unless it waits."""
    return Order(f"alert-{number:05}", receiver, target, group, wait, now or utc_now())
