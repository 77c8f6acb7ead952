"""From alerts to deliveries: held and collected, escalated and repeated, once however many processes work on it."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from service.clock import utc_now
from service.model.delivery import Delivery, DeliveryState
from service.storage import acknowledgements, alerts, deliveries
from service.storage.database import Database
from service.storage.routing_tables import REMINDERS
from service.storage.tables import ALERTS, DELIVERIES, DELIVERY_ALERTS
from tests.support.claims import claim_due
from tests.support.folder import RULES, write_rules
from tests.support.forked import clean
from tests.support.line import Line, limit_up, report
from tests.support.stored import LEASE
from tests.support.workers import NAMES, in_processes, push_and_sweep

CRITICAL = RULES.replace("severity: high", "severity: critical").replace("{event: limit_up}", "{text: [limit-up]}")
RECEIVERS = """
receivers:
  - {name: inbox, targets: ["inbox://"]}
  - {name: desk, targets: ["json://one.example.com", "json://two.example.com"]}
  - {name: boss, targets: ["json://boss.example.com"]}
"""
LADDER = "route: {receiver: inbox, repeat_interval: 1ms, escalate: [{after: 1ms, to: boss}, {after: 2ms, to: desk}]}\n"
ROUNDS = 6


def routes(route: str) -> str:
    return route + RECEIVERS


def quiet(extra: str = "") -> str:
    """Routes that hold everything from an hour ago until two hours from now."""
    now = utc_now()
    times = f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=2):%H:%M}"
    interval = f'time_intervals: [{{name: now, times: "{times}", timezone: UTC}}]\n'
    return routes(f"route: {{receiver: inbox, mute_time_intervals: [now]{extra}}}\n{interval}")


def line(folder: Path, database: Database, route: str, rules: str = CRITICAL) -> Line:
    return Line(database, write_rules(folder, rules=rules, routes=route))


def given(database: Database) -> list[tuple[str, str, int]]:
    """(alert, receiver, delivery) of all that alerts were given to."""
    joined = select(DELIVERY_ALERTS.c.alert_id, DELIVERIES.c.receiver, DELIVERIES.c.id).join(
        DELIVERIES, DELIVERY_ALERTS.c.delivery_id == DELIVERIES.c.id
    )
    with database.read() as connection:
        return [(row[0], row[1], row[2]) for row in connection.execute(joined.order_by(DELIVERIES.c.id, DELIVERY_ALERTS.c.id))]


def receivers(database: Database) -> Counter[str]:
    return Counter(receiver for _, receiver, _ in given(database))


def reasons(database: Database) -> set[str]:
    with database.read() as connection:
        return set(connection.execute(select(DELIVERIES.c.timing_reason)).scalars())


def reminders_due(database: Database, moment: datetime) -> None:
    with database.begin() as connection:
        connection.execute(update(REMINDERS).values(due_at=moment))


def acknowledge(database: Database) -> None:
    with database.begin() as connection:
        for stored in alerts.page(connection, limit=10):
            acknowledgements.acknowledge(connection, stored.alert.id, "a person", utc_now())


def claim(database: Database) -> list[Delivery]:
    with database.begin() as connection:
        return claim_due(connection, limit=100, lease=LEASE)


def test_two_processes_escalate_and_repeat_each_alert_once(tmp_path: Path, database_url: str, database: Database) -> None:
    folder = write_rules(tmp_path, rules=CRITICAL, routes=routes(LADDER))
    with clean().Manager() as manager:
        in_processes(push_and_sweep, database_url, str(folder), manager.Barrier(2), ROUNDS, workers=2)
    with database.read() as connection:
        made = [stored.alert.id for stored in alerts.page(connection, limit=1000)]
    assert len(made) == 2 * ROUNDS
    told = Counter((alert, receiver) for alert, receiver, _ in given(database))
    for alert in made:
        assert told[alert, "boss"] == 1
        assert told[alert, "desk"] == 2, "two targets"
        assert told[alert, "inbox"] == 11, "at first, and ten repeats"


def test_two_processes_fill_one_digest(tmp_path: Path, database_url: str, database: Database) -> None:
    folder = write_rules(tmp_path, rules=CRITICAL, routes=quiet())
    with clean().Manager() as manager:
        in_processes(push_and_sweep, database_url, str(folder), manager.Barrier(2), ROUNDS, workers=2)
    held = given(database)
    assert len(held) == 2 * ROUNDS
    assert len({alert for alert, _, _ in held}) == 2 * ROUNDS
    assert len({delivery for _, _, delivery in held}) == 1
    assert claim(database) == []
    with database.begin() as connection:
        connection.execute(update(DELIVERIES).values(next_at=utc_now()))
    [delivery] = claim(database)
    assert len(delivery.alerts) == 2 * ROUNDS
    assert delivery.digest is not None


def test_two_processes_keep_to_one_limit(tmp_path: Path, database_url: str, database: Database) -> None:
    limited = 'route: {receiver: few}\nreceivers: [{name: few, targets: ["inbox://"], max_per_hour: 5}]\n'
    folder = write_rules(tmp_path, rules=CRITICAL, routes=limited)
    with clean().Manager() as manager:
        in_processes(push_and_sweep, database_url, str(folder), manager.Barrier(2), ROUNDS, workers=2)
    held = given(database)
    assert len({alert for alert, _, _ in held}) == len(held) == 2 * ROUNDS
    sizes = Counter(delivery for _, _, delivery in held)
    assert sorted(sizes.values()) == [1, 1, 1, 1, 1, 2 * ROUNDS - 5]


def test_a_rule_that_matches_everything_is_no_storm(tmp_path: Path, database: Database) -> None:
    """500 items, all of them alerts: five messages and one digest that lists the rest."""
    limited = 'route: {receiver: few}\nreceivers: [{name: few, targets: ["inbox://"], max_per_hour: 5}]\n'
    storm = line(tmp_path, database, limited, CRITICAL.replace("limit-up", "report"))
    for start in range(0, 500, 100):
        storm.push(*(report(number) for number in range(start, start + 100)))
    held = given(database)
    assert len({alert for alert, _, _ in held}) == len(held) == 500
    assert sorted(Counter(delivery for _, _, delivery in held).values()) == [1, 1, 1, 1, 1, 495]


def test_what_is_acknowledged_goes_no_further(tmp_path: Path, database: Database) -> None:
    ladder = line(tmp_path, database, routes(LADDER))
    ladder.push(limit_up(NAMES[0]))
    acknowledge(database)
    ladder.sweep()
    assert receivers(database) == {"inbox": 1}
    with database.read() as connection:
        assert connection.execute(select(REMINDERS.c.id)).first() is None


def test_an_alert_that_cannot_be_read_does_not_hold_up_the_others(tmp_path: Path, database: Database) -> None:
    ladder = line(tmp_path, database, routes("route: {receiver: inbox, escalate: {after: 1ms, to: boss}}\n"))
    ladder.push(limit_up(NAMES[0]), limit_up(NAMES[1], 1))
    with database.begin() as connection:
        [broken, *_] = connection.execute(select(ALERTS.c.id)).scalars()
        connection.execute(update(ALERTS).where(ALERTS.c.id == broken).values(facts="{"))
    ladder.sweep()
    assert receivers(database) == {"inbox": 2, "boss": 1}
    with database.read() as connection:
        assert connection.execute(select(REMINDERS.c.id)).first() is None


def test_nobody_is_told_before_it_is_time(tmp_path: Path, database: Database) -> None:
    ladder = line(tmp_path, database, routes("route: {receiver: inbox, repeat_interval: 1h, escalate: {after: 1h, to: boss}}\n"))
    ladder.push(limit_up(NAMES[0]))
    ladder.sweep()
    assert receivers(database) == {"inbox": 1}
    reminders_due(database, utc_now())
    ladder.sweep()
    ladder.sweep()
    assert receivers(database) == {"inbox": 2, "boss": 1}
    assert reasons(database) == {
        "",
        "escalated (step 1): inbox was told, and nobody acknowledged it in time",
        "sent again (repeat 1): nobody acknowledged it (repeat_interval)",
    }


def test_alerts_that_are_escalated_together_travel_together(tmp_path: Path, database: Database) -> None:
    ladder = line(tmp_path, database, routes("route: {receiver: inbox, escalate: {after: 1ms, to: boss}}\n"))
    ladder.push(*(limit_up(name, number) for number, name in enumerate(NAMES)))
    ladder.sweep()
    boss = [delivery for _, receiver, delivery in given(database) if receiver == "boss"]
    assert len(boss) == len(NAMES)
    assert len(set(boss)) == 1


def test_two_receivers_that_escalate_to_one_tell_it_once(tmp_path: Path, database: Database) -> None:
    tree = """\
route:
  receiver: inbox
  routes:
    - {escalate: {after: 1h, to: boss}, continue: true}
    - {receiver: desk, escalate: {after: 30m, to: boss}}
"""
    ladder = line(tmp_path, database, routes(tree))
    ladder.push(limit_up(NAMES[0]))
    with database.read() as connection:
        assert connection.execute(select(REMINDERS.c.first)).scalars().all() == ["desk"], "the sooner one"
    reminders_due(database, utc_now())
    ladder.sweep()
    assert receivers(database) == {"inbox": 1, "desk": 2, "boss": 1}


def test_the_time_runs_from_when_the_first_receiver_is_told(tmp_path: Path, database: Database) -> None:
    ladder = line(tmp_path, database, quiet(", escalate: {after: 15m, to: boss}"))
    ladder.push(limit_up(NAMES[0]))
    with database.read() as connection:
        reminder = connection.execute(select(REMINDERS.c.due_at)).scalar_one()
        told = connection.execute(select(DELIVERIES.c.next_at)).scalar_one()
    assert reminder == told + timedelta(minutes=15)


def test_a_repeat_waits_for_the_end_of_quiet_hours(tmp_path: Path, database: Database) -> None:
    ladder = line(tmp_path, database, quiet(", repeat_interval: 1m"))
    ladder.push(limit_up(NAMES[0]))
    reminders_due(database, utc_now())
    ladder.sweep()
    assert receivers(database) == {"inbox": 1}
    with database.read() as connection:
        reminder = connection.execute(select(REMINDERS.c.due_at)).scalar_one()
        assert reminder == connection.execute(select(DELIVERIES.c.next_at)).scalar_one()


@pytest.mark.parametrize("after", ["route: {receiver: desk, repeat_interval: 1ms}\n", "route: {receiver: inbox}\n"])
def test_a_route_that_is_gone_repeats_no_more(tmp_path: Path, database: Database, after: str) -> None:
    line(tmp_path, database, routes("route: {receiver: inbox, repeat_interval: 1ms}\n")).push(limit_up(NAMES[0]))
    line(tmp_path, database, routes(after)).sweep()
    assert receivers(database) == {"inbox": 1}


def test_a_reload_tells_nothing_again(tmp_path: Path, database: Database) -> None:
    """Alertmanager's TestReload: the same alerts, a changed file, and the same items seen again."""
    before = line(tmp_path, database, routes("route: {receiver: inbox, group_by: [rule], group_interval: 5m}\n"))
    items = [limit_up(name, number) for number, name in enumerate(NAMES)]
    before.push(*items)
    told = given(database)
    after = line(
        tmp_path, database, routes("route: {receiver: inbox, group_by: [severity], group_wait: 1m, routes: [{receiver: desk}]}\n")
    )
    after.push(*items)
    after.sweep()
    assert given(database) == told


def test_groups_merge_while_they_wait(tmp_path: Path, database: Database) -> None:
    """Alertmanager's TestMerge: alerts of one group that come one after the other are one message."""
    merge = line(tmp_path, database, routes("route: {receiver: inbox, group_by: [rule], group_wait: 1m}\n"))
    merge.push(limit_up(NAMES[0]))
    merge.push(limit_up(NAMES[1], 1))
    [one, other] = given(database)
    assert one[2] == other[2]


def test_one_failing_target_does_not_repeat_the_other(tmp_path: Path, database: Database) -> None:
    """Alertmanager's TestRetry."""
    retry = line(tmp_path, database, routes("route: {receiver: desk}\n"))
    retry.push(limit_up(NAMES[0]))
    good, taken = "json://two.example.com", Counter[str]()
    for _ in range(5):
        for delivery in claim(database):
            well = delivery.target == good
            taken[delivery.target] += 1
            state, now = (DeliveryState.SENT if well else DeliveryState.RETRYABLE), utc_now()
            with database.begin() as connection:
                deliveries.record(
                    connection,
                    delivery,
                    state=state,
                    next_at=None if well else now,
                    outcome=state.value,
                    reason="" if well else "connection",
                    detail="",
                    now=now,
                )
        retry.sweep()
    assert taken == {good: 1, "json://one.example.com": 5}


def test_a_target_that_is_down_for_days_is_sent_one_digest(tmp_path: Path, database: Database) -> None:
    down = line(tmp_path, database, routes("route: {receiver: boss}\n"))
    for number in range(4):
        down.push(limit_up(NAMES[number], number))
        for delivery in claim(database):
            now = utc_now()
            with database.begin() as connection:
                state = DeliveryState.RETRYABLE
                deliveries.record(
                    connection, delivery, state=state, next_at=now, outcome="failed", reason="connection", detail="", now=now
                )
        with database.begin() as connection:
            open_ = connection.execute(select(DELIVERIES.c.id, DELIVERIES.c.created_at).where(DELIVERIES.c.state != "cancelled"))
            for waiting, (row, created_at) in enumerate(open_.all(), start=1):
                assert waiting <= 2, "the backlog is bounded"
                aged = update(DELIVERIES).where(DELIVERIES.c.id == row)
                connection.execute(aged.values(created_at=created_at - timedelta(days=1)))
        down.sweep()
    [delivery] = claim(database)
    assert len(delivery.alerts) == 4
    assert delivery.digest is not None
