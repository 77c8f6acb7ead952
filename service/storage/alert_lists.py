"""Alerts narrowed down: pages of them, and how many there were, by time and by rule.

Guarantee: reads only, one statement for each question; which alerts are meant is decided within `ix_alerts_listed` or one of its
sisters, and only what is shown is read. Must not know what a page looks like.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any, TypedDict, Unpack

from sqlalchemy import ColumnElement, Connection, and_, case, desc, func, literal, select, tuple_, union_all

from service.model.delivery import DeliveryState
from service.model.rule import Severity
from service.storage import search
from service.storage.alert_stream import ORDER
from service.storage.alerts import StoredAlert, alert_of
from service.storage.database import one_of
from service.storage.routing_tables import ACKNOWLEDGEMENTS
from service.storage.search_words import Term
from service.storage.tables import ALERTS, DELIVERIES, DELIVERY_ALERTS

FEW = 16
"""So many entities are looked up one by one; of more, the list is gone through."""

_BY_SEVERITY = [func.sum(case((ALERTS.c.severity == one.value, 1), else_=0)).label(one.value) for one in Severity]
"""One sum for each severity: the rows need not be sorted for it."""

_FAILED = (DeliveryState.DISCARDED.value, DeliveryState.RETRYABLE.value)


class AlertState(StrEnum):
    """NEW: nobody took care of it yet; ACKNOWLEDGED: somebody did; HELD: nobody was told, because of a silence, a decision or for
    want of a receiver; UNDELIVERED: a delivery failed, for now or for good."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    HELD = "held"
    UNDELIVERED = "undelivered"


class Asked(TypedDict, total=False):
    """What narrows alerts down; what is left out, None or "" does not. `entities` are ids; `words` must stand in the item;
    `within` is any further condition on alerts."""

    severity: Severity | None
    rule: str
    source: str
    entities: Collection[str] | None
    state: AlertState | None
    words: Sequence[Term] | None
    within: ColumnElement[bool] | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """How many alerts there were from `start` on, by severity."""

    start: datetime
    counts: dict[Severity, int]


def page(connection: Connection, *, limit: int, before: str = "", **asked: Unpack[Asked]) -> list[StoredAlert]:
    """Newest first; `before` is the id of the last alert of the page before, and after one that is not there comes nothing."""
    wanted = _conditions(connection, asked)
    if before:
        last = connection.execute(select(*ORDER).where(ALERTS.c.id == before)).first()
        if last is None:
            return []
        wanted.append(tuple_(*ORDER) < tuple_(*last, types=[column.type for column in ORDER]))
    # First which ones, within the index, then those alone.
    ids = connection.execute(select(ALERTS.c.id).where(*wanted).order_by(*map(desc, ORDER)).limit(limit)).scalars().all()
    rows = connection.execute(select(ALERTS).where(one_of(connection, ALERTS.c.id, ids)).order_by(*map(desc, ORDER)))
    return [StoredAlert(alert_of(row), row.item_id) for row in rows]


def newest_time(connection: Connection) -> datetime | None:
    """When the newest alert was made."""
    return connection.execute(select(ALERTS.c.created_at).order_by(*map(desc, ORDER)).limit(1)).scalar_one_or_none()


def by_stretch(connection: Connection, borders: Sequence[datetime], **asked: Unpack[Asked]) -> list[Stretch]:
    """How many alerts were made between each of these moments and the next one."""
    narrowed = _conditions(connection, asked)
    parts = [
        select(literal(place).label("place"), *_BY_SEVERITY).where(
            ALERTS.c.created_at >= start, ALERTS.c.created_at < end, *narrowed
        )
        for place, (start, end) in enumerate(pairwise(borders))
    ]
    rows = sorted(connection.execute(union_all(*parts)), key=lambda row: row.place) if parts else []
    return [Stretch(borders[row.place], _counts(row)) for row in rows]


def by_rule(connection: Connection, since: datetime, **asked: Unpack[Asked]) -> dict[tuple[str, Severity], int]:
    """How many alerts were made since then, by rule and severity."""
    wanted = (ALERTS.c.created_at >= since, *_conditions(connection, asked))
    rows = connection.execute(select(ALERTS.c.rule, *_BY_SEVERITY).where(*wanted).group_by(ALERTS.c.rule))
    return {(row.rule, severity): count for row in rows for severity, count in _counts(row).items() if count}


def _counts(row: Any) -> dict[Severity, int]:
    return {one: int(getattr(row, one.value) or 0) for one in Severity}


def _conditions(connection: Connection, asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if severity := asked.get("severity"):
        found.append(ALERTS.c.severity == severity.value)
    if rule := asked.get("rule"):
        found.append(ALERTS.c.rule == rule)
    if source := asked.get("source"):
        found.append(ALERTS.c.source == source)
    entities = asked.get("entities")
    if entities is not None:
        found.append(_of(connection, entities))
    if state := asked.get("state"):
        found.append(_in_state(state))
    words = asked.get("words")
    if words is not None:
        found.append(search.told_by(connection, ALERTS.c.item_id, words))
    within = asked.get("within")
    return found if within is None else [*found, within]


def _of(connection: Connection, entities: Collection[str]) -> ColumnElement[bool]:
    if len(entities) == 1:
        return ALERTS.c.entity == next(iter(entities))
    if len(entities) <= FEW or connection.dialect.name == "postgresql":
        return one_of(connection, ALERTS.c.entity, entities)
    # An expression is in no index, so the list is read in its order and ends with the page; one value, however many they are.
    ids = func.json_each(json.dumps(sorted(entities))).table_valued("value")
    return func.coalesce(ALERTS.c.entity, "").in_(select(ids.c.value))


def _in_state(state: AlertState) -> ColumnElement[bool]:
    """The id as an expression, for the same reason: few or many may be in the state, the list is read in its order."""
    this = func.coalesce(ALERTS.c.id, "")
    known = this.in_(select(ACKNOWLEDGEMENTS.c.alert_id))
    told = select(DELIVERY_ALERTS.c.alert_id).where(DELIVERY_ALERTS.c.alert_id == ALERTS.c.id).exists()
    if state is AlertState.ACKNOWLEDGED:
        return known
    if state is AlertState.NEW:
        return and_(~known, told)
    if state is AlertState.HELD:
        return ~told
    joined = DELIVERY_ALERTS.join(DELIVERIES, DELIVERY_ALERTS.c.delivery_id == DELIVERIES.c.id)
    return this.in_(select(DELIVERY_ALERTS.c.alert_id).select_from(joined).where(DELIVERIES.c.state.in_(_FAILED)))
