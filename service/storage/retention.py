"""What is old is deleted, a batch at a time, together with all that hangs on it.

Guarantee: nothing goes that is still on its way (a delivery that is not final and its alerts, an alert that somebody may be
reminded of), that a source still lists (it would be news once more), or that something newer hangs on (the item of an alert, the
first alert of a thread). Whoever works on a row at this moment is not waited for: the row goes the next time. Must not decide how
old is old.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, delete, exists, func, select, update

from service.model.delivery import DeliveryState
from service.storage import search
from service.storage.database import one_of
from service.storage.message_tables import THREADS
from service.storage.routing_tables import ACKNOWLEDGEMENTS, REMINDERS
from service.storage.silence_tables import FEEDBACK, SILENCES
from service.storage.tables import ALERTS, ATTEMPTS, DECISIONS, DELIVERIES, DELIVERY_ALERTS, EVENTS, INBOX, ITEMS, SOURCES

BATCH = 500
"""Rows that go in one transaction, beside what hangs on them."""

_FINAL = [state.value for state in (DeliveryState.SENT, DeliveryState.DISCARDED, DeliveryState.CANCELLED)]
_ENDED = func.coalesce(DELIVERIES.c.sent_at, DELIVERIES.c.created_at)
_SEEN = func.coalesce(ITEMS.c.seen_at, ITEMS.c.fetched_at)


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows that are kept for a time: the id of each, which are old, and how they go."""

    table: Table
    old: Callable[[Connection, datetime], Sequence[ColumnElement[bool]]]
    remove: Callable[[Connection, Sequence[Any]], None]

    @property
    def id(self) -> Column[Any]:
        """Its key."""
        return self.table.c.id


def count(connection: Connection, kind: Kind, before: datetime) -> int:
    """How many are old."""
    asked = select(func.count()).select_from(kind.table).where(*kind.old(connection, before))
    return int(connection.execute(asked).scalar_one())


def prune(connection: Connection, kind: Kind, before: datetime) -> int:
    """Delete one batch; how many went, fewer than BATCH when no more are old."""
    asked: Select[Any] = select(kind.id).where(*kind.old(connection, before)).order_by(kind.id).limit(BATCH)
    ids = connection.execute(asked.with_for_update(of=kind.table, skip_locked=True)).scalars().all()
    if ids:
        kind.remove(connection, ids)
    return len(ids)


def _old_inbox(connection: Connection, before: datetime) -> Sequence[ColumnElement[bool]]:
    return (INBOX.c.at < before,)


def _old_silences(connection: Connection, before: datetime) -> Sequence[ColumnElement[bool]]:
    return (SILENCES.c.until < before,)


def _old_deliveries(connection: Connection, before: datetime) -> Sequence[ColumnElement[bool]]:
    old = (DELIVERIES.c.created_at < before, _ENDED < before, DELIVERIES.c.state.in_(_FINAL))
    return (DELIVERIES.c.id < _first_since(connection, DELIVERIES.c.created_at, before), *old)


def _old_alerts(connection: Connection, before: datetime) -> Sequence[ColumnElement[bool]]:
    mine = DELIVERY_ALERTS.c.alert_id == ALERTS.c.id
    waits = exists().where(mine, DELIVERIES.c.id == DELIVERY_ALERTS.c.delivery_id, DELIVERIES.c.state.not_in(_FINAL))
    reminded = exists().where(REMINDERS.c.alert_id == ALERTS.c.id)
    later = ALERTS.alias("later")
    followed = exists().where(later.c.follows == ALERTS.c.id, later.c.created_at >= before)
    return (ALERTS.c.created_at < before, ~waits, ~reminded, ~followed)


def _old_items(connection: Connection, before: datetime) -> Sequence[ColumnElement[bool]]:
    alerted = exists().where(ALERTS.c.item_id == ITEMS.c.id)
    may_be = SOURCES.c.listed_since.is_(None) | (SOURCES.c.listed_since <= _SEEN)
    listed = exists().where(SOURCES.c.id == ITEMS.c.source, SOURCES.c.active, may_be)
    old = (ITEMS.c.fetched_at < before, _SEEN < before)
    return (ITEMS.c.id < _first_since(connection, ITEMS.c.fetched_at, before), *old, ~alerted, ~listed)


def _first_since(connection: Connection, at: Column[datetime], before: datetime) -> int:
    """The first row of a table that is not old; rows come in the order of time, so the search ends there."""
    table = at.table
    first = connection.execute(select(table.c.id).where(at >= before).order_by(table.c.id).limit(1)).scalar_one_or_none()
    return int(first) if first is not None else 2**62


def _forget(connection: Connection, table: Table, column: str, ids: Sequence[Any]) -> None:
    connection.execute(delete(table).where(one_of(connection, table.c[column], ids)))


def _remove_inbox(connection: Connection, ids: Sequence[Any]) -> None:
    _forget(connection, INBOX, "id", ids)


def _remove_silences(connection: Connection, ids: Sequence[Any]) -> None:
    _forget(connection, SILENCES, "id", ids)


def _remove_deliveries(connection: Connection, ids: Sequence[Any]) -> None:
    for table in (ATTEMPTS, THREADS, DELIVERY_ALERTS):
        _forget(connection, table, "delivery_id", ids)
    _forget(connection, DELIVERIES, "id", ids)


def _remove_alerts(connection: Connection, ids: Sequence[Any]) -> None:
    """The deliveries that carry nothing else go with them."""
    mine = one_of(connection, DELIVERY_ALERTS.c.alert_id, ids)
    carriers = connection.execute(select(DELIVERY_ALERTS.c.delivery_id).where(mine).distinct()).scalars().all()
    connection.execute(update(DECISIONS).where(one_of(connection, DECISIONS.c.alert_id, ids)).values(alert_id=None))
    for table in (ACKNOWLEDGEMENTS, FEEDBACK, DELIVERY_ALERTS):
        _forget(connection, table, "alert_id", ids)
    _forget(connection, ALERTS, "id", ids)
    theirs = one_of(connection, DELIVERY_ALERTS.c.delivery_id, carriers)
    full = set(connection.execute(select(DELIVERY_ALERTS.c.delivery_id).where(theirs)).scalars())
    if empty := [number for number in carriers if number not in full]:
        _remove_deliveries(connection, empty)


def _remove_items(connection: Connection, ids: Sequence[Any]) -> None:
    words = select(ITEMS.c.id, ITEMS.c.title, ITEMS.c.text).where(one_of(connection, ITEMS.c.id, ids))
    search.forget(connection, [(row.id, row.title, row.text) for row in connection.execute(words)])
    for table in (EVENTS, DECISIONS):
        _forget(connection, table, "item_id", ids)
    _forget(connection, ITEMS, "id", ids)


KINDS: Mapping[str, Kind] = {
    "inbox": Kind(INBOX, _old_inbox, _remove_inbox),
    "deliveries": Kind(DELIVERIES, _old_deliveries, _remove_deliveries),
    "alerts": Kind(ALERTS, _old_alerts, _remove_alerts),
    "silences": Kind(SILENCES, _old_silences, _remove_silences),
    "items": Kind(ITEMS, _old_items, _remove_items),
}
"""In the order in which they go: what hangs on others first."""
