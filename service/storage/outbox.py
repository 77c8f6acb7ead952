"""What a delivery carries: reading the alerts of claimed deliveries, and setting aside what cannot be read.

Guarantee: an alert that cannot be decoded never stops a worker or its neighbours in the bundle; it ends in a DISCARDED delivery
that says why. Part of `deliveries`, which alone may use it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from service.model.alert import Alert
from service.model.delivery import DeliveryState
from service.storage.alerts import alert_of
from service.storage.database import one_of
from service.storage.tables import ALERTS, ATTEMPTS, DELIVERIES, DELIVERY_ALERTS

logger = logging.getLogger(__name__)

UNREADABLE = "unreadable"
"""The reason of a delivery that was discarded because its alerts cannot be decoded."""


@dataclass(slots=True)
class Bundle:
    """The alerts of one delivery in their order, the ids of those that cannot be decoded, with the reason, and the times after
    which some are not told any more."""

    alerts: list[Alert] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)
    stale_at: dict[str, datetime] = field(default_factory=dict)


def decode(connection: Connection, delivery_ids: Sequence[int]) -> dict[int, Bundle]:
    """The bundle of each delivery, also of one without alerts."""
    bundles = {number: Bundle() for number in delivery_ids}
    statement = select(DELIVERY_ALERTS.c.delivery_id, DELIVERY_ALERTS.c.stale_at, ALERTS).join(
        ALERTS, DELIVERY_ALERTS.c.alert_id == ALERTS.c.id
    )
    for row in connection.execute(
        statement.where(one_of(connection, DELIVERY_ALERTS.c.delivery_id, delivery_ids)).order_by(DELIVERY_ALERTS.c.id)
    ):
        bundle = bundles[row.delivery_id]
        if row.stale_at is not None:
            bundle.stale_at[row.id] = row.stale_at
        try:
            bundle.alerts.append(alert_of(row))
        except ValueError as error:
            bundle.broken[row.id] = str(error)
    return bundles


def set_aside(connection: Connection, row: Row[Any], bundle: Bundle, now: datetime) -> None:
    """Discard the delivery, or, when it carries readable alerts too, move the others into a discarded delivery of their own."""
    detail = "; ".join(f"alert {number}: {why}" for number, why in bundle.broken.items()) or "it carries no alert"
    logger.error("delivery %s to %s: discarded what cannot be read: %s", row.key, row.receiver, detail)
    discarded = {
        "state": DeliveryState.DISCARDED.value,
        "next_at": None,
        "lease_until": None,
        "token": None,
        "waiting": None,
        "attempts": row.attempts,
        "last_reason": UNREADABLE,
        "last_detail": detail,
    }
    if bundle.alerts:
        same = {name: getattr(row, name) for name in ("receiver", "target", "group_key", "created_at")}
        copy = insert(DELIVERIES).values({**same, **discarded, "key": f"{row.key}-unreadable-{row.attempts}"})
        number = connection.execute(copy.returning(DELIVERIES.c.id)).scalar_one()
        theirs = (DELIVERY_ALERTS.c.delivery_id == row.id) & DELIVERY_ALERTS.c.alert_id.in_(list(bundle.broken))
        connection.execute(update(DELIVERY_ALERTS).where(theirs).values(delivery_id=number))
    else:
        number = row.id
        connection.execute(update(DELIVERIES).where(DELIVERIES.c.id == number).values(discarded))
    ending = {"at": now, "outcome": DeliveryState.DISCARDED.value, "reason": UNREADABLE, "detail": detail}
    connection.execute(insert(ATTEMPTS).values({"delivery_id": number, "number": row.attempts, **ending}))
