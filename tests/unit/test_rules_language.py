"""Where and when, macros, severities that depend on what happened, and what else a rule may say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.marked_yaml import load
from service.model.item import Item
from service.model.rule import Match, Severity
from service.rules.explain import explain
from service.rules.loader import parse_rules
from service.rules.matcher import match
from service.rules.ruleset import RuleSet
from service.rules.schema import json_schema
from service.rules.templates import body_of, title_of
from tests.support.rule_world import CONTEXT, extract, item, problems, rule, ruleset

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2025, 12, 22, 4, tzinfo=UTC)


def held(when: str, one: Item, now: datetime | None = None) -> bool:
    rules = rule(when)
    fired = bool(match(rules, one, extract(one), now))
    why = explain(rules, one, extract(one), now)[0].why
    assert why.held == fired
    return fired


def why(when: str, one: Item, now: datetime | None = None) -> str:
    told = explain(rule(when), one, extract(one), now)[0].why
    assert not told.held
    return told.detail


def at(local: str, zone: str = "Asia/Shanghai") -> Item:
    return item("x", published=datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)))


WIRE = Item("wire-a", "1", "", "x", publisher="News.Example.com", language="zh")


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{source: wire-a}", True),
        ("{source: [other, wire-a]}", True),
        ("{source: wire}", False),
        ("{source: {id: wire-a, language: zh, publisher: example.com}}", True),
        ("{source: {id: wire-a, language: en}}", False),
        ("{publisher: example.com}", True),
        ("{publisher: NEWS.example.com}", True),
        ("{publisher: ample.com}", False),
        ("{publisher: com}", False),
        ("{publisher: [x, news.example.com]}", True),
        ("{language: [en, zh]}", True),
        ("{language: en}", False),
        ("{none: [{source: {publisher: example.com}}]}", False),
    ],
)
def test_where_an_item_comes_from(when: str, expected: bool) -> None:
    assert held(when, WIRE) is expected


def test_a_miss_says_where_it_came_from_instead() -> None:
    assert why("{source: wire}", WIRE) == "the source is wire-a, asked is wire"
    assert why("{publisher: a.com}", replace(WIRE, publisher="")) == "the publisher is not known, asked is a.com"


@pytest.mark.parametrize(
    ("during", "local", "expected"),
    [
        ("XSHG", "2025-12-22T10:00", True),
        ("XSHG", "2025-12-22T12:00", False),
        ("XSHG", "2025-12-20T10:00", False),
        ("{calendar: XSHG, session: lunch}", "2025-12-22T12:00", True),
        ("{calendar: XSHG, session: [call_auction, lunch]}", "2025-12-22T09:20", True),
        ("{calendar: XSHG, session: working_day}", "2025-10-11T09:20", True),
        ("{calendar: [XSHG, XHKG]}", "2025-12-22T15:30", True),
        ("{calendar: XSHG, between: 09:30-10:00}", "2025-12-22T09:59", True),
        ("{calendar: XSHG, between: 09:30-10:00}", "2025-12-22T10:00", False),
        ("{calendar: XSHG, weekday: tue}", "2025-12-22T10:00", False),
        ("{zone: Asia/Shanghai, weekday: [mon, tue]}", "2025-12-22T00:00", True),
        ("{zone: Asia/Shanghai, between: [00:00-01:00, 23:00-24:00]}", "2025-12-22T23:59", True),
        ("{zone: America/New_York, between: 09:30-16:00}", "2025-12-22T23:00", True),
        ("{zone: Asia/Shanghai, weekday: fri, between: 22:00-06:00}", "2025-12-27T05:59", True),
        ("{zone: Asia/Shanghai, weekday: fri, between: 22:00-06:00}", "2025-12-26T22:00", True),
        ("{zone: Asia/Shanghai, weekday: fri, between: 22:00-06:00}", "2025-12-26T05:59", False),
    ],
)
def test_during(during: str, local: str, expected: bool) -> None:
    assert held(f"{{text: x, during: {during}}}", at(local)) is expected
    assert bool(match(ruleset(f"rules: [{{id: r, when: {{text: x}}, during: {during}}}]"), at(local), ())) is expected


def test_time_is_when_it_was_published_or_else_when_it_came_in() -> None:
    open_, closed = datetime(2025, 12, 22, 2, tzinfo=UTC), datetime(2025, 12, 22, 12, tzinfo=UTC)
    assert held("{during: XSHG}", item("x", published=open_), closed)
    assert held("{during: XSHG}", item("x"), open_)
    assert not held("{during: XSHG}", item("x"), closed)
    assert not held("{during: XSHG}", item("x"))
    assert why("{during: XSHG}", item("x")).startswith("nobody knows when the item was published")
    assert why("{time: {zone: UTC, weekday: mon}}", item("x")).startswith("nobody knows when")


def test_a_miss_tells_the_time_it_was() -> None:
    assert why("{during: XSHG}", at("2025-12-22T12:00")) == (
        "Mon 2025-12-22 12:00 at XSHG: a trading day, closed (lunch); asked is open at XSHG"
    )
    assert why("{time: {zone: UTC, between: 09:00-10:00, weekday: mon}}", at("2025-12-22T12:00")) == (
        "it was Mon 2025-12-22 04:00 in UTC, asked is mon 09:00-10:00 in UTC"
    )


def test_published_within() -> None:
    when = "{time: {published_within: 2h}}"
    assert held(when, item("x", published=NOW - timedelta(hours=2)), NOW)
    assert not held(when, item("x", published=NOW - timedelta(hours=2, seconds=1)), NOW)
    assert held(when, item("x", published=NOW + timedelta(days=1)), NOW)
    assert held(when, item("x"), NOW)
    assert held(when, item("x", published=NOW))
    assert why(when, item("x", published=NOW - timedelta(hours=3)), NOW) == "published 3h before it came in, more than 2h"
    assert held("{time: {published_within: 2h, zone: UTC, weekday: mon}}", item("x", published=NOW), NOW)


def test_an_expired_rule_does_not_fire_any_more() -> None:
    rules = ruleset("rules: [{id: r, when: {text: x}, expires: 2025-12-22, examples: {match: [x]}}]")
    assert match(rules, item("x"), (), datetime(2025, 12, 22, 23, 59, tzinfo=UTC))
    assert not match(rules, item("x"), (), datetime(2025, 12, 23, tzinfo=UTC))
    told = explain(rules, item("x"), (), datetime(2025, 12, 23, tzinfo=UTC))[0].why
    assert told.detail == "the rule expired after 2025-12-22"


def test_examples_may_say_when_and_from_where() -> None:
    found = ruleset(
        """
rules:
  - id: r
    when: {text: x, source: wire-a, language: zh, publisher: example.com, time: {published_within: 1h}}
    during: XSHG
    examples:
      match: [{text: x 涨停, source: wire-a, publisher: example.com, published: "2025-12-22T10:00:00+08:00"}]
      no_match:
        - {text: x, source: wire-a, publisher: example.com, published: "2025-12-22T10:00:00+08:00"}
        - {text: x, lang: zh, source: wire-a, publisher: example.com, published: "2025-12-22T12:00:00+08:00"}
        - {text: x, lang: zh, source: wire-a, publisher: example.com, published: "2025-12-22T10:00:00+08:00",
           fetched: "2025-12-22T11:00:01+08:00"}
"""
    )
    assert len(found.compiled[0].examples) == 4


def test_an_example_without_a_time_says_how_to_give_one() -> None:
    (told,) = problems("rules: [{id: r, when: {text: x}, during: XSHG, examples: {match: [x]}}]")
    assert "give an example a time with `published: 2025-12-22T10:00:00+08:00`" in told


def test_words_inside_of_words() -> None:
    assert held("{text: {any: urg, whole_word: false}}", item("a surge"))
    assert not held("{text: {any: urg}}", item("a surge"))
    assert held("{text: {any: urg, near: {words: ris, within: 2}, whole_word: false}}", item("surge, rise"))


def fired(rules: RuleSet, text: str) -> list[Match]:
    return list(match(rules, item(text), extract(item(text))))


GRADED = """
rules:
  - id: move
    when: {event: [price_move, limit_up]}
    severity:
      high: {move: {at_least: 12}}
      critical: {any: [{event: limit_up, subject: {tag: optical}}, {move: {at_least: 20}}]}
      else: low
"""


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("[price_move A - pct=5]", "low"),
        ("[price_move A - pct=-12]", "high"),
        ("[price_move A - pct=25]", "critical"),
        ("[limit_up A -]", "low"),
        ("[limit_up Y 601869.SH]", "critical"),
    ],
)
def test_severity_depends_on_the_event_that_fired(text: str, severity: str) -> None:
    (hit,) = fired(ruleset(GRADED), text)
    assert hit.rule.severity is Severity(severity)


def test_each_event_of_an_item_has_its_own_severity() -> None:
    rules = ruleset("rules: [{id: r, when: {event: [price_move, limit_up]}, severity: {high: {event: limit_up}, else: low}}]")
    assert [hit.rule.severity.value for hit in fired(rules, "[price_move A - pct=1] [limit_up B -]")] == ["low", "high"]
    assert rules.rules[0].severity is Severity.LOW


def test_severity_without_an_event_asks_the_item() -> None:
    rules = ruleset(
        "rules: [{id: r, when: {any: [{event: ipo}, {text: x}]}, "
        "severity: {critical: {stage: filed}, high: {text: urgent}, else: low}}]"
    )
    assert [hit.rule.severity.value for hit in fired(rules, "x urgent")] == ["high"]
    assert [hit.rule.severity.value for hit in fired(rules, "x")] == ["low"]
    assert [hit.rule.severity.value for hit in fired(rules, "[ipo A - stage=filed]")] == ["critical"]
    plain = ruleset("rules: [{id: r, when: {text: x}, severity: {critical: {event: limit_up}, else: info}}]")
    assert [hit.rule.severity.value for hit in fired(plain, "x [limit_up A -]")] == ["critical"]
    assert [hit.rule.severity.value for hit in fired(plain, "x")] == ["info"]


def test_severity_may_use_macros_that_ask_of_the_event() -> None:
    rules = ruleset(
        "macros: {big: {move: {at_least: 10}}, loud: {text: urgent}, both: {all: [{use: big}, {use: [loud, big]}]},\n"
        "  quiet: {all: [{use: loud}, {use: loud}]}}\n"
        "rules: [{id: r, when: {any: [{event: price_move}, {text: x}]},\n"
        "  severity: {critical: {use: both}, high: {use: quiet}, else: low}}]"
    )
    assert [hit.rule.severity.value for hit in fired(rules, "[price_move A - pct=11] urgent")] == ["critical"]
    assert [hit.rule.severity.value for hit in fired(rules, "x urgent")] == ["high"]
    assert [hit.rule.severity.value for hit in fired(rules, "x")] == ["low"]


def test_macros_speak_of_the_event_beside_them() -> None:
    rules = ruleset(
        "rules: [{id: r, when: {event: ipo, use: [late, optical]}}, {id: s, when: {use: news}}, {id: t, when: {use: whose}}]",
        "macros:\n  late: {stage: [filed, listed]}\n  optical: {subject: {tag: optical}}\n"
        "  news: {any: [{use: quiet}, {text: loud}]}\n  quiet: {text: x, event: limit_up}\n  whose: {subject: {tag: us}}\n",
    )
    text = "[ipo A 601869.SH stage=filed] [ipo B 600487.SH stage=planned] [ipo N NVDA.US stage=filed] loud"
    assert [(hit.rule.id, hit.event.subject if hit.event else "") for hit in fired(rules, text)] == [
        ("r", "A"),
        ("s", ""),
        ("t", "N"),
    ]


def test_macros_that_go_nowhere_are_refused() -> None:
    assert problems("macros: {a: {use: b}, b: {use: a}}\nrules: [{id: r, when: {use: a}}]") == [
        "f.yaml:1:19: the macro `b` leads back to itself: b → a → b",
        "f.yaml:1:32: the macro `a` leads back to itself: a → b → a",
    ]


def test_macros_that_grow_beyond_measure_are_refused() -> None:
    """Each uses the one before it twenty times: 20 to the power of 6 conditions, were they written out."""
    bomb = ["  m0: {text: x}", *(f"  m{n}: {{use: [{', '.join([f'm{n - 1}'] * 20)}]}}" for n in range(1, 7))]
    found = problems("\n".join(["macros:", *bomb, "rules: [{id: r, when: {use: m6}}]"]))
    assert found
    assert all("this comes to more than 200 macros (write out what is needed)" in one for one in found)
    chain = ["  m0: {text: x}", *(f"  m{n}: {{use: m{n - 1}}}" for n in range(1, 20))]
    assert "this comes to more than macros 16 deep (write out what is needed)" in problems("\n".join(["macros:", *chain]))[0]


def test_a_macro_of_another_file_that_does_not_fit_is_told_at_both_places() -> None:
    assert problems("rules: [{id: r, when: {event: limit_up, use: late}}]", "macros: {late: {stage: filed}}") == [
        "f.yaml:1:46: the macro `late` cannot be used here (see f1.yaml:1:16)",
        "f1.yaml:1:17: `stage` is a field of ipo, not of limit_up",
    ]


def test_a_macro_is_defined_once() -> None:
    assert problems("macros: {a: {text: x}}", "macros: {a: {text: y}}") == [
        "f1.yaml:1:10: the macro `a` is defined twice (the first is at f.yaml:1:10)"
    ]


@pytest.mark.parametrize(
    "when",
    [
        "{subject: {tag: us}, use: up}",
        "{subject: {tag: us}, use: [deep]}",
        "{all: [{event: limit_up}, {use: us}]}",
        "{all: [{use: up}, {subject: {tag: us}}]}",
    ],
)
def test_a_subject_beside_an_event_in_a_macro_is_ambiguous(when: str) -> None:
    macros = "macros: {up: {event: limit_up}, deep: {any: [{use: up}]}, us: {subject: {tag: us}}}"
    found = problems(f"{macros}\nrules: [{{id: r, when: {when}}}]")
    assert len(found) == 1
    assert "this `subject` stands" in found[0]


def test_a_subject_of_its_own_event_is_not() -> None:
    ruleset("macros: {up: {event: limit_up, subject: any}}\nrules: [{id: r, when: {all: [{event: ipo}, {use: up, event: ipo}]}}]")
    ruleset("macros: {up: {event: limit_up, subject: any}}\nrules: [{id: r, when: {all: [{event: ipo}, {use: up}]}}]")


def test_what_a_person_is_told() -> None:
    text = """
rules:
  - id: r
    when: {event: limit_up}
    title: "{{ subject }} {{ owner }}"
    body: |
      {% if entity %}{{ entity }}{% endif %}: see {{ runbook }}
      ask {{ owner }}, {{ severity }}
    owner: desk
    runbook: https://example.com/r
    severity: {high: {subject: {tag: us}}, else: low}
"""
    one = item("[limit_up N NVDA.US]")
    (hit,) = match(ruleset(text), one, extract(one))
    assert title_of(hit, one) == "N desk"
    assert body_of(hit, one) == "NVDA.US: see https://example.com/r\nask desk, high"
    assert (hit.rule.owner, hit.rule.runbook) == ("desk", "https://example.com/r")
    assert body_of(replace(hit, rule=replace(hit.rule, body="")), one) == ""
    assert body_of(replace(hit, rule=replace(hit.rule, body="{{ subject | plus: 'x' | divided_by: 0 }}")), one) == ""
    long = replace(hit, rule=replace(hit.rule, body="{% capture x %}" + "a" * 500 + "{% endcapture %}" + "{{ x }}" * 5))
    assert len(body_of(long, one)) == 2000


def test_a_field_that_is_called_like_a_condition() -> None:
    """`analyst_view` has a field `source`: beside it text means the field, a mapping the item's source."""
    context = replace(CONTEXT, event_fields={**CONTEXT.event_fields, "analyst_view": {"source": "text"}})

    def fires(when: str, text: str) -> bool:
        found, wrong = parse_rules([load(f"rules: [{{id: r, when: {when}}}]", "f.yaml")], context)
        assert found is not None, wrong
        return bool(match(found, item(text), extract(item(text))))

    assert fires("{event: analyst_view, source: Citi}", "[analyst_view A - source=Citi]")
    assert not fires("{event: analyst_view, source: source}", "[analyst_view A - source=Citi]")
    assert fires("{event: analyst_view, source: {id: source}}", "[analyst_view A - source=Citi]")
    assert fires("{event: limit_up, source: source}", "[limit_up A -]")
    schema = json_schema(context.event_fields)["$defs"]["When"]["properties"]["source"]
    assert len(schema["anyOf"]) == 2
