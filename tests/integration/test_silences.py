"""What is silenced is stored, shown and explained, and nobody is told; what was told is taken back all the same."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from service.clock import utc_now
from service.model.routing import Matcher
from service.model.silence import Silence
from service.storage import alerts, decisions, silences
from service.storage.database import Database
from service.storage.routing_tables import REMINDERS
from service.storage.tables import DELIVERIES
from tests.support.folder import write_rules
from tests.support.line import Line, limit_up

TWO_RULES = """\
rules:
  - id: limit-up
    title: "{{ subject }}"
    severity: critical
    when: {event: limit_up}
  - id: moves
    title: "{{ subject }}"
    severity: low
    when: {event: limit_up}
"""
LADDER = """
route: {receiver: desk, escalate: {after: 1ms, to: boss}}
receivers:
  - {name: desk, targets: ["json://desk.example.com"]}
  - {name: boss, targets: ["json://boss.example.com"]}
"""
ALL = Matcher("rule", "=~", ".*")


def line(folder: Path, database: Database) -> Line:
    return Line(database, write_rules(folder, rules=TWO_RULES, routes=LADDER))


def silence(database: Database, *matchers: Matcher, hours: float = 1) -> Silence:
    now = utc_now()
    with database.begin() as connection:
        return silences.add(connection, matchers, now + timedelta(hours=hours), "ops", "known", now)


def receivers(database: Database) -> Counter[str]:
    with database.read() as connection:
        return Counter(connection.execute(select(DELIVERIES.c.receiver)).scalars())


def test_what_is_silenced_is_stored_with_the_reason_and_nobody_is_told(tmp_path: Path, database: Database) -> None:
    running = line(tmp_path, database)
    asked = silence(database, Matcher("rule", "=", "limit-up"))
    running.push(limit_up("Lumentum"))
    with database.read() as connection:
        made = {stored.alert.rule: stored.alert for stored in alerts.page(connection, limit=10)}
        [decision] = decisions.of_alert(connection, made["limit-up"].id)
    assert set(made) == {"limit-up", "moves"}
    assert decision.outcome == "suppressed"
    assert decision.reason.endswith(f"silenced until {asked.until:%Y-%m-%d %H:%M} UTC by ops: known")
    assert receivers(database) == {"desk": 1}


def test_after_its_end_alerts_are_told_again(tmp_path: Path, database: Database) -> None:
    running = line(tmp_path, database)
    asked = silence(database, ALL)
    running.push(limit_up("Lumentum"))
    assert receivers(database) == {}
    with database.begin() as connection:
        assert silences.end(connection, asked.number, "ops", utc_now())
    running.push(limit_up("Coherent", 1))
    assert receivers(database)["desk"] >= 1


def test_a_silenced_alert_is_not_escalated_before_the_silence_ends(tmp_path: Path, database: Database) -> None:
    running = line(tmp_path, database)
    running.push(limit_up("Lumentum"))
    asked = silence(database, ALL)
    running.sweep()
    assert set(receivers(database)) == {"desk"}
    with database.begin() as connection:
        waiting = set(connection.execute(select(REMINDERS.c.due_at)).scalars())
        assert waiting == {asked.until}
        silences.end(connection, asked.number, "ops", utc_now())
        connection.execute(update(REMINDERS).values(due_at=utc_now()))
    running.sweep()
    assert set(receivers(database)) == {"desk", "boss"}


def test_whoever_was_told_is_told_of_the_denial_whatever_is_silenced(tmp_path: Path, database: Database) -> None:
    running = line(tmp_path, database)
    silence(database, Matcher("rule", "=", "limit-up"))
    running.push(limit_up("Lumentum"))
    silence(database, ALL)
    running.push(limit_up("Lumentum", 5, "other", text="Lumentum failed to hit limit-up on Monday."))
    with database.read() as connection:
        made = [
            (stored.alert, decisions.of_alert(connection, stored.alert.id)[-1]) for stored in alerts.page(connection, limit=10)
        ]
    denials = {alert.rule: decision.outcome for alert, decision in made if alert.follows}
    assert denials == {"limit-up": "suppressed", "moves": "alerted"}, "only the alert of the other rule went out"
    assert receivers(database) == {"desk": 2}


COOL = """\
rules:
  - id: names
    title: "{{ subject }}"
    cooldown: 1h
    severity: {critical: {event: limit_up}, else: low}
    when: {event: [ipo, limit_up, new_high]}
"""
IPO, HIGH = "{} filed for an IPO.", "{} shares hit a record high on Monday."


def outcomes(database: Database) -> list[tuple[str, str]]:
    """(event, outcome) of each alert, oldest first."""
    with database.read() as connection:
        made = [stored.alert for stored in reversed(alerts.page(connection, limit=10))]
        return [(alert.event_type, decisions.of_alert(connection, alert.id)[0].outcome) for alert in made]


def test_a_rule_that_cools_down_tells_one_alert_of_a_subject_and_what_is_graver(tmp_path: Path, database: Database) -> None:
    running = Line(database, write_rules(tmp_path, rules=COOL, routes=LADDER))
    running.push(limit_up("Lumentum", 0, text=IPO.format("Lumentum")))
    running.push(limit_up("Lumentum", 1, text=HIGH.format("Lumentum")), limit_up("Coherent", 1, text=HIGH.format("Coherent")))
    running.push(limit_up("Lumentum", 2))
    told = {("ipo", "alerted"), ("new_high", "suppressed"), ("new_high", "alerted"), ("limit_up", "alerted")}
    assert set(outcomes(database)) == told
    assert receivers(database)["desk"] == 3
    running.push(limit_up("Lumentum", 3, text="Lumentum failed to hit limit-up on Monday."))
    assert receivers(database)["desk"] == 4, "an update does not cool down"


INHIBIT = """
inhibit_rules:
  - source_matchers: [severity=critical]
    target_matchers: [severity=low]
    equal: [subject]
"""


def test_the_graver_alert_of_the_same_moment_and_of_before_inhibits_the_lesser(tmp_path: Path, database: Database) -> None:
    rules = TWO_RULES.replace("severity: low\n    when: {event: limit_up}", "severity: low\n    when: {event: [limit_up, ipo]}")
    running = Line(database, write_rules(tmp_path, rules=rules, routes=LADDER + INHIBIT))
    running.push(limit_up("Lumentum"))
    running.push(limit_up("Lumentum", 1, text=IPO.format("Lumentum")), limit_up("Coherent", 1, text=IPO.format("Coherent")))
    with database.read() as connection:
        made = [stored.alert for stored in alerts.page(connection, limit=10)]
        said = {(alert.rule, alert.event_type, alert.subject): decisions.of_alert(connection, alert.id)[0] for alert in made}
    [critical] = [alert for alert in made if alert.rule == "limit-up"]
    told = {key for key, decision in said.items() if decision.outcome == "alerted"}
    assert told == {("limit-up", "limit_up", "Lumentum"), ("moves", "ipo", "Coherent")}
    assert len(said) == 4
    assert said["moves", "ipo", "Lumentum"].reason.endswith(f"inhibited by alert {critical.id} (critical): {critical.title}")
    assert receivers(database) == {"desk": 2}
