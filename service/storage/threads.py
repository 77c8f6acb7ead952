"""Threads: which messages a target was sent for an alert, so that the updates of that alert follow up under them.

Guarantee: what a delivery hangs under stays the same in every copy that a target may have: it is fixed by the claim, and looked
up again only while no try can have arrived. Must not know what the references mean: they are the notifiers'.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Insert, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.model.alert import Alert, Novelty
from service.model.delivery import Background, Delivery, Sent, Thread
from service.storage.database import insert_new, one_of
from service.storage.message_tables import THREADS
from service.storage.tables import ALERTS, ATTEMPTS
from service.storage.types import dump_texts, load_mapping, load_texts

_TOLD = (ALERTS.c.id, ALERTS.c.follows, ALERTS.c.title, ALERTS.c.event_type, ALERTS.c.facts, ALERTS.c.created_at)

_ROW = ("delivery_id", "thread", "target", "parents", "subject", "reference", "sent_at")
_KNOWN = ("subject", "reference", "sent_at")
_REMEMBER: Mapping[str, Insert] = {
    dialect: statement.on_conflict_do_update(
        index_elements=["delivery_id", "thread"], set_={name: statement.excluded[name] for name in _KNOWN}
    )
    for dialect, make in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
    for statement in (make(THREADS).values({name: bindparam(name) for name in _ROW}),)
}
"""Row by row, and made once: this is written for every mail."""


def attach(connection: Connection, claims: Sequence[Delivery]) -> list[Delivery]:
    """The claimed deliveries, those with updates with the thread of the first update and what was told before each."""
    follows = {delivery.id: update.follows for delivery in claims if (update := _first_update(delivery))}
    if not follows:
        return list(claims)
    before = _told(connection, {alert.follows for delivery in claims for alert in delivery.alerts if _is_update(alert)})
    fixed = _fixed(connection, follows)
    sent = _sent(connection, set(follows.values()))
    attached = []
    for delivery in claims:
        if thread := follows.get(delivery.id):
            parents = [row for row in sent if row.thread == thread and row.target == delivery.target]
            found = Thread(thread, tuple(dict.fromkeys(row.reference for row in parents)), parents[0].subject if parents else "")
            background = {alert.id: _background(alert, before) for alert in delivery.alerts if _is_update(alert)}
            attached.append(replace(delivery, thread=fixed.get(delivery.id, found), background=background))
        else:
            attached.append(delivery)
    _fix(connection, [delivery for delivery in attached if delivery.thread and delivery.id not in fixed])
    return attached


def record(connection: Connection, told: Sequence[tuple[Delivery, Sent]], now: datetime) -> None:
    """Remember what targets call these messages, for every thread that each tells of; nothing where one has no name for it."""
    rows = [
        {**_row(delivery, thread), "reference": sent.reference, "subject": sent.subject, "sent_at": now}
        for delivery, sent in told
        if sent.reference
        for thread in dict.fromkeys(alert.follows or alert.id for alert in delivery.alerts)
    ]
    if rows:
        connection.execute(_REMEMBER[connection.dialect.name], rows)


def _is_update(alert: Alert) -> bool:
    return alert.novelty is Novelty.UPDATE and alert.follows != ""


def _first_update(delivery: Delivery) -> Alert | None:
    return next(filter(_is_update, delivery.alerts), None)


def _told(connection: Connection, threads: Iterable[str]) -> dict[str, list[Any]]:
    """The alerts of each thread, oldest first."""
    names = set(threads)
    mine = or_(one_of(connection, ALERTS.c.id, names), one_of(connection, ALERTS.c.follows, names))
    told: dict[str, list[Any]] = {name: [] for name in names}
    for row in connection.execute(select(*_TOLD).where(mine).order_by(ALERTS.c.created_at, ALERTS.c.id)):
        told[row.follows if row.follows in told else row.id].append(row)
    return told


def _background(alert: Alert, told: Mapping[str, list[Any]]) -> Background:
    rows = told[alert.follows]
    first = next((row.title for row in rows if row.id == alert.follows), "")
    earlier = [row for row in rows if row.created_at < alert.created_at]
    if not earlier:
        return Background(first)
    try:
        facts = load_mapping(earlier[-1].facts)
    except ValueError:  # of a row that nobody can read any more there is nothing to compare with
        return Background(first)
    return Background(first, earlier[-1].event_type, facts)


def _sent(connection: Connection, threads: set[str]) -> list[Any]:
    statement = select(THREADS).where(one_of(connection, THREADS.c.thread, threads), THREADS.c.reference != "")
    return list(connection.execute(statement.order_by(THREADS.c.sent_at, THREADS.c.id)))


def _fixed(connection: Connection, follows: Mapping[int, str]) -> dict[int, Thread]:
    """The threads of the deliveries that may have arrived with them."""
    tries = select(ATTEMPTS.c.delivery_id).where(
        one_of(connection, ATTEMPTS.c.delivery_id, follows), ATTEMPTS.c.outcome == "unknown"
    )
    fixed = {}
    for row in connection.execute(select(THREADS).where(THREADS.c.delivery_id.in_(tries))):
        if row.thread == follows[row.delivery_id]:
            with suppress(ValueError):  # one that cannot be read is found anew
                fixed[row.delivery_id] = Thread(row.thread, load_texts(row.parents), row.subject)
    return fixed


def _fix(connection: Connection, claims: Sequence[Delivery]) -> None:
    rows = [_row(delivery, delivery.thread.key) for delivery in claims if delivery.thread]
    insert_new(connection, THREADS, rows, "id")
    for row in rows:
        mine = update(THREADS).where(THREADS.c.delivery_id == row["delivery_id"], THREADS.c.thread == row["thread"])
        connection.execute(mine.values(parents=row["parents"], subject=row["subject"]))


def _row(delivery: Delivery, thread: str) -> dict[str, Any]:
    own = delivery.thread if delivery.thread and delivery.thread.key == thread else Thread(thread, ())
    return {
        "delivery_id": delivery.id,
        "thread": thread,
        "target": delivery.target,
        "parents": dump_texts(own.parents),
        "subject": own.subject,
        "reference": "",
        "sent_at": None,
    }
