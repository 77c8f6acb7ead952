"""Silences and feedback in both databases: kept as asked for, in force until they end, ended once; counted once."""

from datetime import UTC, datetime, timedelta
from queue import Queue
from threading import Thread

from service.alerting.cooling import Warmth
from service.model.routing import Matcher
from service.model.rule import Severity
from service.model.silence import Silence
from service.storage import alerts, cooldowns, decisions, feedback, rule_stats, silences
from service.storage.database import Database
from tests.support.stored import store_alerts

NOON = datetime(2025, 12, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MATCHERS = (Matcher("rule", "=", 'a "b" 涨停'), Matcher("entity", "=~", r".*\.SH"))


def test_a_silence_is_kept_as_it_was_asked_for(database: Database) -> None:
    with database.begin() as connection:
        made = silences.add(connection, MATCHERS, NOON + HOUR, "ops", "known 已知", NOON)
    assert made == Silence(made.number, MATCHERS, NOON, NOON + HOUR, "ops", "known 已知")
    with database.read() as connection:
        assert silences.in_force(connection, NOON) == [made]
        assert silences.in_force(connection, NOON + HOUR) == []
        assert silences.latest(connection, 10) == [made]


def test_it_is_ended_once_and_who_did_it_is_kept(database: Database) -> None:
    with database.begin() as connection:
        first = silences.add(connection, MATCHERS, NOON + HOUR, "ops", "", NOON)
        second = silences.add(connection, MATCHERS[:1], NOON + HOUR, "ops", "", NOON)
        later = NOON + HOUR / 2
        assert silences.end(connection, first.number, "lead", later)
        assert not silences.end(connection, first.number, "another", later)
        assert not silences.end(connection, 99, "another", later)
        assert silences.in_force(connection, later) == [second]
        [newest, oldest] = silences.latest(connection, 10)
        assert silences.latest(connection, 1) == [newest] == [second]
    assert (oldest.until, oldest.ended_by) == (later, "lead")


def test_no_use_counts_once_for_each_receiver_and_alert(database: Database) -> None:
    with database.begin() as connection:
        store_alerts(connection, [1, 2])
        assert feedback.said(connection, "alert-00001", "desk") is None
        assert feedback.add(connection, "alert-00001", "desk", NOON)
        assert not feedback.add(connection, "alert-00001", "desk", NOON + HOUR)
        assert feedback.add(connection, "alert-00001", "boss", NOON)
        assert feedback.add(connection, "alert-00002", "desk", NOON)
        assert feedback.said(connection, "alert-00001", "desk") == NOON
        assert rule_stats.of_all(connection, NOON)["limit-up"].useless == 3


def test_what_was_told_of_a_key_is_known_to_whoever_holds_it(database: Database) -> None:
    told = Warmth("alert-00001", NOON, Severity.HIGH)
    with database.begin() as connection:
        assert cooldowns.hold(connection, ["b", "a", "b"], NOON) == {}
        cooldowns.save(connection, "a", told, NOON + HOUR)
    with database.begin() as connection:
        assert cooldowns.hold(connection, ["a", "b", "c"], NOON) == {"a": told}
        assert cooldowns.hold(connection, [], NOON) == {}
        assert cooldowns.prune(connection, NOON + HOUR) == 2
        assert cooldowns.hold(connection, ["a"], NOON) == {"a": told}
        assert cooldowns.prune(connection, NOON + 2 * HOUR) == 1


def test_alerts_that_were_told_are_those_of_which_it_was_decided(database: Database) -> None:
    with database.begin() as connection:
        made = store_alerts(connection, [1, 2, 3])
        item_id = alerts.page(connection, limit=1)[0].item_id
        outcomes: tuple[decisions.DecisionOutcome, ...] = ("alerted", "suppressed", "alerted")
        rows = [
            decisions.Decision(item_id, alert.rule, alert.fingerprint, outcome, "", alert.id, NOON)
            for alert, outcome in zip(made, outcomes, strict=True)
        ]
        decisions.record(connection, rows)
        before = made[0].created_at - HOUR
        assert {alert.id for alert in alerts.told(connection, before, 10)} == {"alert-00001", "alert-00003"}
        assert len(alerts.told(connection, before, 1)) == 1
        assert alerts.told(connection, made[0].created_at, 10) == []


def test_those_who_tell_of_one_key_take_turns(database: Database) -> None:
    told, seen = Warmth("alert-00001", NOON, Severity.HIGH), Queue[dict[str, Warmth]]()

    def second() -> None:
        with database.begin() as connection:
            seen.put(cooldowns.hold(connection, ["a"], NOON))

    other = Thread(target=second)
    with database.begin() as connection:
        assert cooldowns.hold(connection, ["a"], NOON) == {}
        other.start()
        cooldowns.save(connection, "a", told, NOON + HOUR)
    other.join(timeout=20)
    assert seen.get(timeout=20) == {"a": told}
