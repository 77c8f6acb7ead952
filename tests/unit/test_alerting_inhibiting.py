"""Inhibition: what keeps what back, for how long, and what never does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.alerting.inhibiting import inhibited
from service.alerting.routes_file import parse_routes
from service.marked_yaml import load
from service.model.alert import Alert
from service.model.routing import Inhibition, Matcher
from service.model.rule import Severity
from tests.support.alerts import make_alert

NOW = datetime(2025, 12, 22, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CRITICAL, LESSER = (Matcher("severity", "=", "critical"),), (Matcher("severity", "=~", "low|medium"),)
RULE = Inhibition(CRITICAL, LESSER, ("entity",), HOUR)


def grave(minutes: float = 10, **changes: Any) -> Alert:
    return make_alert(**{"id": "grave", "severity": Severity.CRITICAL, "created_at": NOW - timedelta(minutes=minutes), **changes})


def lesser(**changes: Any) -> Alert:
    return make_alert(**{"id": "lesser", "severity": Severity.LOW, "title": "x", **changes})


def test_the_lesser_is_kept_back_and_says_by_what() -> None:
    assert inhibited(lesser(), [RULE], [grave(title="A limit")], NOW) == "inhibited by alert grave (critical): A limit"
    assert inhibited(lesser(), [], [grave()], NOW) is None
    assert inhibited(lesser(), [RULE], [], NOW) is None


@pytest.mark.parametrize(("minutes", "held"), [(0, True), (59.9, True), (60, False), (61, False)])
def test_an_alert_inhibits_for_a_while(minutes: float, held: bool) -> None:
    assert (inhibited(lesser(), [RULE], [grave(minutes)], NOW) is not None) == held


@pytest.mark.parametrize(
    ("alert", "other"),
    [
        (lesser(severity=Severity.HIGH), grave()),  # no target
        (lesser(), grave(severity=Severity.HIGH)),  # no source
        (lesser(entity="000001.SZ"), grave()),
        (lesser(entity=None), grave(entity=None)),  # nothing is equal where nothing is
        (lesser(), grave(id="lesser")),
    ],
)
def test_what_does_not_inhibit(alert: Alert, other: Alert) -> None:
    assert inhibited(alert, [RULE], [other], NOW) is None


def test_nothing_is_kept_back_by_what_is_less_grave() -> None:
    by_rule = Inhibition((Matcher("rule", "=", "a"),), (Matcher("rule", "=", "b"),), (), HOUR)
    high, low = grave(severity=Severity.HIGH, rule="a"), grave(severity=Severity.LOW, rule="a")
    assert inhibited(lesser(severity=Severity.HIGH, rule="b"), [by_rule], [low], NOW) is None
    assert inhibited(lesser(severity=Severity.HIGH, rule="b"), [by_rule], [low, high], NOW) is not None


def test_what_stands_on_both_sides_keeps_back_none_of_its_like() -> None:
    everything = (Matcher("rule", "=~", ".*"),)
    both = Inhibition(everything, everything, ("entity",), HOUR)
    assert inhibited(lesser(), [both], [grave()], NOW) is None


ROUTES = """\
inhibit_rules:
  - source_matchers: [severity=critical]
    target_matchers: [severity=~low|medium]
    equal: entity
    within: {}
route: {{receiver: desk}}
receivers: [{{name: desk, targets: ["inbox://"]}}]
"""


def test_rules_are_read_from_the_routes() -> None:
    read, problems = parse_routes(load(ROUTES.format("30m"), "routes.yaml"))
    assert (read and read.routing.inhibitions, problems) == ((Inhibition(CRITICAL, LESSER, ("entity",), HOUR / 2),), [])
    default, _ = parse_routes(load(ROUTES.format("1h").replace("    within: 1h\n", ""), "routes.yaml"))
    assert default and default.routing.inhibitions == (RULE,)


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [("within: 1h", "within: 0s", 5), ("severity=critical", "severity=loud", 2), ("[severity=critical]", "[]", 2)],
)
def test_what_is_wrong_with_one_is_said_at_its_place(before: str, after: str, line: int) -> None:
    read, problems = parse_routes(load(ROUTES.format("1h").replace(before, after), "routes.yaml"))
    assert read is None
    assert [problem.line for problem in problems] == [line]
