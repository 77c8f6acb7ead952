import re
from dataclasses import replace
from datetime import timedelta
from typing import Any, Unpack

import pytest
from sqlalchemy import event

from service.alerting.routing import labels_of
from service.model.delivery import DeliveryState
from service.model.rule import Severity
from service.storage import acknowledgements, alert_queries, deliveries, delivery_desk, entity_events, inbox
from service.storage.alert_lists import AlertState, Asked
from service.storage.database import Database
from tests.support.claims import claim_due
from tests.support.news import ARTICLE, NOW, STORY, store, tell


def test_pages_follow_each_other_without_gap_or_repeat(database: Database) -> None:
    made = [alert.id for alert in store(database, ARTICLE, STORY, NOW)]
    with database.read() as connection:
        first = [stored.alert.id for stored in alert_queries.page(connection, limit=3)]
        second = [stored.alert.id for stored in alert_queries.page(connection, limit=3, before=first[-1])]
        third = alert_queries.page(connection, limit=3, before=second[-1])
        unknown = alert_queries.page(connection, limit=3, before="nobody")
    assert first + second == made
    assert third == unknown == []


def test_a_filter_holds_on_every_page(database: Database) -> None:
    store(database, ARTICLE, STORY, NOW)
    with database.read() as connection:
        grave = alert_queries.page(connection, limit=9, severity=Severity.CRITICAL)
        moves = alert_queries.page(connection, limit=9, rule="big-move")
        neither = alert_queries.page(connection, limit=9, rule="big-move", severity=Severity.CRITICAL)
        older = alert_queries.page(connection, limit=9, before=grave[0].alert.id, severity=Severity.LOW)
    assert [stored.alert.rule for stored in grave] == ["index-high"]
    assert [stored.alert.rule for stored in moves] == ["big-move"]
    assert neither == []
    assert [stored.alert.rule for stored in older] == ["ipo-watch"]


def test_heads_of_the_newest_alerts_carry_the_labels_of_the_whole_ones(database: Database) -> None:
    store(database, ARTICLE, STORY, NOW)
    store(database, replace(ARTICLE, guid="old"), STORY[:1], NOW - timedelta(days=8))
    with database.read() as connection:
        whole = [stored.alert for stored in alert_queries.page(connection, limit=9)]
        heads = alert_queries.heads(connection, NOW - timedelta(days=7), 9)
        assert alert_queries.heads(connection, NOW - timedelta(days=7), 2) == heads[:2]
    assert len(heads) == len(STORY) < len(whole)
    for head, alert in zip(heads, whole, strict=False):
        assert (head.id, head.title, head.created_at) == (alert.id, alert.title, alert.created_at)
        assert labels_of(head) == labels_of(alert)


def test_alerts_are_counted_by_stretches_of_time(database: Database) -> None:
    store(database, ARTICLE, STORY, NOW)
    store(database, replace(ARTICLE, guid="later"), STORY[:1], NOW + timedelta(hours=3))
    borders = [NOW - timedelta(hours=1), NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=5)]

    def counted(**asked: Unpack[Asked]) -> list[dict[str, int]]:
        with database.read() as connection:
            stretches = alert_queries.by_stretch(connection, borders, **asked)
        assert [one.start for one in stretches] == borders[:-1]
        return [{severity.value: count for severity, count in one.counts.items() if count} for one in stretches]

    assert counted() == [{}, {"low": 1, "medium": 1, "high": 1, "critical": 1}, {"high": 1}]
    assert counted(severity=Severity.CRITICAL) == [{}, {"critical": 1}, {}]
    assert counted(rule="big-move") == [{}, {"medium": 1}, {}]
    assert counted(entities=["600999.SH"]) == [{}, {"high": 1}, {"high": 1}]
    assert counted(source="nobody") == [{}, {}, {}]
    with database.read() as connection:
        assert alert_queries.newest_time(connection) == NOW + timedelta(hours=3)


def test_alerts_are_narrowed_down_by_source_entities_and_what_became_of_them(database: Database) -> None:
    made = store(database, ARTICLE, STORY, NOW)
    store(database, replace(ARTICLE, source="other", guid="o"), STORY[1:2], NOW - timedelta(hours=1))
    tell(database, made[1:3], {"desk": DeliveryState.SENT}, NOW)
    tell(database, made[:1], {"desk": DeliveryState.SENT, "chat": DeliveryState.RETRYABLE}, NOW)
    with database.begin() as connection:
        acknowledgements.acknowledge(connection, made[1].id, "ann", NOW)
    many = [f"{number}.SH" for number in range(100)]

    def found(**asked: Unpack[Asked]) -> list[str]:
        with database.read() as connection:
            return [one.alert.rule for one in alert_queries.page(connection, limit=9, **asked)]

    assert found(source="other") == ["index-high"]
    assert found(entities=[]) == []
    assert (
        found(entities=["600999.SH"])
        == found(entities=["600999.SH", "x"])
        == found(entities=[*many, "600999.SH"])
        == ["limit-up"]
    )
    assert found(state=AlertState.NEW) == ["limit-up", "big-move"]
    assert found(state=AlertState.ACKNOWLEDGED) == ["index-high"]
    assert found(state=AlertState.HELD) == ["ipo-watch", "index-high"]
    assert found(state=AlertState.UNDELIVERED) == ["limit-up"]
    assert found(state=AlertState.UNDELIVERED, severity=Severity.LOW) == []


@pytest.mark.parametrize(
    "asked",
    [
        Asked(),
        Asked(severity=Severity.INFO),
        Asked(rule="x"),
        Asked(source="x"),
        Asked(entities=["x"]),
        Asked(entities=[f"{number}.SH" for number in range(50)]),
        Asked(severity=Severity.LOW, source="x", rule="y"),
        *(Asked(state=state) for state in AlertState),
    ],
    ids=str,
)
def test_no_filter_reads_or_sorts_alerts_that_are_not_shown(sqlite_database: Database, asked: Asked) -> None:
    """The plan of SQLite: which alerts are on a page is found within an index that has their order."""
    plans: list[str] = []

    def explained(connection: Any, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("SELECT alerts.id \nFROM alerts"):
            rows = connection.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.append("; ".join(row[3] for row in rows))

    event.listen(sqlite_database._engine, "before_cursor_execute", explained)
    with sqlite_database.read() as connection:
        alert_queries.page(connection, limit=9, **asked)
    (plan,) = plans
    assert re.search(
        r"(SCAN|SEARCH) alerts USING COVERING INDEX ix_alerts_(listed|of_rule|of_entity)|SEARCH alerts USING INDEX", plan
    )
    assert "TEMP B-TREE" not in plan


def test_alerts_are_counted_by_rule(database: Database) -> None:
    store(database, ARTICLE, STORY, NOW)
    store(database, replace(ARTICLE, guid="later"), STORY[:1], NOW + timedelta(hours=3))
    with database.read() as connection:
        assert alert_queries.by_rule(connection, NOW) == {
            ("big-move", Severity.MEDIUM): 1,
            ("index-high", Severity.CRITICAL): 1,
            ("ipo-watch", Severity.LOW): 1,
            ("limit-up", Severity.HIGH): 2,
        }
        assert alert_queries.by_rule(connection, NOW + timedelta(seconds=1)) == {("limit-up", Severity.HIGH): 1}


def test_an_empty_database_answers_with_nothing(database: Database) -> None:
    with database.read() as connection:
        assert alert_queries.newest_time(connection) is None
        assert alert_queries.by_stretch(connection, [NOW]) == []
        assert alert_queries.by_rule(connection, NOW) == {}
        assert alert_queries.told(connection, []) == {}
        assert alert_queries.titles(connection, []) == {}
        assert alert_queries.attempts(connection, [], 3) == {}


def test_deliveries_titles_and_tries_of_many_alerts_at_once(database: Database) -> None:
    made = store(database, ARTICLE, STORY, NOW)
    tell(database, made[:2], {"mail": DeliveryState.SENT, "chat": DeliveryState.RETRYABLE}, NOW)
    with database.read() as connection:
        told = alert_queries.told(connection, [alert.id for alert in made])
        titles = alert_queries.titles(connection, [made[0].id, "nobody"])
        statuses = deliveries.of_alert(connection, made[0].id)
        tries = alert_queries.attempts(connection, [status.key for status in statuses], 3)
    expected = {("mail", DeliveryState.SENT, True), ("chat", DeliveryState.RETRYABLE, False)}
    for alert in made[:2]:
        assert {(one.receiver, one.state, one.sent_at is not None) for one in told[alert.id]} == expected
    assert made[2].id not in told
    assert titles == {made[0].id: made[0].title}
    by_receiver = {status.receiver: tries[status.key] for status in statuses}
    assert [(attempt.number, attempt.outcome, attempt.reason) for attempt in by_receiver["mail"]] == [(1, "sent", "")]
    assert [(attempt.number, attempt.outcome, attempt.reason) for attempt in by_receiver["chat"]] == [
        (1, "retryable", "rejected")
    ]


def test_only_the_last_tries_are_told_newest_first(database: Database) -> None:
    made = store(database, ARTICLE, STORY, NOW)
    tell(database, made[:1], {"chat": DeliveryState.RETRYABLE}, NOW - timedelta(days=2))
    with database.begin() as connection:
        for _ in range(3):
            (delivery,) = claim_due(connection, limit=1, lease=timedelta(seconds=9))
            deliveries.record(
                connection,
                delivery,
                state=DeliveryState.RETRYABLE,
                next_at=NOW - timedelta(days=1),
                outcome="retryable",
                reason="",
                detail="",
                now=NOW,
            )
        tries = alert_queries.attempts(connection, [delivery.key], 2)
    assert [attempt.number for attempt in tries[delivery.key]] == [4, 3]


def test_events_of_an_entity_and_messages_are_read_along_an_index(sqlite_database: Database) -> None:
    plans: list[str] = []

    def explained(connection: Any, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("SELECT"):
            rows = connection.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.append("; ".join(row[3] for row in rows))

    event.listen(sqlite_database._engine, "before_cursor_execute", explained)
    with sqlite_database.read() as connection:
        entity_events.page(connection, "600999.SH", limit=9)
        inbox.latest(connection, 9, 100)
        alert_queries.of_story(connection, "s1", 9)
    assert len(plans) == 3
    assert "ix_events_entity_id" in plans[0]
    for plan in plans[:2]:
        assert "SCAN" not in plan
        assert "TEMP B-TREE" not in plan
    assert "ix_alerts_story" in plans[2]


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({"states": [DeliveryState.SENT]}, "INDEX ix_deliveries_state"),
        ({"states": [DeliveryState.PENDING, DeliveryState.RETRYABLE]}, "COVERING INDEX ix_deliveries_state"),
        ({"receiver": "desk"}, "INDEX ix_deliveries_receiver_id"),
        ({"receiver": "desk", "states": [DeliveryState.SENT], "before": "some"}, "INDEX ix_deliveries_receiver_id"),
    ],
    ids=str,
)
def test_deliveries_are_listed_along_an_index(sqlite_database: Database, asked: dict[str, Any], index: str) -> None:
    plans: list[list[str]] = []

    def explained(connection: Any, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("SELECT"):
            plans.append([row[3] for row in connection.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)])

    event.listen(sqlite_database._engine, "before_cursor_execute", explained)
    with sqlite_database.read() as connection:
        delivery_desk.listed(connection, limit=9, **asked)
    (plan,) = plans
    assert not [step for step in plan if "SCAN deliveries" in step]
    assert [step for step in plan if step.startswith("SEARCH deliveries") and index in step]
