"""Alerts that are left out of a delivery at the moment it would be sent, because they need not be told any more.

Guarantee: what is left out ends in a CANCELLED delivery that says why, and the rest of the bundle goes out as it would have.
Must not decide what is left out.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, literal, select, update

from service.model.alert import Alert
from service.model.delivery import Delivery, DeliveryState
from service.model.duration import format_duration
from service.storage.database import one_of
from service.storage.tables import ATTEMPTS, DELIVERIES, DELIVERY_ALERTS

STALE = "stale"
SILENCED = "silenced"
PUT_BACK = "put back"
"""The outcome of what a person did who wants a delivery sent all the same."""


def leave_out(connection: Connection, delivery: Delivery, gone: Mapping[str, str], reason: str, now: datetime) -> Delivery | None:
    """A claimed delivery without the alerts with these ids, each with the detail why; None where none is left.

    The claim counts as no try of what is left out.
    """
    detail = "; ".join(dict.fromkeys(gone.values()))
    ended: dict[str, Any] = {
        "state": DeliveryState.CANCELLED.value,
        "next_at": None,
        "lease_until": None,
        "token": None,
        "waiting": None,
    }
    ended |= {"attempts": delivery.attempts - 1, "last_reason": reason, "last_detail": detail}
    rest = tuple(alert for alert in delivery.alerts if alert.id not in gone)
    number = delivery.id
    if rest:
        same = [DELIVERIES.c[name] for name in ("receiver", "target", "group_key", "created_at", "timing_reason", "digest")]
        own = {"key": f"{delivery.key}-{reason}-{min(gone)}", **ended}
        values = [literal(value, DELIVERIES.c[name].type) for name, value in own.items()]
        copy = select(*same, *values).where(DELIVERIES.c.id == delivery.id)
        made = insert(DELIVERIES).from_select([*(column.name for column in same), *own], copy)
        number = connection.execute(made.returning(DELIVERIES.c.id)).scalar_one()
        theirs = (DELIVERY_ALERTS.c.delivery_id == delivery.id) & one_of(connection, DELIVERY_ALERTS.c.alert_id, gone)
        connection.execute(update(DELIVERY_ALERTS).where(theirs).values(delivery_id=number))
    else:
        connection.execute(update(DELIVERIES).where(DELIVERIES.c.id == number).values(ended))
    note = {"delivery_id": number, "number": delivery.attempts - 1, "at": now}
    ending = {"outcome": DeliveryState.CANCELLED.value, "reason": reason, "detail": detail}
    connection.execute(insert(ATTEMPTS).values(note | ending))
    return replace(delivery, alerts=rest) if rest else None


def staleness(alert: Alert, stale_at: datetime | None, now: datetime) -> str:
    """Why an alert is not told after that moment; "" where it is."""
    if stale_at is None or now < stale_at:
        return ""
    lasts = format_duration(stale_at - alert.created_at)
    return f"not told within {lasts} of {alert.created_at:%Y-%m-%d %H:%M} UTC, when it was made (stale_after)"


def put_back_at(connection: Connection, delivery_ids: Collection[int]) -> dict[int, datetime]:
    """When somebody last put these deliveries back, where somebody did."""
    mine = (one_of(connection, ATTEMPTS.c.delivery_id, delivery_ids), ATTEMPTS.c.outcome == PUT_BACK)
    asked = select(ATTEMPTS.c.delivery_id, func.max(ATTEMPTS.c.at)).where(*mine).group_by(ATTEMPTS.c.delivery_id)
    return {number: at for number, at in connection.execute(asked)}
