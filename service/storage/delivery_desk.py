"""Deliveries as a person handles them: listed, shown with every try, put back, dropped.

Guarantee: works beside running processes; what is being sent at this moment is left to whoever sends it, and a delivery that was
put back keeps its key, so that a receiver still knows it. Must not send.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from service.model.delivery import DeliveryState
from service.storage import leaving
from service.storage.tables import ALERTS, ATTEMPTS, DELIVERIES, DELIVERY_ALERTS

PUT_BACK = (DeliveryState.DISCARDED, DeliveryState.CANCELLED, DeliveryState.RETRYABLE)
DROPPED = (DeliveryState.PENDING, DeliveryState.RETRYABLE, DeliveryState.DISCARDED)


@dataclass(frozen=True, slots=True)
class Listed:
    """One delivery as a list shows it; `title` is its first alert's, `alerts` how many it carries."""

    key: str
    receiver: str
    target: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_at: datetime | None
    sent_at: datetime | None
    reason: str
    detail: str
    title: str
    alerts: int


def listed(
    connection: Connection, *, states: Collection[DeliveryState] = (), receiver: str = "", limit: int = 50, before: str = ""
) -> list[Listed]:
    """Newest first, in these states (none: in all); `before` is the key of the last one of the page before."""
    which = select(DELIVERIES.c.id).order_by(DELIVERIES.c.id.desc()).limit(limit)
    if before:
        last = select(DELIVERIES.c.id).where(DELIVERIES.c.key == before).scalar_subquery()
        which = which.where(DELIVERIES.c.id < last)
    if states:
        which = which.where(DELIVERIES.c.state.in_([state.value for state in states]))
    if receiver:
        which = which.where(DELIVERIES.c.receiver == receiver)
    # First which ones, then what those alone carry.
    shown = _rows().where(DELIVERIES.c.id.in_(which.correlate(None))).order_by(DELIVERIES.c.id.desc())
    return [_listed(row) for row in connection.execute(shown)]


def get(connection: Connection, key: str) -> Listed | None:
    """The delivery with this key."""
    row = connection.execute(_rows().where(DELIVERIES.c.key == key)).one_or_none()
    return _listed(row) if row else None


def find(connection: Connection, start: str, limit: int = 2) -> list[Listed]:
    """The deliveries whose keys begin so; looks through all of them, see `get` for a whole key."""
    statement = _rows().where(DELIVERIES.c.key.startswith(start, autoescape=True)).order_by(DELIVERIES.c.key).limit(limit)
    return [_listed(row) for row in connection.execute(statement)]


def titles(connection: Connection, key: str) -> list[tuple[str, str]]:
    """Id and title of each alert that a delivery carries, in order."""
    joined = DELIVERIES.join(DELIVERY_ALERTS, DELIVERY_ALERTS.c.delivery_id == DELIVERIES.c.id)
    joined = joined.join(ALERTS, ALERTS.c.id == DELIVERY_ALERTS.c.alert_id)
    statement = select(ALERTS.c.id, ALERTS.c.title).select_from(joined).where(DELIVERIES.c.key == key)
    return [(number, title) for number, title in connection.execute(statement.order_by(DELIVERY_ALERTS.c.id))]


def put_back(connection: Connection, key: str, by: str, now: datetime) -> bool:
    """Due at once, under the same key, however old its alerts are; False when its state does not allow it."""
    row = _held(connection, key, PUT_BACK)
    if row is None:
        return False
    values = {"state": DeliveryState.RETRYABLE.value, "next_at": now, "last_reason": "", "last_detail": f"put back by {by}"}
    connection.execute(update(DELIVERIES).where(DELIVERIES.c.id == row.id).values(values))
    connection.execute(update(DELIVERY_ALERTS).where(DELIVERY_ALERTS.c.delivery_id == row.id).values(stale_at=None))
    _note(connection, row, (leaving.PUT_BACK, "", f"by {by}"), now)
    return True


def drop(connection: Connection, key: str, by: str, why: str, now: datetime) -> bool:
    """CANCELLED for good, with who and why; False when its state does not allow it."""
    row = _held(connection, key, DROPPED)
    if row is None:
        return False
    detail = f"dropped by {by}" + (f": {why}" if why else "")
    values = {"state": DeliveryState.CANCELLED.value, "next_at": None, "waiting": None}
    values |= {"last_reason": "dropped", "last_detail": detail}
    connection.execute(update(DELIVERIES).where(DELIVERIES.c.id == row.id).values(values))
    _note(connection, row, (DeliveryState.CANCELLED.value, "dropped", detail), now)
    return True


def _held(connection: Connection, key: str, states: Collection[DeliveryState]) -> Row[Any] | None:
    """The delivery, locked, if it is in one of these states."""
    allowed = [state.value for state in states]
    statement = select(DELIVERIES).where(DELIVERIES.c.key == key, DELIVERIES.c.state.in_(allowed)).with_for_update()
    return connection.execute(statement).one_or_none()


def _note(connection: Connection, row: Row[Any], ending: tuple[str, str, str], now: datetime) -> None:
    """What a person did stands among the tries, under the number of the last one."""
    outcome, reason, detail = ending
    values = {"delivery_id": row.id, "number": row.attempts, "at": now, "outcome": outcome, "reason": reason, "detail": detail}
    connection.execute(insert(ATTEMPTS).values(values))


def _rows() -> Select[Any]:
    mine = DELIVERY_ALERTS.c.delivery_id == DELIVERIES.c.id
    carried = DELIVERY_ALERTS.join(ALERTS, ALERTS.c.id == DELIVERY_ALERTS.c.alert_id)
    titles_in_order = select(ALERTS.c.title).select_from(carried).where(mine).order_by(DELIVERY_ALERTS.c.id)
    count = select(func.count()).select_from(DELIVERY_ALERTS).where(mine)
    return select(
        DELIVERIES,
        titles_in_order.limit(1).correlate(DELIVERIES).scalar_subquery().label("title"),
        count.correlate(DELIVERIES).scalar_subquery().label("alerts"),
    )


def _listed(row: Row[Any]) -> Listed:
    return Listed(
        key=row.key,
        receiver=row.receiver,
        target=row.target,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        created_at=row.created_at,
        next_at=row.next_at,
        sent_at=row.sent_at,
        reason=row.last_reason,
        detail=row.last_detail,
        title=row.title or "",
        alerts=row.alerts,
    )
