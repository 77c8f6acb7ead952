"""Windows in rule files: what may be written, where, and what is said when it is wrong."""

import json
from datetime import UTC, datetime, time, timedelta

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
    assert window("absence: {within: 30m}") == window("absence: 30m") == Absence(30 * MINUTE)
    assert window("first_time: 90d") == FirstTime(90 * DAY)


def test_the_hours_of_an_absence() -> None:
    found = window(
        "absence: {within: 30m, during: {between: [09:30-15:00, 21:00-24:00], weekday: [tue, mon], zone: Asia/Shanghai}}"
    )
    assert isinstance(found, Absence)
    assert found.hours is not None
    assert found.hours.clock == ((time(9, 30), time(15)), (time(21), None))
    assert (found.hours.weekdays, str(found.hours.zone), found.hours.markets) == ((1, 0), "Asia/Shanghai", ())
    assert found.told == "no match for 30m (counted: tue, mon 09:30-15:00, 21:00-24:00 in Asia/Shanghai)"


@pytest.mark.parametrize("text", ["absence: {within: 3h, during: XSHG}", "absence: 3h\n    during: XSHG"])
def test_an_absence_in_the_session_of_a_market(text: str) -> None:
    """Beside `when` the `during` of an absence means the same: what it waits for has no item with a time."""
    compiled = world.ruleset(f"rules:\n  - id: r\n    when: {{event: limit_up}}\n    {text}\n").compiled[0]
    found = compiled.rule.window
    assert isinstance(found, Absence)
    assert found.hours is not None
    assert (found.hours.markets, found.hours.sessions) == ((world.CALENDARS["XSHG"],), ("open",))
    assert str(found.hours.zone) == "Asia/Shanghai"
    lunch = world.item("[limit_up Hengtong 600487.SH]", published=datetime(2025, 12, 22, 4, tzinfo=UTC))
    assert match(
        world.ruleset(f"rules: [{{id: r, when: {{event: limit_up}}, {text.replace(chr(10), ',')}}}]"), lunch, world.extract(lunch)
    )


def test_hours_are_said_once_and_must_be_right() -> None:
    (problem,) = wrong("absence: {within: 3h, during: XSHG}\n    during: XHKG")
    assert problem == "f.yaml:5:5: the hours of this absence are said twice (write them once, inside of `absence`)"
    (problem,) = wrong("absence: {within: 3h, during: XSHH}")
    assert problem.startswith("f.yaml:4:35: unknown calendar `XSHH` (did you mean ")
    (problem,) = wrong("absence: {within: 3h, during: {weekday: mon}}")
    assert "on whose clock?" in problem


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
        ("absence: {within: 1h, during: {between: 25:00-26:00}}", "f.yaml:4:45: `25:00-26:00` is no time of day"),
        ("absence: {within: 1h, during: {weekday: mon, zone: Mars/Base}}", "f.yaml:4:56: `Mars/Base` is no time zone"),
        ("absence: soon", "f.yaml:4:14: 'soon' is not a duration"),
        ("count: 3", "f.yaml:4:12: `count` needs to know more than that (write for instance `count: {at_least: 3, within: 30m"),
        ("absence: [3h]", "f.yaml:4:14: `absence` needs to know more than that (write for instance `absence: {within: 3h"),
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
    assert problem.startswith("f.yaml:5:5: a rule has one window (the first is `count`; a match cannot wait for other outlets")
    assert "`count: {distinct: publisher, per: subject, …}`" in problem
    (problem,) = wrong("count: {at_least: 2, within: 1h}\n    first_time: 90d")
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
    schema = json_schema(world.FIELDS, tags={"optical"})
    assert '"optical"' in json.dumps(schema["$defs"]["SubjectOptions"]["properties"]["tag"])
    validator = Draft202012Validator(schema)

    def valid(**keys: object) -> bool:
        return bool(validator.is_valid({"rules": [{"id": "r", "when": {"event": "limit_up"}, **keys}]}))

    assert valid(count={"at_least": 3, "within": "30m"})
    assert valid(when={"event": "limit_up", "count": {"at_least": 3, "within": "30m"}})
    assert valid(sequence={"after": {"event": "ipo"}, "within": "1h"})
    assert valid(corroborated_by=2)
    assert valid(corroborated_by={"publishers": 2, "within": "1h"})
    assert valid(absence={"within": "1h", "during": {"between": "09:30-10:30", "zone": "UTC", "weekday": ["mon"]}})
    assert valid(absence={"within": "1h", "during": "XSHG"})
    assert valid(absence="3h", first_time="90d")
    assert not valid(absence="soon")
    assert not valid(count={"at_least": 1, "within": "30m"})
    assert not valid(when={"any": [{"event": "limit_up", "count": {"at_least": 3, "within": "30m"}}]})
    assert not valid(sequence={"after": {"evnt": "ipo"}, "within": "1h"})
    assert not valid(corroborated_by=1)
