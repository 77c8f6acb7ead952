"""Windows in rule files: what may be written, where, and what is said when it is wrong."""

from datetime import time, timedelta

import pytest
from jsonschema import Draft202012Validator

from service.model.window import Absence, Corroborated, Count, FirstTime, Sequence, Spike, Window
from service.rules.matcher import match
from service.rules.schema import json_schema
from tests.support import rule_world as world

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def window(text: str) -> Window | None:
    (rule,) = world.ruleset(f"rules:\n  - id: r\n    when: {{event: limit_up}}\n    {text}\n").rules
    return rule.window


def wrong(text: str) -> list[str]:
    return world.problems(f"rules:\n  - id: r\n    when: {{event: limit_up}}\n    {text}\n")


def test_each_window() -> None:
    assert window("enabled: true") is None
    assert window("count: {at_least: 3, within: 30m, distinct: subject, per: source}") == Count(
        30 * MINUTE, 3, "subject", "source"
    )
    assert window("count: {at_least: 2, within: 1d}") == Count(DAY, 2)
    assert window("spike: {factor: 2.5, within: 1h, baseline: 7d}") == Spike(60 * MINUTE, 2.5, 7 * DAY, 3)
    assert window("sequence: {after: {event: ipo}, within: 2d}") == Sequence(2 * DAY, "subject")
    assert window("sequence: {after: {event: ipo}, within: 2d, same: none}") == Sequence(2 * DAY, "")
    assert window("first_time: {within: 90d, per: entity}") == FirstTime(90 * DAY, "entity")
    assert window("corroborated_by: 2") == Corroborated(DAY, 2)
    assert window("corroborated_by: {publishers: 3, within: 1h}") == Corroborated(60 * MINUTE, 3)
    assert window("absence: {within: 30m}") == Absence(30 * MINUTE)


def test_the_hours_of_an_absence() -> None:
    found = window('absence: {within: 30m, during: {from: "9:30", to: 15:00, days: [tue, mon], timezone: Asia/Shanghai}}')
    assert isinstance(found, Absence)
    assert found.hours is not None
    assert (found.hours.start, found.hours.end, found.hours.days) == (time(9, 30), time(15), (0, 1))
    assert str(found.hours.zone) == "Asia/Shanghai"


def test_a_window_may_stand_at_the_top_of_when() -> None:
    (rule,) = world.ruleset(
        "rules:\n  - id: r\n    when:\n      event: limit_up\n      count: {at_least: 3, within: 30m}\n"
    ).rules
    assert rule.window == Count(30 * MINUTE, 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("count: {at_least: 1, within: 1h}", "f.yaml:4:23: `at_least`: this should be greater than or equal to 2"),
        ("count: {at_least: 2, within: 0s}", "f.yaml:4:34: write a duration of more than 0s and at most 366d, for instance 30m"),
        (
            "count: {at_least: 2, within: [1h]}",
            "f.yaml:4:34: write a duration of more than 0s and at most 366d, for instance 30m",
        ),
        ("count: {at_least: 2, within: 1x}", "f.yaml:4:34: '1x' is not a duration: write for instance 30s, 5m, 1h30m or 2d"),
        ("spike: {factor: 2, within: 2d, baseline: 1d}", "f.yaml:4:12: the baseline is shorter than `within`"),
        ("absence: {within: 1h, during: {from: 25:00}}", "f.yaml:4:42: write a time of day such as 09:30"),
        ("absence: {within: 1h, during: {timezone: Mars/Base}}", "f.yaml:4:46: write a time zone such as"),
        ("absence: {within: 1h, during: {timezone: ../etc}}", "f.yaml:4:46: write a time zone such as"),
        ("sequence: {after: {evnt: ipo}, within: 1h}", "f.yaml:4:24: unknown key `evnt` (did you mean `event`?"),
        ("sequence: {within: 1h}", "f.yaml:4:15: `after` is missing"),
        ("sequence: now", "f.yaml:4:15: "),
    ],
)
def test_what_is_wrong_is_said_at_its_place(text: str, said: str) -> None:
    (problem,) = wrong(text)
    assert problem.startswith(said)


def test_one_window_only_and_not_below_other_conditions() -> None:
    (problem,) = wrong("count: {at_least: 2, within: 1h}\n    corroborated_by: 2")
    assert problem == "f.yaml:5:5: a rule has one window (the first is `count`; write a rule for each)"
    (problem,) = world.problems("rules: [{id: r, when: {any: [{event: limit_up, count: {at_least: 2, within: 1h}}]}}]")
    assert problem == "f.yaml:1:48: `count` is about the whole rule (write it beside `when`)"
    (problem,) = world.problems("rules: [{id: r, when: {count: {at_least: 2, within: 1h}}}]")
    assert "conditions are missing here" in problem


def test_the_first_half_of_a_sequence_is_matched_beside_the_rules() -> None:
    rules = world.ruleset("rules: [{id: r, when: {event: limit_up}, sequence: {after: {event: ipo}, within: 1h}}]")
    item = world.item("[ipo Hengtong 600487.SH stage=listed] [limit_up Hengtong 600487.SH]")
    found = match(rules, item, world.extract(item))
    assert [(hit.rule.id, hit.rule.step) for hit in found] == [("r", ""), ("r", "after")]
    assert len(rules.rules) == 1


def test_editors_know_windows() -> None:
    schema = json_schema(world.FIELDS)
    validator = Draft202012Validator(schema)

    def valid(**keys: object) -> bool:
        return bool(validator.is_valid({"rules": [{"id": "r", "when": {"event": "limit_up"}, **keys}]}))

    assert valid(count={"at_least": 3, "within": "30m"})
    assert valid(when={"event": "limit_up", "count": {"at_least": 3, "within": "30m"}})
    assert valid(sequence={"after": {"event": "ipo"}, "within": "1h"})
    assert valid(corroborated_by=2)
    assert valid(corroborated_by={"publishers": 2, "within": "1h"})
    assert valid(absence={"within": "1h", "during": {"from": "09:30", "days": ["mon"]}})
    assert not valid(count={"at_least": 1, "within": "30m"})
    assert not valid(when={"any": [{"event": "limit_up", "count": {"at_least": 3, "within": "30m"}}]})
    assert not valid(sequence={"after": {"evnt": "ipo"}, "within": "1h"})
    assert not valid(corroborated_by=1)
