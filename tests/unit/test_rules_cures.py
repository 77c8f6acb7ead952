"""What is named as the cure of mistakes that many make."""

import pytest

from service.errors import Problem
from service.model.duration import parse_duration
from service.rules.cures import chinese_colon, compared, flow
from tests.support import rule_world as world


def said(rule: str) -> list[str]:
    return world.problems(f"rules:\n  - id: r\n{rule}")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("< -5", "less_than: -5"),
        ("<= 5%", "at_most: 5"),
        (">3.5", "more_than: 3.5"),
        (">=10", "at_least: 10"),
        ("≤5", "at_most: 5"),
        ("≥ 5 ％", "at_least: 5"),
        ("= 20", "equals: 20"),
        ("==20", "equals: 20"),
        ("-5%", "at_most: -5"),
        ("+5", "at_least: +5"),
        ("a lot", "at_least: …"),
        ("< many", "at_least: …"),
    ],
)
def test_comparisons_of_other_languages(written: str, meant: str) -> None:
    assert compared("pct", written).startswith(f"write `pct: {{{meant}}}`")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("30 minutes", "30m"), ("30min", "30m"), ("3 Hours", "3h"), ("45 sec", "45s"), ("2 days", "2d"), ("1 week", "1w"),
     ("30分钟", "30m"), ("3 小时", "3h"), ("3天", "3d"), ("2周", "2w"), ("90秒", "90s")],
)  # fmt: skip
def test_durations_as_people_say_them(written: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"is not a duration: write {meant}$"):
        parse_duration(written)
    assert parse_duration(meant)


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("    when: limit_up", "3:11: conditions are missing here (write `event: limit_up`)"),
        (
            "    when: now",
            "3:11: conditions are missing here (write for instance `event: limit_up` or `text: {any: [prospectus]}`)",
        ),
        (
            "    when: event:limit_up",
            "3:11: conditions are missing here (the blank behind `:` is missing: write `event: limit_up`)",
        ),
        ("    when: event： limit_up", "3:11: conditions are missing here (this colon is a Chinese one, and YAML needs a blank"),
        ("    when:\n      - event: ipo", "4:7: conditions are missing here (write `any:` or `all:` above this list"),
        ("    when: {not: [event: ipo]}", "3:12: unknown key `not` (did you mean `none`?)"),
        ("    when: {event: price_move, pct: {lt: 5}}", "3:37: unknown key `lt` (did you mean `less_than`?)"),
        (
            "    when: {event: ipo}\n    within: 3h",
            "4:5: unknown key `within` (it belongs inside of `count`, as in `count: {at_least: 3",
        ),
        ("    when: {event: ipo}\n    stage: filed", "4:5: unknown key `stage` (it belongs under `when`: indent it"),
        ("    when: {event: ipo}\n    text: filed", "4:5: unknown key `text` (it belongs under `when`: indent it"),
        ("    when: {event: ipo}\n    match: a", "4:5: unknown key `match` (it belongs under `examples`)"),
        (
            "    when: {event: ipo}\n    labels: desk",
            "4:13: `labels`: expected a mapping, found `desk` (write for instance `labels: {desk",
        ),
        (
            "    when: {event: ipo}\n    examples: [a]",
            "4:15: `examples`: expected a mapping, found a list (write for instance `examples: {",
        ),
        (
            "    when: {event: ipo}\n    during: XSHG open",
            "4:13: unknown calendar `XSHG open` (write `{calendar: XSHG, session: open}`)",
        ),
        ("    when: {event: ipo}\n    during: XSHG opn", "4:13: unknown calendar `XSHG opn` (did you mean `XSHG`?"),
        ("    when: {event: ipo}\n    during: Shanghai", "4:13: unknown calendar `Shanghai` (did you mean `XSHG`?)"),
        (
            "    when: {event: ipo}\n    during: {zone: UTC, between: 9:30-15:00}",
            "4:34: `9:30-15:00` is no time of day: write 09:30-15:00",
        ),
        (
            "    when: {event: ipo}\n    during: {zone: New York, weekday: mon}",
            "4:20: `New York` is no time zone: write America/New_York",
        ),
        (
            "    when: {event: ipo, subject: NVDA.US}",
            "3:33: `NVDA.US` is no way to name a subject (write `subject: {entity: NVDA.US}`, or `any`)",
        ),
        (
            "    when: {event: ipo, subject: 英伟达}",
            "3:33: `英伟达` is no way to name a subject (write `subject: {entity: NVDA.US}`, or `any`)",
        ),
        ("    when: {event: ipo, subject: Acme}", "3:33: `Acme` is no way to name a subject (write `subject: {entity: …}`"),
        (
            "    when: {event: ipo, subject: {list: NVDA.US}}",
            "3:40: unknown list `NVDA.US` (that is an entity: write `entity: NVDA.US`",
        ),
    ],
)
def test_what_was_most_likely_meant(rule: str, problem: str) -> None:
    assert [one for one in said(rule) if one.startswith(f"f.yaml:{problem}")], said(rule)


def test_a_list_is_known_by_its_name() -> None:
    problems = world.problems("lists: {mine: NVDA.US}\nrules: [{id: r, when: {event: ipo, subject: mine}}]")
    assert problems == ["f.yaml:2:45: `mine` is no way to name a subject (write `subject: {list: mine}`, or `any`)"]


def test_one_thing_where_several_may_stand() -> None:
    rules = world.ruleset(
        "lists: {mine: NVDA.US}\n"
        "rules:\n  - id: r\n    when: {event: ipo, subject: {list: mine}}\n"
        "    examples: {match: '[ipo NVIDIA NVDA.US]', no_match: {text: a}}"
    )
    assert [example.fires for example in rules.compiled[0].examples] == [True, False]


def test_a_chinese_colon_is_named_where_a_file_is_no_yaml() -> None:
    noticed = [Problem("f.yaml", 2, 3, "a `:` is missing")]
    (found,) = chinese_colon(noticed, "when：\n  event: ipo")
    assert (
        str(found) == "f.yaml:1:5: this `：` is a Chinese colon, and no end of a key (YAML needs `: `, a plain colon and a blank)"
    )
    assert chinese_colon(noticed, "when: 时间：一\n  event: ipo") == noticed
    assert chinese_colon([Problem("f.yaml", 0, 0, "too large")], "when：") == [Problem("f.yaml", 0, 0, "too large")]


def test_values_as_one_writes_them_on_one_line() -> None:
    assert flow({"a": ["b", 3], "c": {"d": "e"}}) == "{a: [b, 3], c: {d: e}}"
