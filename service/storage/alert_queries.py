"""What the pages ask about many alerts at once: filtered pages, counts by the hour, what became of their deliveries.

Guarantee: reads only, and one statement for each question however many alerts are shown.
Must not know what a page looks like.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, desc, func, select, tuple_

from service.model.delivery import DeliveryState
from service.model.rule import Severity
from service.storage.alerts import StoredAlert, alert_of
from service.storage.tables import ALERTS, ATTEMPTS, DELIVERIES, DELIVERY_ALERTS

_ORDER = (ALERTS.c.created_at, ALERTS.c.item_id, ALERTS.c.position, ALERTS.c.id)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many alerts of one rule and one severity were made in one hour (UTC)."""

    hour: datetime
    rule: str
    severity: Severity
    count: int


@dataclass(frozen=True, slots=True)
class Told:
    """One delivery of an alert, as far as a list shows it."""

    receiver: str
    state: DeliveryState


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a delivery and how it ended."""

    number: int
    at: datetime
    outcome: str
    reason: str
    detail: str


def page(
    connection: Connection, *, limit: int, before: str = "", severity: Severity | None = None, rule: str = ""
) -> list[StoredAlert]:
    """Newest first, of one severity or one rule where asked; `before` is the id of the last alert of the page before."""
    statement = select(ALERTS).order_by(*map(desc, _ORDER)).limit(limit)
    if before:
        last = connection.execute(select(*_ORDER).where(ALERTS.c.id == before)).first()
        if last is None:
            return []
        statement = statement.where(tuple_(*_ORDER) < tuple_(*last, types=[column.type for column in _ORDER]))
    if severity is not None:
        statement = statement.where(ALERTS.c.severity == severity.value)
    if rule:
        statement = statement.where(ALERTS.c.rule == rule)
    return [StoredAlert(alert_of(row), row.item_id) for row in connection.execute(statement)]


def newest_time(connection: Connection) -> datetime | None:
    """When the newest alert was made."""
    return connection.execute(select(ALERTS.c.created_at).order_by(*map(desc, _ORDER)).limit(1)).scalar_one_or_none()


def tallies(connection: Connection, since: datetime) -> list[Tally]:
    """The alerts made since then, counted by hour, rule and severity in the database."""
    if connection.dialect.name == "postgresql":
        hour = func.date_trunc("hour", ALERTS.c.created_at)
    else:
        hour = func.substr(ALERTS.c.created_at, 1, 13)  # SQLite keeps times as text: 2025-12-22 01:38:00
    columns = (hour, ALERTS.c.rule, ALERTS.c.severity)
    statement = select(*columns, func.count()).where(ALERTS.c.created_at >= since).group_by(*columns)
    rows = connection.execute(statement)
    return [Tally(_hour(hour), rule, Severity(severity), count) for hour, rule, severity, count in rows]


def titles(connection: Connection, alert_ids: Collection[str]) -> dict[str, str]:
    """The titles of these alerts by id."""
    rows = connection.execute(select(ALERTS.c.id, ALERTS.c.title).where(ALERTS.c.id.in_(list(alert_ids))))
    return {row.id: row.title for row in rows}


def told(connection: Connection, alert_ids: Collection[str]) -> dict[str, list[Told]]:
    """The deliveries of each of these alerts; an alert that nobody is told of is not in the answer."""
    joined = DELIVERY_ALERTS.join(DELIVERIES, DELIVERY_ALERTS.c.delivery_id == DELIVERIES.c.id)
    statement = (
        select(DELIVERY_ALERTS.c.alert_id, DELIVERIES.c.receiver, DELIVERIES.c.state)
        .select_from(joined)
        .where(DELIVERY_ALERTS.c.alert_id.in_(list(alert_ids)))
        .order_by(DELIVERIES.c.id)
    )
    found: dict[str, list[Told]] = {}
    for alert_id, receiver, state in connection.execute(statement):
        found.setdefault(alert_id, []).append(Told(receiver, DeliveryState(state)))
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


def _hour(value: str | datetime) -> datetime:
    if isinstance(value, str):
        return datetime.strptime(value, "%Y-%m-%d %H").replace(tzinfo=UTC)
    return value.astimezone(UTC)
