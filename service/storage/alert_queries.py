"""What the pages ask about many alerts at once: filtered pages, counts by time and by rule, what became of their deliveries.

Guarantee: reads only, and one statement for each question however many alerts are shown.
Must not know what a page looks like.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, desc, func, select, tuple_

from service.model.delivery import DeliveryState
from service.model.rule import Severity
from service.storage import search
from service.storage.alert_stream import ORDER
from service.storage.alerts import StoredAlert, alert_of
from service.storage.search_words import Term
from service.storage.tables import ALERTS, ATTEMPTS, DELIVERIES, DELIVERY_ALERTS, ITEMS

Unit = Literal["hour", "day"]


@dataclass(frozen=True, slots=True)
class Told:
    """One delivery of an alert, as far as a list shows it."""

    receiver: str
    state: DeliveryState
    created_at: datetime | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a delivery and how it ended."""

    number: int
    at: datetime
    outcome: str
    reason: str
    detail: str


def page(  # noqa: PLR0913 - one argument for each thing a list is narrowed by
    connection: Connection,
    *,
    limit: int,
    before: str = "",
    severity: Severity | None = None,
    rule: str = "",
    words: Sequence[Term] | None = None,
    within: ColumnElement[bool] | None = None,
) -> list[StoredAlert]:
    """Newest first, of one severity or one rule where asked; `before` is the id of the last alert of the page before.

    With `words` those whose item says all of them (none at all: no alert); `within` is any further condition on alerts.
    """
    statement = select(ALERTS).order_by(*map(desc, ORDER)).limit(limit)
    if before:
        last = connection.execute(select(*ORDER).where(ALERTS.c.id == before)).first()
        if last is None:
            return []
        statement = statement.where(tuple_(*ORDER) < tuple_(*last, types=[column.type for column in ORDER]))
    if words is not None:
        statement = statement.where(search.told_by(connection, ALERTS.c.item_id, words))
    if within is not None:
        statement = statement.where(within)
    return [StoredAlert(alert_of(row), row.item_id) for row in connection.execute(_narrowed(statement, severity, rule))]


def newest_time(connection: Connection) -> datetime | None:
    """When the newest alert was made."""
    return connection.execute(select(ALERTS.c.created_at).order_by(*map(desc, ORDER)).limit(1)).scalar_one_or_none()


def by_time(
    connection: Connection, since: datetime, unit: Unit, *, severity: Severity | None = None, rule: str = ""
) -> dict[tuple[datetime, Severity], int]:
    """How many alerts were made since then, by the hour or day (UTC) and by severity."""
    if connection.dialect.name == "postgresql":
        start = func.date_trunc(unit, ALERTS.c.created_at)
    else:
        start = func.substr(ALERTS.c.created_at, 1, len("2025-12-22 01" if unit == "hour" else "2025-12-22"))  # times are text
    statement = select(start, ALERTS.c.severity, func.count()).where(ALERTS.c.created_at >= since)
    rows = connection.execute(_narrowed(statement, severity, rule).group_by(start, ALERTS.c.severity))
    return {(_start(at), Severity(grave)): count for at, grave, count in rows}


def by_rule(connection: Connection, since: datetime) -> dict[tuple[str, Severity], int]:
    """How many alerts were made since then, by rule and severity."""
    columns = (ALERTS.c.rule, ALERTS.c.severity)
    rows = connection.execute(select(*columns, func.count()).where(ALERTS.c.created_at >= since).group_by(*columns))
    return {(rule, Severity(severity)): count for rule, severity, count in rows}


def titles(connection: Connection, alert_ids: Collection[str]) -> dict[str, str]:
    """The titles of these alerts by id."""
    rows = connection.execute(select(ALERTS.c.id, ALERTS.c.title).where(ALERTS.c.id.in_(list(alert_ids))))
    return {row.id: row.title for row in rows}


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
        )
        .select_from(joined)
        .where(DELIVERY_ALERTS.c.alert_id.in_(list(alert_ids)))
        .order_by(DELIVERIES.c.id)
    )
    found: dict[str, list[Told]] = {}
    for alert_id, receiver, state, created_at, sent_at in connection.execute(statement):
        found.setdefault(alert_id, []).append(Told(receiver, DeliveryState(state), created_at, sent_at))
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


def _narrowed(statement: Select[Any], severity: Severity | None, rule: str) -> Select[Any]:
    if severity is not None:
        statement = statement.where(ALERTS.c.severity == severity.value)
    return statement.where(ALERTS.c.rule == rule) if rule else statement


def _start(value: str | datetime) -> datetime:
    """SQLite answers with the first letters of a time, PostgreSQL with a time."""
    at = datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value
    return at.astimezone(UTC)
