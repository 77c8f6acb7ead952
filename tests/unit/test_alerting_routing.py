from datetime import timedelta

import pytest

from service.alerting.routes_file import RoutesFile, parse_routes
from service.alerting.routing import group_key, holds, labels_of, route
from service.errors import Problem
from service.marked_yaml import load
from service.model.alert import Alert
from service.model.routing import Matcher
from service.model.rule import Severity
from tests.support.alerts import make_alert

TREE = """\
route:
  receiver: inbox
  group_by: [rule]
  group_wait: 30s
  routes:
    - matchers: [severity =~ high|critical]
      receiver: desk
      continue: true
    - matchers: ['topic = "ipo"', event != price_move]
      receiver: bankers
      group_by: ["..."]
      group_wait: 0s
      routes:
        - matchers: ['entity !~ ".*[.]HK"']
          receiver: mainland
    - matchers: [severity=high]
      receiver: desk
receivers:
  - name: inbox
    targets: ["inbox://"]
  - name: desk
    targets: ["slack://${A}", "mailtos://${B}"]
  - name: bankers
    targets: ["json://bankers.example.com"]
  - name: mainland
    targets: ["json://mainland.example.com"]
"""


def parsed(text: str) -> RoutesFile:
    result, problems = parse_routes(load(text, "routes.yaml"))
    assert problems == []
    assert result is not None
    return result


def faults(text: str) -> list[Problem]:
    result, problems = parse_routes(load(text, "routes.yaml"))
    assert result is None
    return problems


def receivers(alert: Alert) -> list[str]:
    return [hit.receiver.name for hit in route(parsed(TREE).routing, alert)]


def test_an_alert_that_no_child_takes_stays_with_the_parent() -> None:
    assert receivers(make_alert(severity=Severity.LOW)) == ["inbox"]


def test_continue_goes_on_and_a_receiver_is_told_once() -> None:
    assert receivers(make_alert(severity=Severity.HIGH)) == ["desk"]
    assert receivers(make_alert(severity=Severity.CRITICAL)) == ["desk"]


def test_a_deeper_route_takes_what_its_matchers_hold_for() -> None:
    ipo = {"topic": "ipo"}
    assert receivers(make_alert(severity=Severity.LOW, labels=ipo, entity="601869.SH")) == ["mainland"]
    assert receivers(make_alert(severity=Severity.LOW, labels=ipo, entity="2513.HK")) == ["bankers"]
    assert receivers(make_alert(severity=Severity.CRITICAL, labels=ipo, entity=None)) == ["desk", "mainland"]
    assert receivers(make_alert(severity=Severity.LOW, labels=ipo, event_type="price_move")) == ["inbox"]


def test_children_inherit_grouping_from_their_parent() -> None:
    root = parsed(TREE).routing.root
    assert root.routes[0].group_by == ("rule",)
    assert root.routes[0].timing.group_wait == timedelta(seconds=30)
    assert root.routes[1].routes[0].group_by == ("...",)
    assert root.routes[1].routes[0].timing.group_wait == timedelta(0)


def test_alerts_share_a_bundle_when_they_share_the_labels() -> None:
    first, second = make_alert(id="a", subject="x"), make_alert(id="b", subject="y")
    assert group_key("route", ["rule"], labels_of(first), "a") == group_key("route", ["rule"], labels_of(second), "b")
    assert group_key("route", ["subject"], labels_of(first), "a") != group_key("route", ["subject"], labels_of(second), "b")
    assert group_key("route", ["..."], labels_of(first), "a") != group_key("route", ["..."], labels_of(first), "b")


def test_a_built_in_label_wins_over_one_of_the_rule() -> None:
    assert labels_of(make_alert(labels={"severity": "critical"}, severity=Severity.LOW))["severity"] == "low"


@pytest.mark.parametrize(
    ("matcher", "expected"),
    [
        (Matcher("a", "=", "x"), True),
        (Matcher("a", "=", "y"), False),
        (Matcher("a", "!=", "y"), True),
        (Matcher("b", "=", ""), True),
        (Matcher("a", "=~", "x|y"), True),
        (Matcher("a", "=~", "y"), False),
        (Matcher("c", "=~", "x"), False),  # "xx": the whole value must match
        (Matcher("c", "!~", "x"), True),
    ],
)
def test_matchers(matcher: Matcher, expected: bool) -> None:
    assert holds(matcher, {"a": "x", "c": "xx"}) is expected


def test_the_place_of_each_target_is_known() -> None:
    assert parsed(TREE).target_paths["desk", 1] == ("receivers", 1, "targets", 1)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("receiver: bankers", "receiver: bankrs", 10, "no receiver named `bankrs`"),
        ("  receiver: inbox\n", "", 2, "needs a receiver"),
        ("severity=high", "severity high", 16, "a matcher is written"),
        ("high|critical", "high|(critical", 6, "not a regex that RE2 takes"),
        ("high|critical", "x" * 1001, 6, "longer than 1000"),
        ("group_wait: 30s", "group_wait: soon", 4, "not a duration"),
        ("name: bankers", "name: desk", 23, "two receivers named 'desk'"),
        ("  receiver: inbox\n", "  receiver: inbox\n  continue: true\n", 2, "takes every alert"),
        ("group_wait: 30s", "group_wiat: 30s", 4, "group_wiat"),
        ('targets: ["inbox://"]', "targets: []", 20, "target"),
    ],
)
def test_a_fault_is_named_at_its_line(old: str, new: str, line: int, words: str) -> None:
    problems = faults(TREE.replace(old, new, 1))
    assert any(problem.line == line and words in str(problem) for problem in problems), problems
