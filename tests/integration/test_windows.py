"""Windows on real databases: once however many workers fill them, whatever order items come in, and never by history."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from service.clock import utc_now
from service.model.alert import Alert
from service.model.item import Item
from service.storage import alerts, decisions, deliveries, items, windows
from service.storage.database import Database, open_database
from service.storage.window_tables import OCCURRENCES, WINDOWS
from tests.support.alerts import NOW
from tests.support.folder import write_rules
from tests.support.forked import clean
from tests.support.line import Line, limit_up
from tests.support.workers import NAMES, in_processes, push_to_windows

RULE = """\
rules:
  - id: windowed
    title: "{{ subject }} and others"
    severity: critical
    when: {event: limit_up}
"""
COUNT = RULE + "    count: {at_least: 3, within: 30m, distinct: subject, per: source}\n"
ROUNDS = 25


def line(folder: Path, database: Database, rules: str) -> Line:
    return Line(database, write_rules(folder, rules=rules))


def told(database: Database) -> list[Alert]:
    """All alerts, oldest first."""
    with database.read() as connection:
        return [stored.alert for stored in reversed(alerts.page(connection, limit=1000))]


def outcomes(database: Database, guid: str) -> list[tuple[str, str]]:
    with database.read() as connection:
        found = items.find(connection, guid)
        assert found is not None
        return [(row.outcome, row.reason) for row in decisions.of_item(connection, found.id)]


def test_two_workers_that_fill_a_window_together_fire_it_once(tmp_path: Path, database_url: str, database: Database) -> None:
    """In each round one limit-up is there, and two processes store the second and the third at the same moment."""
    first = line(tmp_path, database, COUNT)
    for step in range(ROUNDS):
        first.push(limit_up(NAMES[0], 0, source=f"source-{step}"))
    with clean().Manager() as manager:
        in_processes(push_to_windows, database_url, str(tmp_path / "rules"), manager.Barrier(2), ROUNDS, workers=2)
    made = told(database)
    assert sorted(alert.source for alert in made) == sorted(f"source-{step}" for step in range(ROUNDS))
    assert all([one.subject for one in alert.occurrences] == list(NAMES[:3]) for alert in made)
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(OCCURRENCES)).scalar_one() == 3 * ROUNDS
        assert sum(deliveries.counts(connection).values()) == ROUNDS


def test_an_alert_names_all_that_was_counted(tmp_path: Path, database: Database) -> None:
    count = line(tmp_path, database, COUNT)
    count.push(limit_up("Lumentum", 0))
    count.push(limit_up("Lumentum", 1), limit_up("Nvidia", 5))
    assert told(database) == []
    assert outcomes(database, "Nvidia-5") == [
        ("counted", outcomes(database, "Nvidia-5")[0][1].split("; ")[0] + "; 2 different subjects within 30m, 3 are needed")
    ]
    count.push(limit_up("Moore Threads", 29))
    (alert,) = told(database)
    assert alert.title == "Moore Threads and others"
    assert alert.excerpt == "Moore Threads hit limit-up on Monday."
    assert [one.subject for one in alert.occurrences] == ["Lumentum", "Lumentum", "Nvidia", "Moore Threads"]
    assert alert.reason.endswith("3 different subjects within 30m (3 are needed): Lumentum, Nvidia, Moore Threads")
    assert alert.rules_version == count.book.version
    count.push(limit_up("Broadcom", 30))
    assert outcomes(database, "Broadcom-30")[0][1].endswith("part of a burst that was told already")
    assert len(told(database)) == 1


def test_the_order_of_arrival_does_not_matter_and_a_late_item_completes_a_window(tmp_path: Path, database: Database) -> None:
    count = line(tmp_path, database, COUNT)
    count.push(limit_up("Moore Threads", 29))
    count.push(limit_up("Broadcom", 200))
    count.push(limit_up("Lumentum", 0))
    assert told(database) == []
    count.push(limit_up("Nvidia", 15))
    (alert,) = told(database)
    assert [one.subject for one in alert.occurrences] == ["Lumentum", "Nvidia", "Moore Threads"]


def test_a_wrong_clock_does_not_reach_into_the_future(tmp_path: Path, database: Database) -> None:
    count = line(tmp_path, database, COUNT)
    ahead = utc_now() + timedelta(days=400)
    for name in NAMES[:3]:
        count.push(limit_up(name, published=ahead))
        ahead += timedelta(days=1)
    (alert,) = told(database)
    assert all(one.at <= utc_now() for one in alert.occurrences)


def test_history_never_counts(tmp_path: Path, database: Database) -> None:
    count = line(tmp_path, database, COUNT)
    count.push(limit_up("Lumentum", 0), limit_up("Nvidia", 1), baseline=True)
    count.push(limit_up("Moore Threads", 2))
    assert told(database) == []
    assert outcomes(database, "Nvidia-1")[0][0] == "baseline"


def test_what_names_nobody_is_not_counted(tmp_path: Path, database: Database) -> None:
    rules = 'rules:\n  - id: words\n    when: {text: ["limit-up"]}\n    count: {at_least: 2, within: 1h, distinct: entity}\n'
    count = line(tmp_path, database, rules)
    count.push(limit_up("Lumentum", 0), limit_up("Nvidia", 1))
    assert outcomes(database, "Nvidia-1")[0][1].endswith("not counted: it names no entity")


@pytest.mark.parametrize("late", [False, True])
def test_one_thing_after_another(tmp_path: Path, database: Database, late: bool) -> None:
    rules = RULE.replace("event: limit_up", 'text: ["resumes trading"], event: limit_up')
    rules += '    sequence: {after: {event: limit_up, text: ["suspended"]}, within: 2h}\n'
    sequence = line(tmp_path, database, rules)
    first = limit_up("Lumentum", 0, text="Lumentum hit limit-up. It was suspended.")
    then = limit_up("Lumentum", 90, text="Lumentum hit limit-up on Monday. It resumes trading.")
    other = limit_up("Nvidia", 10, text="Nvidia hit limit-up on Monday. It resumes trading.")
    for item in (other, then, first) if late else (other, first, then):
        assert told(database) == []
        sequence.push(item)
    (alert,) = told(database)
    assert [one.step for one in alert.occurrences] == ["after", ""]
    assert "followed “Lumentum hit limit-up. It was suspended.” after 1h30m (at most 2h)" in alert.reason
    sequence.push(limit_up("Lumentum", 95, text="Lumentum hit limit-up this Monday. It resumes trading."))
    assert len(told(database)) == 1, "the same happening from another outlet"


def test_the_first_time_for_long(tmp_path: Path, database: Database) -> None:
    first = line(tmp_path, database, RULE + "    first_time: {within: 30d}\n")
    first.push(limit_up("Lumentum", 0))
    first.push(limit_up("Lumentum", 60 * 24 * 29), limit_up("Nvidia", 1))
    assert [alert.subject for alert in told(database)] == ["Lumentum", "Nvidia"]
    first.push(limit_up("Lumentum", 60 * 24 * 60, published=NOW + timedelta(days=60)))
    assert [alert.subject for alert in told(database)] == ["Lumentum", "Nvidia", "Lumentum"]


def test_different_publishers_corroborate(tmp_path: Path, database: Database) -> None:
    rule = line(tmp_path, database, RULE + "    corroborated_by: 2\n")
    rule.push(limit_up("Lumentum", 0, source="a", publisher="Wire"), limit_up("Lumentum", 1, source="a", publisher="WIRE"))
    assert told(database) == []
    assert outcomes(database, "Lumentum-1")[0][1].endswith("reported by 1 of 2 publishers within 1d")
    rule.push(limit_up("Lumentum", 2, source="b", publisher="Herald", text="Today Lumentum hit limit-up."))
    (alert,) = told(database)
    assert alert.reason.endswith("reported by 2 of 2 publishers within 1d: Wire, Herald")
    rule.push(limit_up("Lumentum", 3, source="c", text="Lumentum hit limit-up, too."))
    assert len(told(database)) == 1


class Clock:
    """A time that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> object:
        return self.now


@pytest.fixture
def moved(sqlite_url: str) -> tuple[Database, Clock]:
    clock = Clock()
    return open_database(sqlite_url, clock), clock  # type: ignore[arg-type]


def test_silence_is_told_once_until_something_comes(tmp_path: Path, moved: tuple[Database, Clock]) -> None:
    database, clock = moved
    absence = line(
        tmp_path, database, RULE.replace("{{ subject }} and others", "Quiet: {{ headline }}") + "    absence: {within: 30m}\n"
    )

    def after(minutes: int) -> int:
        made = 0
        for _ in range(minutes):
            clock.now += timedelta(minutes=1)
            made += absence.sweep()
        return made

    assert absence.sweep() == 0
    assert after(29) == 0
    assert after(1) == 1
    assert after(100) == 0
    (alert,) = told(database)
    assert alert.headline == "Rule windowed: no match since 2025-12-22 08:00:00 UTC, for 30m or longer."
    assert outcomes(database, f"absence:windowed:{NOW.isoformat()}")[0][0] == "alerted"
    absence.push(limit_up("Lumentum", published=clock.now))
    assert after(29) == 0
    assert after(1) == 1
    clock.now += timedelta(hours=5)  # nobody was watching
    assert after(30) == 0
    assert after(1) == 1, "the watch began anew with the first sweep after the gap"


def test_two_sweepers_tell_once(tmp_path: Path, moved: tuple[Database, Clock]) -> None:
    database, clock = moved
    one = line(tmp_path, database, RULE + "    absence: {within: 2m}\n")
    other = line(tmp_path, database, RULE + "    absence: {within: 2m}\n")
    made = []
    for _ in range(4):
        made += [one.sweep(), other.sweep()]
        clock.now += timedelta(minutes=1)
    assert made == [0, 0, 0, 0, 1, 0, 0, 0]


def test_a_spike_is_one_only_against_what_is_usual(tmp_path: Path, moved: tuple[Database, Clock]) -> None:
    database, clock = moved
    spike = line(tmp_path, database, RULE + "    spike: {factor: 3, within: 1h, baseline: 1d, min: 4}\n")
    spike.sweep()
    for number in range(10):
        spike.push(limit_up(NAMES[number % 4], guid=str(number), published=clock.now, text=f"{number}: Nvidia hit limit-up."))
    assert told(database) == []
    assert "what is usual is known only after" in outcomes(database, "9")[0][1]
    for _ in range(30 * 12):
        clock.now += timedelta(minutes=5)
        spike.sweep()
    for number in range(4):
        clock.now += timedelta(minutes=1)
        spike.push(limit_up("Nvidia", guid=f"s{number}", published=clock.now, text=f"s{number}: Nvidia hit limit-up."))
    (alert,) = told(database)
    assert len(alert.occurrences) == 4


def test_what_is_over_is_forgotten(tmp_path: Path, moved: tuple[Database, Clock]) -> None:
    database, clock = moved
    count = line(tmp_path, database, COUNT)
    count.push(limit_up("Lumentum", 0))
    clock.now += timedelta(days=3)
    count.sweep()
    with database.read() as connection:
        assert windows.near(connection, "windowed", "wire", NOW - timedelta(days=9), NOW + timedelta(days=9)) == []
        assert connection.execute(select(WINDOWS.c.key)).scalars().all() == [""]


def test_a_key_of_any_length_is_a_key(tmp_path: Path, database: Database) -> None:
    count = line(tmp_path, database, COUNT.replace("per: source", "per: publisher"))
    for name in NAMES[:3]:
        count.push(limit_up(name, publisher="x" * 9000))
    assert len(told(database)) == 1


def test_no_rule_with_a_window_means_nothing_to_sweep(tmp_path: Path, sqlite_database: Database) -> None:
    assert line(tmp_path, sqlite_database, RULE).sweep() == 0


def test_items_without_a_time_count_when_they_come(tmp_path: Path, sqlite_database: Database) -> None:
    count = line(tmp_path, sqlite_database, COUNT)
    undated = [Item("wire", name, "", f"{name} hit limit-up on Monday.") for name in NAMES[:3]]
    count.push(*undated)
    assert len(told(sqlite_database)) == 1


def test_a_sweep_on_each_database(tmp_path: Path, database: Database) -> None:
    rules = (
        "rules:\n  - {id: words, when: {text: [dividend]}}\n  - {id: quiet, when: {event: limit_up}, absence: {within: 1ms}}\n"
    )
    absence = line(tmp_path, database, rules)
    assert absence.push(limit_up("Nvidia"), Item("wire", "d", "", "A dividend.")) == 2
    made = [absence.sweep() for _ in range(4)]
    assert sum(made) == 1
    assert [alert.rule for alert in told(database)] == ["words", "quiet"]
