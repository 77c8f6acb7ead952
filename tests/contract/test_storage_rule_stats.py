"""How loud and how useful each rule was, and which stored items a backtest takes, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from service.model.alert import Alert
from service.storage import acknowledgements, alerts, decisions, feedback, items, rule_stats, rulesets
from service.storage.database import Database
from service.storage.decisions import Decision, DecisionOutcome
from tests.support.alerts import NOW, make_alert
from tests.support.stored import numbered_item, store_item


def tell(database: Database, name: str, rule: str, days_ago: int, outcome: DecisionOutcome = "alerted") -> None:
    at = NOW - timedelta(days=days_ago)
    with database.begin() as connection:
        number = store_item(connection, ord(name))
        alert: Alert = make_alert(id=name, fingerprint=name, rule=rule, created_at=at)
        if outcome == "alerted":
            alerts.insert_new(connection, [(alert, number)])
        decisions.record(connection, [Decision(number, rule, name, outcome, "why", None, at)])


def test_each_rule_has_its_figures(database: Database) -> None:
    tell(database, "a", "one", 0)
    tell(database, "b", "one", 3)
    tell(database, "c", "one", 3, "suppressed")
    tell(database, "d", "other", 40)
    with database.begin() as connection:
        acknowledgements.acknowledge(connection, "a", "ann", NOW)
        for who in ("ann", "bob"):
            feedback.add(connection, "d", who, NOW)
    with database.read() as connection:
        found = rule_stats.of_all(connection, NOW - timedelta(days=30))
    one, other = found["one"], found["other"]
    assert dict(one.days) == {NOW.date(): 1, (NOW - timedelta(days=3)).date(): 1}
    assert dict(one.outcomes) == {"alerted": 2, "suppressed": 1}
    assert (one.last, one.acknowledged, one.useless) == (NOW, 1, 0)
    assert (dict(other.days), dict(other.outcomes), other.last, other.useless) == ({}, {}, NOW - timedelta(days=40), 2)


def test_the_figures_come_from_indexes(sqlite_database: Database) -> None:
    with sqlite_database.read() as connection:
        for table, columns in (("decisions", "rule, outcome"), ("alerts", "rule, substr(created_at, 1, 10)")):
            column = "at" if table == "decisions" else "created_at"
            asked = f"EXPLAIN QUERY PLAN SELECT {columns}, count(*) FROM {table} WHERE {column} >= '2026' GROUP BY {columns}"
            plan = " ".join(str(row) for row in connection.execute(text(asked)))
            assert "USING COVERING INDEX" in plan


def test_the_newest_items_are_found_without_reading_the_others(database: Database) -> None:
    with database.begin() as connection:
        numbers: list[int] = []
        for number in range(12):
            at = NOW - timedelta(days=12 - number)
            stored = items.insert_new(connection, [numbered_item(number)], disposition="evaluated", rules_version="v", now=at)
            numbers.append(stored[0][0])
        assert items.newest(connection, NOW - timedelta(days=5, hours=1), 100) == (numbers[6], False)
        assert items.newest(connection, NOW - timedelta(days=5, hours=1), 3) == (numbers[8], True)
        assert items.newest(connection, NOW - timedelta(days=99), 100) == (0, False)
        after, _ = items.newest(connection, NOW, 100)
        assert list(items.replay(connection, NOW, ("evaluated",), after)) == []
        found = [one.id for one, _ in items.replay(connection, NOW - timedelta(days=99), ("evaluated",), numbers[8])]
        assert found == numbers[9:]


@pytest.mark.parametrize("place", ["alerts/a.yaml", "alerts/长飞.yaml", "alerts/100%_x.yaml"])
def test_the_history_of_a_file_is_found(database: Database, place: str) -> None:
    with database.begin() as connection:
        for number, places in enumerate([(place, "routes.yaml"), ("alerts/b.yaml",), (place,)]):
            rulesets.store(connection, f"v{number}", {}, rules=0, by="ann", now=NOW)
            reason = rulesets.Reason(rulesets.Origin.EDIT, f"why {number}", places)
            rulesets.activate(connection, f"v{number}", folder_version="f", by="ann", now=NOW, reason=reason)
        found = rulesets.activations(connection, limit=5, place=place)
        assert [(one.version, one.why, one.places) for one in found] == [
            ("v2", "why 2", (place,)),
            ("v0", "why 0", (place, "routes.yaml")),
        ]
        assert [one.version for one in rulesets.activations(connection, limit=5, before=found[0].number, place=place)] == ["v0"]
        newest = rulesets.activation(connection, found[0].number)
        assert newest is not None and newest[1] is not None
        assert (newest[0].version, newest[1].version) == ("v2", "v1")
        assert rulesets.activation(connection, 10**9) is None
        assert rulesets.lineage(connection) == ["v2", "f", "v1", "v0"]
