"""What the pages ask about alerts that they show already: what became of them and of their deliveries.

Guarantee: reads only, and one statement for each question however many alerts are shown.
Must not know what a page looks like.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, desc, func, select

from service.model.alert import AlertHead, Novelty
from service.model.delivery import DeliveryState
from service.model.rule import Severity
from service.storage.alert_lists import Asked as Asked
from service.storage.alert_lists import by_rule as by_rule
from service.storage.alert_lists import by_stretch as by_stretch
from service.storage.alert_lists import newest_time as newest_time
from service.storage.alert_lists import page as page
from service.storage.alert_stream import ORDER
from service.storage.tables import ALERTS, ATTEMPTS, DELIVERIES, DELIVERY_ALERTS, ITEMS
from service.storage.types import load_mapping

_HEAD = [ALERTS.c[each.name] for each in fields(AlertHead)]


@dataclass(frozen=True, slots=True)
class Told:
    """One delivery of an alert, as far as a list shows it."""

    receiver: str
    state: DeliveryState
    created_at: datetime | None = None
    sent_at: datetime | None = None
    last_reason: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a delivery and how it ended."""

    number: int
    at: datetime
    outcome: str
    reason: str
    detail: str


def titles(connection: Connection, alert_ids: Collection[str]) -> dict[str, str]:
    """The titles of these alerts by id."""
    rows = connection.execute(select(ALERTS.c.id, ALERTS.c.title).where(ALERTS.c.id.in_(list(alert_ids))))
    return {row.id: row.title for row in rows}


def headlines(connection: Connection, item_ids: Collection[int]) -> dict[int, str]:
    """The titles of those of these items that are still there, by their numbers."""
    rows = connection.execute(select(ITEMS.c.id, ITEMS.c.title).where(ITEMS.c.id.in_(list(item_ids))))
    return {row.id: row.title for row in rows}


def heads(connection: Connection, since: datetime, limit: int) -> list[AlertHead]:
    """The newest alerts that were made since then, newest first."""
    newest = select(*_HEAD).where(ALERTS.c.created_at >= since).order_by(*map(desc, ORDER)).limit(limit)
    return [_head(row) for row in connection.execute(newest)]


def _head(row: Row[Any]) -> AlertHead:
    read = {"severity": Severity(row.severity), "novelty": Novelty(row.novelty), "labels": load_mapping(row.labels)}
    return AlertHead(**{**row._mapping, **read})


@dataclass(frozen=True, slots=True)
class Sister:
    """Another alert of a story."""

    id: str
    title: str
    severity: Severity
    novelty: Novelty
    created_at: datetime


def of_story(connection: Connection, story: str, limit: int) -> list[Sister]:
    """The alerts of a story, the first one first."""
    columns = (ALERTS.c.id, ALERTS.c.title, ALERTS.c.severity, ALERTS.c.novelty, ALERTS.c.created_at)
    asked = select(*columns).where(ALERTS.c.story == story).order_by(ALERTS.c.created_at, ALERTS.c.id).limit(limit)
    rows = connection.execute(asked)
    return [Sister(row.id, row.title, Severity(row.severity), Novelty(row.novelty), row.created_at) for row in rows]


def told(connection: Connection, alert_ids: Collection[str]) -> dict[str, list[Told]]:
    """The deliveries of each of these alerts; an alert that nobody is told of is not in the answer."""
    joined = DELIVERY_ALERTS.join(DELIVERIES, DELIVERY_ALERTS.c.delivery_id == DELIVERIES.c.id)
    statement = (
        select(
            DELIVERY_ALERTS.c.alert_id,
            DELIVERIES.c.receiver,
            DELIVERIES.c.state,
            DELIVERIES.c.created_at,
            DELIVERIES.c.sent_at,
            DELIVERIES.c.last_reason,
        )
        .select_from(joined)
        .where(DELIVERY_ALERTS.c.alert_id.in_(list(alert_ids)))
        .order_by(DELIVERIES.c.id)
    )
    found: dict[str, list[Told]] = {}
    for alert_id, receiver, state, *rest in connection.execute(statement):
        found.setdefault(alert_id, []).append(Told(receiver, DeliveryState(state), *rest))
    return found


def attempts(connection: Connection, keys: Sequence[str], per_delivery: int) -> dict[str, list[Attempt]]:
    """The last tries of the deliveries with these keys, newest first."""
    place = func.row_number().over(partition_by=ATTEMPTS.c.delivery_id, order_by=desc(ATTEMPTS.c.id)).label("place")
    ranked = (
        select(DELIVERIES.c.key, ATTEMPTS, place)
        .select_from(ATTEMPTS.join(DELIVERIES, ATTEMPTS.c.delivery_id == DELIVERIES.c.id))
        .where(DELIVERIES.c.key.in_(list(keys)))
        .subquery()
    )
    found: dict[str, list[Attempt]] = {}
    for row in connection.execute(select(ranked).where(ranked.c.place <= per_delivery).order_by(desc(ranked.c.id))):
        found.setdefault(row.key, []).append(Attempt(row.number, row.at, row.outcome, row.reason, row.detail))
    return found


def fetched(connection: Connection, item_ids: Collection[int]) -> dict[int, datetime]:
    """When these items came in, by their numbers."""
    rows = connection.execute(select(ITEMS.c.id, ITEMS.c.fetched_at).where(ITEMS.c.id.in_(list(item_ids))))
    return {row.id: row.fetched_at for row in rows}
