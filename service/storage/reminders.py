"""Alerts to look at again.

Guarantee: a reminder is taken once, by one worker, and is back when that worker's transaction fails. Must not decide who is told.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, delete, select

from service.model.routing import Reminder, ReminderKind
from service.storage.database import insert_new, one_of
from service.storage.routing_tables import REMINDERS


def add(connection: Connection, reminders: Sequence[Reminder]) -> None:
    """Store reminders of stored alerts; one that is there already stays as it is, of two that are the same the sooner counts."""
    ordered = sorted(reminders, key=lambda one: (one.alert_id, one.kind, one.receiver, one.number, one.due_at))
    insert_new(connection, REMINDERS, [{**asdict(one), "kind": one.kind.value} for one in ordered], "id")


def take_due(connection: Connection, now: datetime, limit: int) -> list[Reminder]:
    """Up to `limit` reminders whose time has come, earliest first; they are gone when the transaction is."""
    due = select(REMINDERS).where(REMINDERS.c.due_at <= now).order_by(REMINDERS.c.due_at, REMINDERS.c.id).limit(limit)
    rows = connection.execute(due.with_for_update(skip_locked=True)).all()
    if rows:
        connection.execute(delete(REMINDERS).where(one_of(connection, REMINDERS.c.id, [row.id for row in rows])))
    return [Reminder(row.alert_id, ReminderKind(row.kind), row.receiver, row.number, row.first, row.due_at) for row in rows]
