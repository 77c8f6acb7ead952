"""The routing tree: how routes.yaml is read, and which routes take an alert."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from service.alerting.intervals import TimeInterval
from service.alerting.routes_file import RoutesFile, parse_routes
from service.alerting.routing import group_key, holds, labels_of, route
from service.errors import Problem
from service.marked_yaml import load
from service.model.alert import Alert
from service.model.routing import Escalation, Matcher, Timing
from service.model.rule import Severity
from tests.support.alerts import make_alert
from tests.support.timing import calendars

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


TIMES = """\
route:
  receiver: inbox
  mute_time_intervals: [night]
  break_through: critical
  digest: {at: "17:30", days: [mon-fri], calendar: XSHG}
  escalate: {after: 15m, to: desk}
  repeat_interval: 1h
  routes:
    - group_interval: 5m
    - mute_time_intervals: []
      break_through: none
      digest: none
      escalate: []
      repeat_interval: 0s
      active_time_intervals: session
time_intervals:
  - name: night
    times: ["22:00-07:00", 12:00-13:00]
    weekdays: [sun-thu, sat]
    timezone: Europe/London
  - name: session
    calendar: XSHG
    session: [open, lunch]
receivers:
  - name: inbox
    targets: ["inbox://"]
    max_per_hour: 20
  - name: desk
    targets: ["inbox://"]
"""


def timed(text: str) -> tuple[RoutesFile | None, list[Problem]]:
    return parse_routes(load(text, "routes.yaml"), calendars())


def test_times_are_inherited_and_lifted() -> None:
    found, problems = timed(TIMES)
    assert found is not None, problems
    root = found.routing.root
    keeps, lifts = root.routes
    assert keeps.timing == replace(root.timing, group_interval=timedelta(minutes=5))
    assert lifts.timing == Timing(active=lifts.timing.active)
    assert [one.name for one in lifts.timing.active] == ["session"]
    night = root.timing.mute[0]
    assert isinstance(night, TimeInterval)
    assert night.weekdays == {6, 0, 1, 2, 3, 5}
    assert night.times == ((time(22), time(7)), (time(12), time(13)))
    assert root.timing.escalate == (Escalation(timedelta(minutes=15), "desk"),)
    assert found.routing.receivers["inbox"].max_per_hour == 20


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("[night]", "[nigth]", 3, "no time interval named `nigth` (did you mean `night`?"),
        ("break_through: critical", "break_through: critcal", 4, "did you mean `critical`?"),
        ('at: "17:30"', 'at: "17.30"', 5, "`17.30` is no time of day"),
        ("[mon-fri]", "[mon-fry]", 5, "`mon-fry` is no day of the week: write mon or mon-fri; did you mean `fri`?"),
        ("[mon-fri]", "[1]", 5, "`1` is no day of the week"),
        ("[mon-fri]", "[[mon]]", 5, "is no day of the week"),
        ("[mon-fri]", "[sat-sun]", 5, "this digest never comes"),
        ("mon-fri], calendar: XSHG", "mon-fri], calendar: XSHQ", 5, "no calendar named `XSHQ` (did you mean `XSHG`?"),
        ("mon-fri], calendar: XSHG", "mon-fri]", 5, "on whose clock?"),
        ("{after: 15m, to: desk}", "{after: 15m, to: dsk}", 6, "no receiver named `dsk` (did you mean `desk`?"),
        ("{after: 15m, to: desk}", "{after: 0m, to: desk}", 6, "longer than nothing"),
        ("{after: 15m, to: desk}", "{after: [15m], to: desk}", 6, "longer than nothing"),
        ("name: session", "name: night", 21, "two time intervals named `night`"),
        ('"22:00-07:00"', '"22:00-25:00"', 18, "no stretch of a day"),
        ('"22:00-07:00"', '"22:00-22:00"', 18, "begins and ends at once"),
        ('"22:00-07:00"', "[a]", 18, "no stretch of a day"),
        ("Europe/London", "Europe/Londn", 20, "did you mean `Europe/London`?"),
        ("Europe/London", "Nowhere/Atall9", 20, "is no time zone: write for instance Asia/Shanghai"),
        ("    timezone: Europe/London\n", "", 17, "on whose clock?"),
        ("[open, lunch]", "[open, lunhc]", 23, "no session of XSHG named `lunhc` (did you mean `lunch`?"),
        (
            "    calendar: XSHG\n    session",
            "    weekdays: mon\n    timezone: UTC\n    session",
            24,
            "needs a `calendar` beside it",
        ),
        ("    calendar: XSHG\n    session: [open, lunch]", "    timezone: UTC", 21, "says no time"),
        ("session: [open, lunch]", "weekdays: [sat-sun]", 21, "never comes"),
        (
            '["22:00-07:00", 12:00-13:00]\n    weekdays: [sun-thu, sat]',
            "00:00-24:00",
            2,
            "would never be sent: it is quiet in `night`",
        ),
        ("active_time_intervals: session", "matchers: [severity = hihg]", 15, "did you mean `high`?"),
        ("active_time_intervals: session", "matchers: [severity = zzz]", 15, "`zzz` is no severity"),
        ("max_per_hour: 20", "max_per_hour: 0", 27, "greater than or equal to 1"),
    ],
)
def test_a_fault_of_times_is_named_at_its_line(old: str, new: str, line: int, words: str) -> None:
    assert old in TIMES
    found, problems = timed(TIMES.replace(old, new, 1))
    assert found is None
    assert any(problem.line == line and words in str(problem) for problem in problems), list(map(str, problems))


def test_a_calendar_is_unknown_where_there_are_none() -> None:
    found, problems = parse_routes(load(TIMES, "routes.yaml"))
    assert found is None
    assert [problem.line for problem in problems if "no calendar named `XSHG`" in str(problem)] == [22, 5]


def test_the_end_of_a_day_is_written_in_two_ways() -> None:
    late = TIMES.replace("22:00-07:00", "22:00-24:00").replace("12:00-13:00", "20:00-00:00")
    found, problems = timed(late)
    assert found is not None, problems
    assert isinstance(night := found.routing.root.timing.mute[0], TimeInterval)
    assert night.times == ((time(22), None), (time(20), None))
