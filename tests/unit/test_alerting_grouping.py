"""When bundles go out, what breaks through, who is told next."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.alerting.escalation import MAX_REPEATS, escalated, following, reminders, repeated
from service.alerting.forecast import described, forecast
from service.alerting.grouping import HELD, HOUR, OVERFLOW, Plan, Rest, capped, gathered, plan, rest
from service.alerting.routes_lint import doubts
from service.alerting.routing import breaks_through, route
from service.model.routing import Reminder, ReminderKind, Timing
from service.model.rule import Severity
from tests.support.alerts import make_alert
from tests.support.timing import at, routing, timing

NOON = at("2025-12-22 12:00")
EVENING = at("2025-12-22 23:00")
MINUTE = timedelta(minutes=1)


def test_what_nothing_holds_goes_out_at_once() -> None:
    assert plan(Timing(), NOON) == Plan(NOON)
    assert plan(timing("mute_time_intervals: [night]"), NOON) == Plan(NOON)


def test_the_first_of_a_group_waits_for_company() -> None:
    waits = timing("group_wait: 30s")
    assert plan(waits, NOON) == Plan(NOON + MINUTE / 2, "waits 30s for company (group_wait)")


def test_bundles_of_a_group_keep_their_distance() -> None:
    apart = timing("group_wait: 30s\ngroup_interval: 5m")
    assert plan(apart, NOON, NOON - 3 * MINUTE).due == NOON + 2 * MINUTE
    assert plan(apart, NOON, NOON - 3 * MINUTE).reason == (
        "held until 2025-12-22 12:02:00 UTC: 5m after the last bundle of its group (group_interval)"
    )
    assert plan(apart, NOON, NOON - 5 * MINUTE).due == NOON + MINUTE / 2, "it is a new burst"
    assert plan(timing("group_wait: 30s"), NOON, NOON).due == NOON + MINUTE / 2, "without an interval nothing is kept apart"


def test_quiet_hours_collect_all_in_one_lane() -> None:
    quiet = timing("mute_time_intervals: [night]")
    first, second = plan(quiet, EVENING), plan(quiet, EVENING + 90 * MINUTE)
    assert first == second
    assert (first.due, first.title) == (at("2025-12-23 07:00"), HELD)
    assert first.lane == "until 2025-12-23T07:00:00+00:00"


@pytest.mark.parametrize(("keys", "last"), [("group_wait: 2m", None), ("group_interval: 10m", 5)])
def test_a_wait_that_ends_in_quiet_hours_ends_after_them(keys: str, last: int | None) -> None:
    moment = at("2025-12-22 21:59")
    before = None if last is None else moment - last * MINUTE
    assert plan(timing(f"{keys}\nmute_time_intervals: [night]"), moment, before).due == at("2025-12-23 07:00")


def test_a_digest_collects_until_its_time_whatever_the_group_says() -> None:
    daily = timing('group_wait: 5m\ngroup_interval: 1h\ndigest: {at: "17:30", timezone: UTC}')
    found = plan(daily, NOON, NOON)
    assert (found.due, found.title) == (at("2025-12-22 17:30"), "Daily digest")
    assert found.reason == "collected until Mon 2025-12-22 17:30 UTC: Daily digest"
    assert plan(daily, at("2025-12-22 17:30")).due == at("2025-12-23 17:30")


def test_a_digest_in_quiet_hours_waits_for_their_end() -> None:
    found = plan(timing('mute_time_intervals: [night]\ndigest: {at: "22:30", timezone: UTC}'), NOON)
    assert found.due == at("2025-12-23 07:00")
    assert found.reason == (
        "collected until Mon 2025-12-22 22:30 UTC: Daily digest, "
        "held until Tue 2025-12-23 07:00 Europe/London: quiet hours `night`"
    )


def dues(*minutes: float) -> list[datetime]:
    return [NOON - minute * MINUTE for minute in minutes]


def test_a_target_gets_no_more_than_its_limit_in_any_hour() -> None:
    now = Plan(NOON)
    assert capped(now, Timing(), 0, dues(1, 2, 3), None) == now, "no limit"
    assert capped(now, Timing(), 3, dues(1, 2, 60), None) == now
    found = capped(now, Timing(), 3, dues(50, 1, 2, 59), None)
    assert (found.due, found.lane, found.title) == (NOON + 10 * MINUTE, OVERFLOW, "More than 3 an hour")
    assert found.reason == "held until 2025-12-22 12:10:00 UTC: more than 3 messages in an hour (max_per_hour)"
    assert capped(now, Timing(), 1, dues(30), NOON + 5 * MINUTE).due == NOON + 5 * MINUTE, "it joins the digest that waits"


def test_what_is_held_anyhow_is_no_more_limited() -> None:
    held = Plan(NOON, "", "until then", "t")
    assert capped(held, Timing(), 1, dues(1, 2), None) == held


def test_what_exceeds_a_limit_in_quiet_hours_waits_for_their_end() -> None:
    moment = at("2025-12-22 21:30")
    found = capped(Plan(moment), timing("mute_time_intervals: [night]"), 1, [moment - MINUTE], None)
    assert (found.due, found.title) == (at("2025-12-23 07:00"), HELD)
    assert "more than 1 messages in an hour" in found.reason
    assert "quiet hours `night`" in found.reason


# breaking through

QUIET = """
route:
  receiver: inbox
  mute_time_intervals: [night]
  break_through: high
"""


@pytest.mark.parametrize(("severity", "through"), [("medium", False), ("high", True), ("critical", True)])
def test_grave_alerts_break_through(severity: str, through: bool) -> None:
    [hit] = route(routing(QUIET), make_alert(severity=Severity(severity)))
    assert (plan(hit.timing, EVENING).due == EVENING) is through
    assert hit.group_key.endswith(":through") is through
    assert ("high breaks through" in hit.reason or "critical breaks through" in hit.reason) is through


def test_where_nothing_would_hold_it_nothing_is_broken_through() -> None:
    [hit] = route(routing("route: {receiver: inbox, break_through: low}"), make_alert(severity=Severity.HIGH))
    assert "breaks" not in hit.reason


def test_it_breaks_through_a_digest_and_a_limit_too() -> None:
    text = 'route: {receiver: few, break_through: high, digest: {at: "17:30", timezone: UTC}}'
    few = 'receivers: [{name: few, targets: ["inbox://"], max_per_hour: 2}]'
    [hit] = route(routing(f"{text}\n", few), make_alert(severity=Severity.HIGH))
    assert (hit.timing.digest, hit.receiver.max_per_hour) == (None, 0)
    [held] = route(routing(f"{text}\n", few), make_alert(severity=Severity.LOW))
    assert held.timing.digest is not None
    assert held.receiver.max_per_hour == 2


def test_a_receiver_is_told_once_and_once_more_by_a_digest() -> None:
    tree = """
route:
  receiver: inbox
  routes:
    - {digest: {at: "17:30", timezone: UTC}, continue: true}
    - {digest: {at: "17:30", timezone: UTC}, continue: true}
    - {digest: {at: "18:30", timezone: UTC}, continue: true}
    - {matchers: [severity = high], continue: true}
    - {matchers: [severity = high]}
"""
    hits = route(routing(tree), make_alert(severity=Severity.HIGH))
    assert [plan(hit.timing, NOON).due for hit in hits] == [at("2025-12-22 17:30"), at("2025-12-22 18:30"), NOON]


def test_a_group_stays_the_same_when_routes_are_moved_or_added() -> None:
    first = "    - {matchers: [topic = limit, severity = high], receiver: desk, group_by: [rule]}\n"
    other = "    - {matchers: [topic = other], receiver: boss}\n"
    alert = make_alert(severity=Severity.HIGH)
    head = "route:\n  receiver: inbox\n  routes:\n"
    keys = {route(routing(head + text), alert)[0].group_key for text in (first, other + first)}
    swapped = first.replace("topic = limit, severity = high", "severity = high, topic = limit")
    keys.add(route(routing(head + swapped), alert)[0].group_key)
    assert len(keys) == 1


# escalation and repeats

LADDER = """
route:
  receiver: desk
  repeat_interval: 10m
  escalate:
    - {after: 15m, to: boss}
    - {after: 1h, to: inbox}
"""


def test_what_comes_when_nobody_acknowledges() -> None:
    alert = make_alert(severity=Severity.CRITICAL)
    [hit] = route(routing(LADDER), alert)
    assert reminders(hit, alert, NOON) == [
        Reminder(alert.id, ReminderKind.ESCALATION, "boss", 1, "desk", NOON + 15 * MINUTE),
        Reminder(alert.id, ReminderKind.ESCALATION, "inbox", 2, "desk", NOON + 60 * MINUTE),
        Reminder(alert.id, ReminderKind.REPEAT, "desk", 1, "desk", NOON + 10 * MINUTE),
    ]


def test_only_critical_alerts_are_repeated() -> None:
    alert = make_alert(severity=Severity.HIGH)
    [hit] = route(routing(LADDER), alert)
    assert {one.kind for one in reminders(hit, alert, NOON)} == {ReminderKind.ESCALATION}


def test_repeats_come_to_an_end() -> None:
    alert = make_alert(severity=Severity.CRITICAL)
    [hit] = route(routing(LADDER), alert)
    reminder: Reminder | None = reminders(hit, alert, NOON)[-1]
    count = 0
    while reminder is not None:
        count += 1
        assert str(count) in repeated(reminder)
        reminder = following(reminder, hit, reminder.due_at)
    assert count == MAX_REPEATS
    quiet = replace(hit, timing=replace(hit.timing, repeat_interval=timedelta(0)))
    assert following(reminders(hit, alert, NOON)[-1], quiet, NOON) is None


def test_an_escalation_whose_receiver_is_gone_goes_to_the_first_route() -> None:
    tree = routing(LADDER)
    step = Reminder("a", ReminderKind.ESCALATION, "boss", 1, "inbox", NOON + 15 * MINUTE)
    assert escalated(step, tree) == ("boss", "escalated (step 1): inbox was told, and nobody acknowledged it in time")
    receiver, reason = escalated(replace(step, receiver="gone"), tree)
    assert receiver == "desk"
    assert reason.endswith("; there is no receiver gone any longer")


# in words


def test_a_forecast_is_what_would_be_done() -> None:
    [found] = forecast(routing(QUIET), make_alert(severity=Severity.LOW), EVENING)
    assert (found.receiver.name, found.at, found.digest) == ("inbox", at("2025-12-23 07:00"), HELD)
    assert found.because == "route → inbox"
    assert found.later == ()
    [found] = forecast(routing(LADDER), make_alert(severity=Severity.LOW), NOON)
    assert (found.at, found.reason, len(found.later)) == (NOON, "at once", 2)


def test_a_route_in_words() -> None:
    keys = """\
group_wait: 30s
group_interval: 5m
mute_time_intervals: [night, weekend]
active_time_intervals: [session]
break_through: high
digest: {at: "17:30", timezone: UTC}
repeat_interval: 1h
escalate: {after: 15m, to: boss}"""
    assert list(described(timing(keys.replace("night, weekend", "weekend")))) == [
        "group_wait 30s",
        "group_interval 5m",
        "quiet in weekend",
        "active in session",
        "Daily digest",
        "high breaks through",
        "repeat_interval 1h",
        "not acknowledged after 15m: to boss",
    ]
    assert list(described(Timing())) == []


def test_doubts() -> None:
    tree = """
route:
  receiver: inbox
  routes:
    - {matchers: [dsk = a], group_by: [rule, desk], continue: true}
    - {receiver: inbox, escalate: {after: 1m, to: boss}}
    - {matchers: [severity = low]}
"""
    found = doubts(routing(tree), {"desk"})
    assert found == [
        'route / severity="low": no alert comes so far, the route before it takes every one',
        'route / dsk="a": no rule sets the label dsk; did you mean `desk`?',
        "no route leads to receiver desk",
    ]
    assert doubts(
        routing("route: {receiver: inbox, group_by: [other]}\n", "receivers: [{name: inbox, targets: [a]}]"), set()
    ) == ["route: no rule sets the label other"]


def test_labels_that_no_rule_sets_in_inhibit_rules_are_doubtful() -> None:
    rules = """
inhibit_rules:
  - {source_matchers: [severity = critical], target_matchers: [desk = a], equal: [entity]}
  - {source_matchers: [dsk = a], target_matchers: [severity = low], equal: [entity, story, dsk]}
"""
    found = doubts(routing(f"route: {{receiver: inbox}}\n{rules}", "receivers: [{name: inbox, targets: [a]}]"), {"desk"})
    assert found == [
        "inhibit_rules, entry 2: no rule sets the label dsk; did you mean `desk`?",
        "inhibit_rules, entry 2: no rule sets the label story",
    ]


# the limit of a rule


def minutes_ago(*minutes: float) -> list[datetime]:
    return [NOON - number * MINUTE for number in minutes]


def test_a_rule_tells_so_many_one_by_one_and_the_rest_when_the_hour_allows_it() -> None:
    assert rest("r", 0, minutes_ago(1, 2, 3), None, NOON) is None, "no limit"
    assert rest("r", 3, minutes_ago(1, 2, 60), None, NOON) is None, "one of them is over"
    why = "held until 2025-12-22 12:40:00 UTC: more than 3 alerts of rule `r` in an hour (max_per_hour)"
    expected = Rest(NOON + 40 * MINUTE, why, "rule r", "More than 3 an hour of r")
    assert rest("r", 3, minutes_ago(10, 5, 20), None, NOON) == expected


@pytest.mark.parametrize(("overflow", "due"), [(5, 5), (0, 40), (-5, 40)])
def test_it_joins_the_digest_that_still_waits(overflow: float, due: float) -> None:
    found = rest("r", 1, minutes_ago(20), NOON + overflow * MINUTE, NOON)
    assert found is not None
    assert found.due == NOON + due * MINUTE


def test_what_exceeds_the_limit_of_its_rule_keeps_to_the_hours_and_the_digests_of_its_route() -> None:
    found = rest("r", 1, [EVENING - 2 * HOUR + MINUTE], None, EVENING - 2 * HOUR + 2 * MINUTE)
    assert found is not None
    due = EVENING - HOUR + MINUTE
    assert gathered(Plan(NOON), Timing(), found) == Plan(due, found.reason, found.lane, found.title)
    at_night = gathered(Plan(NOON), timing("mute_time_intervals: [night]"), found)
    assert (at_night.due, at_night.title) == (at("2025-12-23 07:00"), HELD)
    assert at_night.reason.startswith(f"{found.reason}, held until ")
    collected = Plan(NOON, "collected", "lane", "Daily digest")
    assert gathered(collected, Timing(), found) == collected


def test_what_breaks_through() -> None:
    assert not breaks_through(Timing(), Severity.CRITICAL)
    through = timing("break_through: high")
    assert [breaks_through(through, one) for one in (Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)] == [False, True, True]
