from dataclasses import replace
from datetime import UTC, datetime, timedelta

from service.model.delivery import DeliveryState
from service.model.rule import Severity
from service.storage import alert_queries, deliveries
from service.storage.database import Database
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


def test_alerts_are_counted_by_hour_or_day_in_utc(database: Database) -> None:
    store(database, ARTICLE, STORY, NOW)
    store(database, replace(ARTICLE, guid="later"), STORY[:1], NOW + timedelta(hours=3))
    hour, day = datetime(2025, 12, 22, 2, tzinfo=UTC), datetime(2025, 12, 22, tzinfo=UTC)
    with database.read() as connection:
        hours = alert_queries.by_time(connection, NOW - timedelta(hours=1), "hour")
        days = alert_queries.by_time(connection, NOW - timedelta(hours=1), "day")
        grave = alert_queries.by_time(connection, NOW, "day", severity=Severity.CRITICAL)
        moves = alert_queries.by_time(connection, NOW, "day", rule="big-move")
        later = alert_queries.by_time(connection, NOW + timedelta(seconds=1), "hour")
        newest = alert_queries.newest_time(connection)
    assert hours == {
        **{(hour, severity): 1 for severity in (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)},
        (hour + timedelta(hours=3), Severity.HIGH): 1,
    }
    assert days == {(day, Severity.LOW): 1, (day, Severity.MEDIUM): 1, (day, Severity.HIGH): 2, (day, Severity.CRITICAL): 1}
    assert grave == {(day, Severity.CRITICAL): 1}
    assert moves == {(day, Severity.MEDIUM): 1}
    assert later == {(hour + timedelta(hours=3), Severity.HIGH): 1}
    assert newest == NOW + timedelta(hours=3)


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
        assert alert_queries.by_time(connection, NOW, "day") == {}
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
            (delivery,) = deliveries.claim_due(connection, limit=1, lease=timedelta(seconds=9))
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
