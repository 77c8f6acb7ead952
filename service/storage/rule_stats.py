"""What came of the alerts of each rule: how many people were told of, acknowledged, and called of no use.

Guarantee: reads only, one statement for each count. Must not decide what is many.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, exists, func, select

from service.storage.routing_tables import ACKNOWLEDGEMENTS
from service.storage.silence_tables import FEEDBACK
from service.storage.tables import ALERTS, DECISIONS


@dataclass(frozen=True, slots=True)
class RuleStats:
    """`told` are those of which it was decided to tell; `not_useful` counts each receiver that said so."""

    alerts: int = 0
    told: int = 0
    acknowledged: int = 0
    not_useful: int = 0

    def as_json(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)


NOTHING = RuleStats()


def rule_stats(connection: Connection, since: datetime) -> dict[str, RuleStats]:
    """The counts of each rule that made an alert since then."""
    new = ALERTS.c.created_at >= since
    decided = exists().where(DECISIONS.c.alert_id == ALERTS.c.id, DECISIONS.c.outcome == "alerted")
    made, told = _counts(connection, None, new), _counts(connection, None, new & decided)
    acknowledged, useless = _counts(connection, ACKNOWLEDGEMENTS, new), _counts(connection, FEEDBACK, new)
    return {
        rule: RuleStats(count, told.get(rule, 0), acknowledged.get(rule, 0), useless.get(rule, 0)) for rule, count in made.items()
    }


def _counts(connection: Connection, of: Table | None, wanted: ColumnElement[bool]) -> dict[str, int]:
    """How many rows of a table that names alerts, or how many alerts, by rule."""
    whole: Any = ALERTS if of is None else ALERTS.join(of, of.c.alert_id == ALERTS.c.id)
    asked = select(ALERTS.c.rule, func.count()).select_from(whole).where(wanted).group_by(ALERTS.c.rule)
    return {rule: count for rule, count in connection.execute(asked)}
