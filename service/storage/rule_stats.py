"""How loud and how useful each rule was: its alerts by the day, what was held back, what became of its alerts.

Guarantee: reads only, one statement for each question however many rules there are, each answered from an index.
Must not know what is too loud.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy import Connection, func, select

from service.storage.routing_tables import ACKNOWLEDGEMENTS
from service.storage.silence_tables import FEEDBACK
from service.storage.tables import ALERTS, DECISIONS


@dataclass
class RuleStats:
    """Of one rule: alerts by the day and decisions by their outcome in the time that was asked for, the rest of all time."""

    days: Counter[date] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    last: datetime | None = None
    acknowledged: int = 0
    useless: int = 0


def of_all(connection: Connection, since: datetime) -> dict[str, RuleStats]:
    """The figures of every rule that has any, also of those that are not in force any more."""
    found: dict[str, RuleStats] = {}
    for rule, day, count in _by_day(connection, since):
        found.setdefault(rule, RuleStats()).days[day] = count
    for rule, outcome, count in _by_outcome(connection, since):
        found.setdefault(rule, RuleStats()).outcomes[outcome] = count
    for rule, last in connection.execute(select(ALERTS.c.rule, func.max(ALERTS.c.created_at)).group_by(ALERTS.c.rule)):
        found.setdefault(rule, RuleStats()).last = last
    for table, name in ((ACKNOWLEDGEMENTS, "acknowledged"), (FEEDBACK, "useless")):
        joined = select(ALERTS.c.rule, func.count()).join_from(table, ALERTS, table.c.alert_id == ALERTS.c.id)
        for rule, count in connection.execute(joined.group_by(ALERTS.c.rule)):
            setattr(found.setdefault(rule, RuleStats()), name, count)
    return found


def _by_day(connection: Connection, since: datetime) -> list[tuple[str, date, int]]:
    sqlite = connection.dialect.name == "sqlite"  # there times are text
    day = func.substr(ALERTS.c.created_at, 1, 10) if sqlite else func.date_trunc("day", ALERTS.c.created_at, "UTC")
    asked = select(ALERTS.c.rule, day, func.count()).where(ALERTS.c.created_at >= since).group_by(ALERTS.c.rule, day)
    return [(rule, _day(at), count) for rule, at, count in connection.execute(asked)]


def _day(at: str | datetime) -> date:
    return date.fromisoformat(at) if isinstance(at, str) else at.astimezone(UTC).date()


def _by_outcome(connection: Connection, since: datetime) -> list[tuple[str, str, int]]:
    columns = (DECISIONS.c.rule, DECISIONS.c.outcome)
    asked = select(*columns, func.count()).where(DECISIONS.c.at >= since).group_by(*columns)
    return [(rule, outcome, count) for rule, outcome, count in connection.execute(asked)]
