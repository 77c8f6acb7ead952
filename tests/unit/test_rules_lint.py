"""What lint finds, at which level, and what it leaves alone."""

import json
import time
from datetime import date

import pytest

from service.rules.lint import lint
from tests.support.rule_world import ruleset

TODAY = date(2025, 12, 22)


def codes(text: str, **options: object) -> list[str]:
    """level:code of each finding that is not about examples."""
    found = lint(ruleset(text).compiled, **options)  # type: ignore[arg-type]
    return [f"{one.level.value}:{one.code}" for one in found if "examples" not in one.code]


def of_when(when: str, **options: object) -> list[str]:
    return codes(f"rules: [{{id: r, when: {when}}}]", **options)


@pytest.mark.parametrize(
    "when",
    [
        "{event: index_high, kind: stock}",
        "{event: [index_high], kind: [stock, other]}",
        "{event: ipo, stage: filed, all: [{stage: [planned, listed]}]}",
        "{event: price_move, move: {at_least: 10, at_most: 9}}",
        "{event: price_move, move: {less_than: 0}}",
        "{event: price_move, pct: {more_than: 5}, all: [{pct: {equals: 5}}]}",
        "{event: price_move, pct: {less_than: 5, equals: 5}}",
        "{event: price_move, direction: up, pct: {at_most: 0}}",
        "{event: price_move, direction: down, pct: {at_least: 0}}",
        "{event: limit_up, subject: {tag: optical, entity: NVDA.US}}",
        "{text: {all: [CPO, limit], none: cpo}}",
        "{text: {any: [the CPO index, CPO], none: CPO}}",
        "{text: {prefix: surg, any: x}, all: [{text: {none: x}}]}",
        "{text: {prefix: surg}, all: [{text: {none: sur, whole_word: false}}]}",
        "{text: {any: x, in: title}, all: [{text: {none: x}}]}",
        "{all: [{text: x}], none: [{text: x}]}",
        "{event: ipo, stage: filed, none: [{stage: filed}]}",
        "{source: a, all: [{source: [b, c]}]}",
        "{any: [{event: index_high, kind: stock}, {text: {all: x, none: x}}]}",
        "{text: x, none: [{text: {regex: 'y*'}}]}",
    ],
)
def test_a_rule_that_can_never_fire_is_an_error(when: str) -> None:
    assert "error:never" in of_when(when)


@pytest.mark.parametrize(
    "when",
    [
        "{event: index_high, kind: index}",
        "{event: [index_high, limit_up]}",
        "{event: price_move, move: {at_least: 10, at_most: 10}}",
        "{event: price_move, direction: [up, down], pct: {at_least: 0}}",
        "{event: limit_up, subject: {tag: optical, entity: 601869.SH}}",
        "{event: limit_up, subject: {tag: optical, name: NVIDIA}}",
        "{text: {any: [CPO, limit], none: cpo}}",
        "{text: {any: CPO, none: the CPO index}}",
        "{text: {prefix: surg, none: surg}}",
        "{text: {any: x, none: [X y]}}",
        "{text: {any: cpo}, all: [{text: {none: CPO, case: true}}]}",
        "{text: {any: x}, all: [{text: {none: x, in: title}}]}",
        "{text: {any: x, whole_word: false}, all: [{text: {none: x}}]}",
        "{text: x, none: [{text: x, source: y}]}",
        "{any: [{event: index_high, kind: stock}, {text: x}]}",
        "{publisher: a, all: [{publisher: b}], text: x}",
        "{all: [{event: ipo, stage: filed}, {event: ipo, stage: listed}]}",
    ],
)
def test_a_rule_that_may_fire_is_none(when: str) -> None:
    assert "error:never" not in of_when(when)


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ("{text: {regex: '.*'}}", ["warning:everything"]),
        ("{text: {regex: 'x*'}, source: a}", []),
        ("{text: {none: x}}", ["warning:everything"]),
        ("{none: [{event: ipo}]}", ["warning:everything"]),
        ("{text: {none: x}, language: en}", ["warning:everything"]),
        ("{event: any}", ["warning:everything"]),
        ("{subject: any}", ["warning:everything"]),
        ("{any: [{text: x}, {text: {regex: '.*'}}]}", ["warning:everything"]),
        ("{none: [{text: {all: x, none: x}}]}", ["warning:everything"]),
        ("{event: any, source: a}", []),
        ("{event: any, subject: {tag: us}}", []),
        ("{source: a}", ["info:dear"]),
        ("{text: {regex: '^a|b$'}}", []),
        ("{text: {regex: 'lim(it|its)', any: x}}", []),
        ("{text: {regex: 'limit-up', any: x}}", ["info:plain-regex"]),
        ("{text: {regex: '\\blimit up|涨停\\b', any: x}}", ["info:plain-regex"]),
        ("{event: ipo, any: [{text: {regex: halted}}]}", ["info:plain-regex"]),
    ],
)
def test_what_a_rule_asks_too_little_of(when: str, found: list[str]) -> None:
    assert of_when(when) == found


def test_a_plain_regex_says_what_to_write_instead() -> None:
    (finding,) = [
        one
        for one in lint(ruleset("rules: [{id: r, when: {text: {regex: 'a b|涨停', any: x}}}]").compiled)
        if one.code == "plain-regex"
    ]
    assert finding.problem.hint == "`any: [a b, 涨停]` finds them as whole words in every spelling, and costs far less"
    assert finding.problem.place == "f.yaml:1:38"


def test_examples() -> None:
    proved = "{id: c, when: {text: z}, examples: {match: [z], no_match: [x]}}"
    text = f"rules: [{{id: a, when: {{text: x}}}}, {{id: b, when: {{text: y}}, examples: {{match: [y]}}}}, {proved}]"
    assert [(one.level.value, one.code, one.rule) for one in lint(ruleset(text).compiled)] == [
        ("warning", "no-examples", "a"),
        ("info", "no-counter-examples", "b"),
    ]


def test_what_needs_a_day_or_the_sources_is_looked_for_when_they_are_given() -> None:
    when = "{text: x, source: [known, unknown], during: XSHG}"
    text = f"rules: [{{id: r, when: {when}, expires: 2025-12-21}}]"
    assert codes(text) == []
    assert codes(text, today=TODAY, sources={"known"}) == ["warning:no-source", "warning:expired"]
    assert of_when("{text: x, during: XSHG}", today=date(2028, 1, 1)) == ["warning:calendar"]
    assert of_when("{text: x, during: XSHG}", today=date(2027, 5, 1)) == ["warning:calendar"]
    assert of_when("{text: x, during: XSHG}", today=date(2026, 12, 20)) == ["info:calendar"]
    assert of_when("{text: x, during: {calendar: [XNYS]}}", today=date(2027, 12, 20)) == ["info:calendar"]
    assert codes("rules: [{id: r, when: {text: x}, expires: 2025-12-22}]", today=TODAY) == []


def pair(first: str, second: str, more: str = "") -> list[str]:
    return codes(f"rules: [{{id: a, when: {first}}}, {{id: b, when: {second}{more}}}]")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{text: [x, y]}", "{text: {any: [y, x]}}"),
        ("{event: ipo, stage: [filed, listed]}", "{event: ipo, all: [{stage: [listed, filed]}]}"),
        ("{all: [{text: x}, {event: ipo}]}", "{all: [{event: ipo}, {text: X}]}"),
        ("{any: [{text: x}, {text: y}]}", "{any: [{text: y}, {text: x}]}"),
        ("{during: XSHG, text: x}", "{during: {calendar: [XSHG], session: [open]}, text: x}"),
        ("{subject: any}", "{event: any}"),
        ("{time: {zone: UTC, weekday: mon}, text: x}", "{text: x, time: {weekday: [mon], zone: UTC}}"),
    ],
)
def test_a_rule_that_does_the_same_as_another(first: str, second: str) -> None:
    found = [one for one in pair(first, second) if one != "warning:everything"]
    assert found == ["warning:duplicate"]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("{event: limit_up}", "{event: limit_up, subject: {tag: optical}}", True),
        ("{text: x}", "{text: x, source: a}", True),
        ("{text: x}", "{all: [{text: x}, {event: ipo}]}", True),
        ("{event: ipo}", "{all: [{text: x}, {event: ipo, stage: filed}]}", True),
        ("{event: limit_up, subject: {tag: optical}}", "{event: limit_up}", True),
        ("{event: ipo, stage: filed}", "{event: ipo, stage: listed}", False),
        ("{text: {any: x, case: true}}", "{text: {any: x}}", False),
        ("{text: {any: x, whole_word: false}}", "{text: {any: x}}", False),
        ("{event: price_move, move: {at_least: 5}}", "{event: price_move, move: {at_least: 6}}", False),
    ],
)
def test_a_rule_that_another_covers(first: str, second: str, same: bool) -> None:
    assert pair(first, second) == (["warning:shadowed"] if same else [])


@pytest.mark.parametrize("more", [", severity: high", ", labels: {desk: a}", ", severity: {high: {state: sealed}, else: low}"])
def test_a_covered_rule_that_tells_others_is_only_worth_a_note(more: str) -> None:
    assert pair("{event: limit_up}", "{event: limit_up, subject: {tag: optical}}", more) == ["info:shadowed"]


def test_a_finding_names_the_other_rule() -> None:
    (found,) = [
        one
        for one in lint(ruleset("rules: [{id: a, when: {text: x}}, {id: b, when: {text: x}}]").compiled)
        if one.code == "duplicate"
    ]
    assert str(found.problem) == "f.yaml:1:40: the rule `b` fires on the same as `a` (f.yaml:1:14) (keep one of them)"
    assert found.rule == "b"


def test_twice_the_rules_take_about_twice_the_time() -> None:
    def seconds(count: int) -> float:
        rules = [{"id": f"r{n}", "when": {"event": "limit_up", "text": {"any": [f"w{n}"]}}} for n in range(count)]
        compiled = ruleset(json.dumps({"rules": rules})).compiled
        started = time.thread_time()
        lint(compiled, today=TODAY)
        return time.thread_time() - started

    seconds(50)
    assert seconds(1600) < max(3.5 * seconds(800), 0.2)


def of_rule(keys: str) -> list[str]:
    return [str(one.problem) for one in lint(ruleset(f"rules: [{{id: r, {keys}}}]").compiled) if "examples" not in one.code]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("when: {event: price_move, pct: {at_least: 10}, move: {at_most: 5}}", "no number satisfies all that is asked of `pct`"),
        (
            "when: {event: price_move, pct: {at_most: -10}, move: {less_than: 10}}",
            "no number satisfies all that is asked of `pct`",
        ),
        ("when: {event: price_move, pct: {at_least: 1, at_most: 5}, move: {at_least: 6}}", "asked of `pct` and `move`"),
        (
            "when: {event: limit_up}, during: {calendar: XSHG, between: 18:00-20:00}",
            "no such time: open at XSHG and 18:00-20:00 in",
        ),
        (
            "when: {event: limit_up}, during: {calendar: XSHG, weekday: [sat, sun]}",
            "there is no such time: open at XSHG and sat, sun",
        ),
        ("when: {event: limit_up}, during: {calendar: XSHG, session: half_day}", "there is no such time: half_day at XSHG"),
        (
            "when: {event: limit_up, during: XNYS}, during: {calendar: XSHG}",
            "there is no such time: open at XSHG and open at XNYS",
        ),
        (
            "when: {all: [{text: a}, {time: {zone: UTC, between: 09:00-10:00}}, {time: {zone: UTC, between: 10:00-11:00}}]}",
            "there is no such time: 09:00-10:00 in UTC and 10:00-11:00 in UTC",
        ),
        (
            "when: {text: a, time: {zone: UTC, weekday: mon}}, during: {zone: UTC, weekday: tue}",
            "no such time: tue in UTC and mon in",
        ),
        ("when: {event: limit_up}, absence: {within: 5h, during: XSHG}", "its hours are at most 4h a day (open at XSHG)"),
        ("when: {event: limit_up}, absence: {within: 2h, during: {zone: UTC, between: 09:00-10:00}}", "at most 1h a day"),
        (
            "when: {event: limit_up}, absence: {within: 1h, during: {calendar: XSHG, weekday: sun}}",
            "no such time: open at XSHG; sun",
        ),
        ("when: {text: a}, first_time: 90d", "its window counts by subject, and only an event has one"),
        (
            "when: {text: a}, count: {at_least: 2, within: 1d, per: entity}",
            "its window counts by entity, and only an event has one",
        ),
        ("when: {text: a}, spike: {factor: 2, within: 1h, baseline: 7d, per: subject}", "its window counts by subject"),
        ("when: {text: a}, sequence: {after: {text: b}, within: 1h}", "its window counts by subject, and only an event has one"),
        ("when: {event: ipo}, count: {at_least: 2, within: 1d, distinct: subject, per: subject}", "never different subjects"),
        (
            "when: {event: ipo, subject: {entity: [NVDA.US, 601869.SH]}}, count: {at_least: 3, within: 1d, distinct: subject}",
            "it waits for 3 different subjects, and its conditions allow 2",
        ),
        ("when: {event: ipo, source: wire}, count: {at_least: 2, within: 1d, distinct: source}", "and its conditions allow 1"),
    ],
)
def test_what_can_never_come_to_pass(keys: str, said: str) -> None:
    (problem,) = of_rule(keys)
    assert "the rule `r` can never fire: " in problem
    assert said in problem


@pytest.mark.parametrize(
    "keys",
    [
        "when: {event: price_move, pct: {at_most: -10}, move: {at_least: 6}}",
        "when: {event: price_move, move: {at_most: 10}, pct: {at_least: 10}}",
        "when: {event: limit_up}, during: {calendar: XSHG, between: 14:59-20:00}",
        "when: {event: limit_up}, during: {calendar: XSHG, between: 22:00-09:31}",
        "when: {event: limit_up}, during: {calendar: XHKG, session: half_day}",
        "when: {event: limit_up}, during: {calendar: XSHG, session: working_day, weekday: sat}",
        "when: {event: limit_up}, absence: {within: 4h, during: XSHG}",
        "when: {event: limit_up}, absence: 30d",
        "when: {text: a}, count: {at_least: 2, within: 1d, distinct: publisher, per: source}",
        "when: {any: [{event: ipo}, {text: b}]}, first_time: 90d",
        "when: {text: a}, corroborated_by: 2",
        "when: {text: a}, sequence: {after: {text: b}, within: 1h, same: none}",
        "when: {event: ipo, subject: {name: [A, B]}}, count: {at_least: 3, within: 1d, distinct: subject}",
        "when: {event: ipo, publisher: wire.example}, count: {at_least: 3, within: 1d, distinct: publisher}",
    ],
)
def test_what_may_come_to_pass(keys: str) -> None:
    assert of_rule(keys) == []


def test_the_time_that_never_comes_is_told_at_its_place() -> None:
    (problem,) = of_rule("when: {event: limit_up}, during: {calendar: XSHG, session: half_day}")
    assert problem.startswith("f.yaml:1:61: ")


def test_a_severity_that_no_match_can_have() -> None:
    grades = "severity: {critical: {move: {at_least: 20}}, high: {text: a}, else: low}"
    (problem,) = of_rule(f"when: {{event: price_move, move: {{at_most: 10}}}}, {grades}")
    assert problem.startswith(
        "f.yaml:1:93: severity `critical` is never reached: no number satisfies all that is asked of `move`"
    )
    assert of_rule(f"when: {{any: [{{event: price_move}}, {{text: b}}]}}, {grades}") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("“prospectus”", "its quotes are looked for too"),
        ("「招股书」", "its quotes are looked for too"),
        ("[涨停，跌停]", "the comma in it is looked for too"),
        ("{all: ['a,b']}", "the comma in it is looked for too"),
        ("a OR b", "it is one phrase; write the words as a list"),
        ("{none: a | b}", "it is one phrase; write the words as a list"),
        ("{near: {words: ['surg*', a]}}", "write it without the star under `prefix`"),
    ],
)
def test_words_that_somebody_meant_otherwise(text: str, said: str) -> None:
    found = lint(ruleset(f"rules: [{{id: r, when: {{all: [{{text: c}}, {{text: {text}}}]}}}}]").compiled)
    (problem,) = [one.problem for one in found if one.code == "odd-words"]
    assert "is looked for as it stands" in problem.message
    assert said in problem.hint


@pytest.mark.parametrize("text", ["{phrase: '涨停，再创新高'}", "AT&T", "'1,000'", "“a” b", "OR"])
def test_words_that_may_be_meant_so(text: str) -> None:
    found = lint(ruleset(f"rules: [{{id: r, when: {{text: {text}}}}}]").compiled)
    assert [one for one in found if one.code == "odd-words"] == []


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("", "", ["warning:duplicate"]),
        ("", ", first_time: 90d", []),
        (", first_time: 90d", ", first_time: 90d", ["warning:duplicate"]),
        (", first_time: 90d", ", first_time: 30d", []),
        (", sequence: {after: {text: a}, within: 1h}", ", sequence: {after: {text: b}, within: 1h}", []),
    ],
)
def test_rules_with_other_windows_are_no_duplicates(first: str, second: str, found: list[str]) -> None:
    when = "when: {event: limit_up}"
    assert codes(f"rules: [{{id: a, {when}{first}}}, {{id: b, {when}{second}}}]") == found


def test_only_a_rule_that_waits_for_nothing_covers_others() -> None:
    def pair(wide: str, narrow: str) -> list[str]:
        return codes(f"rules: [{{id: a, when: {{event: ipo}}{wide}}}, {{id: b, when: {{event: ipo, stage: filed}}{narrow}}}]")

    assert pair("", ", first_time: 90d") == ["warning:shadowed"]
    assert pair(", first_time: 90d", "") == []
    assert pair("", ", absence: 3h") == []
