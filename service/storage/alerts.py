"""Alerts, each stored once for its fingerprint.

Guarantee: of several workers that find the same event at the same moment, one is told that its alert is new.
Must not decide whether an alert is due: a fingerprint that is there already is simply not new.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, desc, exists, func, select, tuple_

from service.model.alert import Alert, Novelty
from service.model.rule import Severity
from service.storage.database import insert_new as insert_new_rows
from service.storage.database import one_of
from service.storage.tables import ALERTS, DECISIONS
from service.storage.types import dump_mapping, dump_occurrences, dump_spans, load_mapping, load_occurrences, load_spans

_ORDER = (ALERTS.c.created_at, ALERTS.c.item_id, ALERTS.c.position, ALERTS.c.id)


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """An alert and the item it came from."""

    alert: Alert
    item_id: int


def insert_new(connection: Connection, alerts: Sequence[tuple[Alert, int]]) -> set[str]:
    """Store (alert, item id) pairs whose fingerprint is new; the ids of those.

    They go in sorted by fingerprint: two workers with the same alerts then wait for each other instead of deadlocking.
    """
    rows = [_row(alert, item_id, len(alerts) - index) for index, (alert, item_id) in enumerate(alerts)]
    rows.sort(key=lambda row: row["fingerprint"])
    return {alert_id for (alert_id,) in insert_new_rows(connection, ALERTS, rows, "id")}


def page(connection: Connection, *, limit: int, before: str | None = None) -> list[StoredAlert]:
    """Newest first, those of one fetch in the order of the text; `before` is the id of the last alert of the page before."""
    statement = select(ALERTS).order_by(*map(desc, _ORDER)).limit(limit)
    if before is not None:
        last = connection.execute(select(*_ORDER).where(ALERTS.c.id == before)).first()
        if last is None:
            return []
        statement = statement.where(tuple_(*_ORDER) < tuple_(*last, types=[column.type for column in _ORDER]))
    return [StoredAlert(alert_of(row), row.item_id) for row in connection.execute(statement)]


def get(connection: Connection, alert_id: str) -> StoredAlert | None:
    """One alert by its id."""
    row = connection.execute(select(ALERTS).where(ALERTS.c.id == alert_id)).first()
    return StoredAlert(alert_of(row), row.item_id) if row else None


def threads(connection: Connection, ids: Sequence[str]) -> list[Alert]:
    """These alerts and all that follow them, in the order in which they were told."""
    wanted = one_of(connection, ALERTS.c.id, ids) | one_of(connection, ALERTS.c.follows, ids)
    return _alerts(connection, select(ALERTS).where(wanted)) if ids else []


def firsts(connection: Connection, types: Sequence[str], since: datetime) -> list[Alert]:
    """The alerts about events of these types since then that follow no other."""
    wanted = (ALERTS.c.created_at >= since, one_of(connection, ALERTS.c.event_type, types), ALERTS.c.follows == "")
    return _alerts(connection, select(ALERTS).where(*wanted))


def firsts_of(connection: Connection, stories: Sequence[str]) -> list[Alert]:
    """The alerts of these stories that follow no other."""
    if not stories:
        return []
    return _alerts(connection, select(ALERTS).where(one_of(connection, ALERTS.c.story, stories), ALERTS.c.follows == ""))


def told(connection: Connection, since: datetime, limit: int) -> list[Alert]:
    """The alerts since then of which it was decided to tell, the latest `limit` of them, newest first."""
    decided = exists().where(DECISIONS.c.alert_id == ALERTS.c.id, DECISIONS.c.outcome == "alerted")
    found = select(ALERTS).where(ALERTS.c.created_at > since, decided).order_by(*map(desc, _ORDER)).limit(limit)
    return [alert_of(row) for row in connection.execute(found)]


def _alerts(connection: Connection, asked: Select[Any]) -> list[Alert]:
    return [alert_of(row) for row in connection.execute(asked.order_by(*_ORDER))]


def count(connection: Connection) -> int:
    """How many alerts there are."""
    return connection.execute(select(func.count()).select_from(ALERTS)).scalar_one()


def alert_of(row: Row[Any]) -> Alert:
    """The alert in a row of the table; ValueError when its JSON or its severity cannot be read."""
    return Alert(
        id=row.id,
        fingerprint=row.fingerprint,
        rule=row.rule,
        rule_place=row.rule_place,
        severity=Severity(row.severity),
        title=row.title,
        subject=row.subject,
        alias=row.alias,
        entity=row.entity,
        event_type=row.event_type,
        excerpt=row.excerpt,
        marks=load_spans(row.marks),
        reason=row.reason,
        headline=row.headline,
        link=row.link,
        source=row.source,
        publisher=row.publisher,
        published=row.published,
        created_at=row.created_at,
        facts=load_mapping(row.facts),
        labels=load_mapping(row.labels),
        body=row.body,
        owner=row.owner,
        runbook=row.runbook,
        occurrences=load_occurrences(row.occurrences),
        rules_version=row.rules_version,
        story=row.story,
        novelty=Novelty(row.novelty),
        follows=row.follows,
    )


def _row(alert: Alert, item_id: int, position: int) -> dict[str, Any]:
    plain = ("id", "fingerprint", "rule", "rule_place", "title", "subject", "alias", "entity", "event_type", "excerpt", "reason")
    context = ("headline", "link", "source", "publisher", "published", "created_at", "body", "owner", "runbook", "rules_version")
    order = ("story", "follows")
    return {
        **{name: getattr(alert, name) for name in (*plain, *context, *order)},
        "item_id": item_id,
        "position": position,
        "severity": alert.severity.value,
        "novelty": alert.novelty.value,
        "marks": dump_spans(alert.marks),
        "facts": dump_mapping(alert.facts),
        "labels": dump_mapping(alert.labels),
        "occurrences": dump_occurrences(alert.occurrences),
    }
