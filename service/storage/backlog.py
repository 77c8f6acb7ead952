"""What has waited long for a target that does not answer, made one delivery.

Guarantee: no alert is lost on the way: it moves from one delivery to another in one transaction, under the locks of both; what a
worker holds is left alone, and what failed for a reason of its own stays alone. The delivery that is left is the oldest one, with
its give-up clock. Must not decide how long is long, and which reasons are the target's.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, update

from service.model.delivery import DeliveryState
from service.storage.database import one_of
from service.storage.tables import DELIVERIES, DELIVERY_ALERTS

TITLE = "Backlog"
GATHERED = "gathered"
"""The reason of a delivery whose alerts were moved into the digest of its target's backlog."""

AT_ONCE = 1000
"""Deliveries that are taken in together; the rest follows at the next look."""

_SINCE = func.coalesce(DELIVERIES.c.held_until, DELIVERIES.c.created_at)
"""From when on a delivery could have been sent."""


def gather(connection: Connection, now: datetime, older: timedelta, reasons: Collection[str]) -> int:
    """Make one delivery of all that waits for a receiver's target that has failed for longer, for one of the `reasons` that hold
    for it as a whole; how many others it took in."""
    failed = (DELIVERIES.c.state == DeliveryState.RETRYABLE.value) & DELIVERIES.c.last_reason.in_(sorted(reasons))
    failing = select(DELIVERIES.c.receiver, DELIVERIES.c.target).where(failed, _SINCE <= now - older).distinct()
    taken = 0
    for receiver, target in sorted(tuple(row) for row in connection.execute(failing)):
        overdue = (DELIVERIES.c.state == DeliveryState.PENDING.value) & (DELIVERIES.c.next_at <= now)
        rows = _waiting(connection, (DELIVERIES.c.receiver == receiver, DELIVERIES.c.target == target, failed | overdue))
        if len(rows) > 1:
            _merge(connection, rows, now)
            taken += len(rows) - 1
    return taken


def _waiting(connection: Connection, which: Sequence[ColumnElement[bool]]) -> Sequence[Row[Any]]:
    """What failed before, and what is due but was not tried yet; oldest first, locked."""
    asked = select(DELIVERIES).where(*which)
    return connection.execute(asked.order_by(_SINCE, DELIVERIES.c.id).limit(AT_ONCE).with_for_update(skip_locked=True)).all()


def _merge(connection: Connection, rows: Sequence[Row[Any]], now: datetime) -> None:
    kept, others = rows[0], [row.id for row in rows[1:]]
    theirs = one_of(connection, DELIVERY_ALERTS.c.delivery_id, others)
    mine = select(DELIVERY_ALERTS.c.alert_id).where(DELIVERY_ALERTS.c.delivery_id == kept.id)
    first = select(func.min(DELIVERY_ALERTS.c.id)).where(theirs).group_by(DELIVERY_ALERTS.c.alert_id)
    connection.execute(delete(DELIVERY_ALERTS).where(theirs, DELIVERY_ALERTS.c.alert_id.in_(mine)))
    connection.execute(delete(DELIVERY_ALERTS).where(theirs, DELIVERY_ALERTS.c.id.not_in(first)))
    connection.execute(update(DELIVERY_ALERTS).where(theirs).values(delivery_id=kept.id))
    gone = update(DELIVERIES).where(one_of(connection, DELIVERIES.c.id, others))
    connection.execute(
        gone.values(
            state=DeliveryState.CANCELLED.value,
            next_at=None,
            waiting=None,
            last_reason=GATHERED,
            last_detail=f"its alerts go out in delivery {kept.key}",
        )
    )
    since = kept.held_until or kept.created_at
    reason = f"collected since {since:%Y-%m-%d %H:%M} UTC: the target did not take what was sent"
    digest = {"digest": TITLE, "timing_reason": reason, "waiting": None}
    connection.execute(update(DELIVERIES).where(DELIVERIES.c.id == kept.id).values(digest))
