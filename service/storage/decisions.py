"""Why each match became an alert or did not: the memory behind `explain`.

Guarantee: what was recorded stays as it was said then. Must not decide anything.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, insert, select

from service.storage.tables import DECISIONS

DecisionOutcome = Literal["alerted", "suppressed", "baseline", "counted"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on one match; `alert_id` names the alert that was made, or that told it before: stored already."""

    item_id: int
    rule: str
    fingerprint: str
    outcome: DecisionOutcome
    reason: str
    alert_id: str | None
    at: datetime


def record(connection: Connection, rows: Sequence[Decision]) -> None:
    """Store decisions; their items and alerts are there already."""
    if rows:
        connection.execute(insert(DECISIONS), [asdict(row) for row in rows])


def of_item(connection: Connection, item_id: int) -> list[Decision]:
    """The decisions on one item, oldest first."""
    return _where(connection, DECISIONS.c.item_id == item_id)


def of_alert(connection: Connection, alert_id: str) -> list[Decision]:
    """The decisions that name one alert, oldest first."""
    return _where(connection, DECISIONS.c.alert_id == alert_id)


def _where(connection: Connection, condition: ColumnElement[bool]) -> list[Decision]:
    rows: Any = connection.execute(select(DECISIONS).where(condition).order_by(DECISIONS.c.id))
    return [Decision(row.item_id, row.rule, row.fingerprint, row.outcome, row.reason, row.alert_id, row.at) for row in rows]
