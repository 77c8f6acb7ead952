"""What is looked for in an item, and which rules it is held against."""

import sys
import unicodedata

import pytest

from service.model.event import Event
from service.model.item import Item
from service.model.span import Span
from service.rules import scan
from service.rules.condition import ALWAYS
from service.rules.conditions.subject import SubjectIs
from service.rules.index import Index
from service.rules.matcher import fire
from service.rules.rarity import alternatives, chance, rarest_first, together
from service.rules.reading import Reading, joins, tokens_of
from service.rules.scan import Scan
from tests.support.rule_world import item, reading, rule, ruleset


def ways(when: str) -> set[frozenset[object]]:
    """What must occur for a rule to hold."""
    return {frozenset(way) for way in rule(when).compiled[0].ways}


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{text: Prospectus}", [{"prospectus"}]),
        ("{text: [IPO, 招股书]}", [{"ipo"}, {"text:招股书"}]),
        ("{text: {all: [merger, 重组]}}", [{"merger", "text:重组"}]),
        ("{text: limit-up}", [{("limit", "up")}]),
        ("{text: {prefix: limit-up}}", [{"limit"}]),
        ("{text: {prefix: surg}}", [{"text:surg"}]),
        ("{text: {prefix: c++}}", [{"c"}]),
        ("{text: {any: [limit-up a, 涨停], whole_word: false}}", [{"text:limit-up", "text:a"}, {"text:涨停"}]),
        ("{text: {prefix: a b, whole_word: false}}", [{"text:a", "text:b"}]),
        ("{source: x, publisher: y, language: zh}", [set()]),
        ("{during: XSHG, time: {published_within: 2h}, text: x}", [{"x"}]),
        ("{time: {weekday: mon, zone: UTC}}", [set()]),
        ("{text: '%'}", [{"text:%"}]),
        ("{text: Hong Kong 5G概念 stock market}", [{("hong", "kong"), "text:5g概念", ("stock", "market")}]),
        ("{text: {any: [a, b], all: [c]}}", [{"a", "c"}, {"b", "c"}]),
        ("{text: {any: [a, b], none: [c]}}", [{"a"}, {"b"}]),
        ("{text: {none: [c]}}", [set()]),
        ("{text: {any: x}}", [{"x"}]),
        ("{text: {near: {words: [a, b]}}}", [{"a", "b"}]),
        ("{text: {any: x, near: {words: [a, b]}}}", [{"x", "a"}, {"x", "b"}]),
        ("{text: {regex: a+}}", [{"regex:both:folded:a+"}]),
        ("{text: {regex: 'a:b', in: title, case: true}}", [{"regex:title:exact:a:b"}]),
        ("{text: {regex: a+, all: [x]}}", [{"x"}]),
        ("{any: [{text: {all: [a, b]}}, {text: {all: [c, d]}}]}", [{"a", "b"}, {"c", "d"}]),
        ("{any: [{text: a}, {text: {none: b}}]}", [set()]),
        ("{event: limit_up}", [{"event:limit_up"}]),
        ("{event: any}", [{"event:any"}]),
        ("{event: [ipo, index_high, stock_high]}", [{"event:ipo"}, {"event:new_high"}]),
        ("{event: price_move, pct: {at_least: 3}}", [{"event:price_move"}]),
        ("{event: ipo, stage: filed, subject: {entity: NVDA.US}}", [{"event:ipo", "entity:NVDA.US"}]),
        ("{event: ipo, subject: {name: Moore Threads}}", [{"event:ipo", ("moore", "threads")}]),
        ("{event: ipo, subject: any, none: [{text: x}]}", [{"event:ipo"}]),
    ],
)
def test_what_a_rule_requires(when: str, expected: list[set[object]]) -> None:
    assert ways(when) == set(map(frozenset, expected))


def test_the_rarest_comes_first_and_what_would_be_too_long_is_left_out() -> None:
    assert rule("{text: {all: [the, zygote, merger]}}").compiled[0].ways == (("zygote", "merger", "the"),)
    common = tuple((f"text:{letter}",) for letter in "一二三四五六七八九")
    assert {frozenset(way) for way in together([common, (("zygote",),)])} == {frozenset({*one, "zygote"}) for one in common}
    assert len(together([common, common])) == 9  # 81 pairs are too many
    assert together([common, tuple((word,) for word in ("zygote",) * 9)]) == (("zygote",),) * 9
    assert together([(("zygote",),) * 9, common]) == (("zygote",),) * 9
    assert alternatives([(("a",),), ALWAYS]) == ALWAYS
    assert alternatives([]) == ()
    assert rarest_first((("regex:both:folded:x", "a"),)) == (("a",),)
    ordered = ["ab", "the", "market", "zygote", "entity:X", ("zygote", "market")]
    assert [chance(one) for one in ordered] == sorted(map(chance, ordered), reverse=True)
    assert chance("event:any") > chance("event:ipo") > chance("text:公司治理结构") > 0
    assert chance("text:锆") > chance("text:公司") > chance("text:公司治理") > 0


def test_a_rule_that_concerns_many_entities_is_looked_for_by_its_event_alone() -> None:
    names = [{"name": f"Company {number}"} for number in range(200)]
    found = ruleset(f"lists: {{many: {names}}}\nrules: [{{id: r, when: {{event: ipo, subject: {{list: many}}}}}}]\n")
    assert len(found.compiled[0].ways) == 1
    assert SubjectIs("", "", frozenset(map(str, range(70)))).keys() == ALWAYS


def test_rules_that_can_never_hold_are_never_held() -> None:
    assert Index([(), ALWAYS, (("a",),)]).candidates(reading("b")) == [1]


def test_only_rules_whose_words_all_occur_are_held() -> None:
    rules = ruleset(
        "rules:\n"
        "  - {id: a, when: {text: {all: [merger, approved, regulator]}}}\n"
        "  - {id: b, when: {text: {all: [merger, approved, court]}}}\n"
        "  - {id: c, when: {text: {all: [merger, approved]}}}\n"
        "  - {id: d, when: {text: {all: [merger, approved]}}}\n"
        "  - {id: e, when: {text: {all: [merger, approved]}}}\n"
        "  - {id: f, when: {text: merger approved}}\n"
        "  - {id: g, when: {text: {none: merger}}}\n"
    )
    assert rules.index.candidates(reading("The merger was approved by the regulator")) == [0, 2, 3, 4, 6]
    assert rules.index.candidates(reading("merger, approved")) == [2, 3, 4, 5, 6]
    assert rules.index.candidates(reading("nothing")) == [6]


def test_the_names_in_an_event_are_looked_for_where_they_stand_and_in_the_event() -> None:
    news = Item("s", "g", "", "nothing of it")
    event = Event("ipo", "Ｍoore Threads", Span(0, 7), Span(0, 7), alias="摩尔线程")
    for name in ("Moore Threads", "摩尔线程"):
        rules = rule(f"{{event: ipo, subject: {{name: {name}}}}}")
        assert rules.index.candidates(Reading(news, [event])) == [0]
        assert rules.index.candidates(Reading(news, [])) == []


def test_patterns_are_found_together_each_in_its_part_and_case() -> None:
    keys = [
        "regex:title:folded:^a",
        "regex:text:folded:^a",
        "regex:both:exact:A",
        "regex:both:folded:A",
        "regex:both:exact:",
        r"regex:both:folded:\Qx",
    ]
    assert Scan(keys).keys(reading("abc", "b")) >= {keys[1], keys[3], keys[4]}
    assert not Scan(keys).keys(reading("abc", "b")) & {keys[0], keys[2], keys[5]}
    many = [f"regex:both:exact:w{number}x" for number in range(1200)]
    assert {key for key in Scan(many).keys(reading("w7x w1100x")) if str(key).startswith("regex")} == {many[7], many[1100]}


def test_patterns_that_do_not_fit_together_may_all_occur(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = ["regex:both:exact:(a|b)*a(a|b){10}c", "regex:both:exact:(x|y)*x(x|y){10}z"]
    assert not Scan(keys).keys(reading("abababbabaabab")) & set(keys)
    monkeypatch.setattr(scan, "MAX_MEMORY", 1000)
    assert Scan(keys).keys(reading("abababbabaabab")) >= set(keys)


def test_words_of_all_scripts_are_as_long_as_joins_says() -> None:
    letters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    text = "a" + "a".join(letters)
    plain = "".join(one if joins(one) else " " for one in text).split()
    assert tokens_of(text) == plain
    for one in letters:
        if unicodedata.combining(one):
            assert tokens_of(f"n{one}a") == (["n" + one + "a"] if joins(one) else ["n", "a"])
    assert tokens_of("café – naïve") == ["café", "naïve"]
    assert tokens_of("a_b c-d") == ["a_b", "c", "d"]


def test_words_that_are_asked_for_twice_are_looked_for_once() -> None:
    one = item("merger and merger")
    news = Reading(one, ())
    rules = ruleset("rules:\n  - {id: a, when: {text: merger}}\n  - {id: b, when: {text: {all: [merger, and]}}}\n")
    evidence = [fire(compiled, news)[0].evidence for compiled in rules.compiled]
    assert [one.span for one in evidence[0]] == [Span(0, 6), Span(11, 17)]
    assert [one.span for one in evidence[1]] == [Span(0, 6), Span(7, 10), Span(11, 17)]
    assert len(news.places) == 2


def test_words_inside_of_longer_ones_are_not_those_that_stand_alone() -> None:
    rules = ruleset(
        "rules:\n  - {id: a, when: {text: merge}}\n  - {id: b, when: {text: {any: merge, whole_word: false}}}\n"
        "  - {id: c, when: {text: merge}}\n"
    )
    news = Reading(item("submerged"), ())
    assert [len(fire(compiled, news)) for compiled in rules.compiled] == [0, 1, 0]
    assert rules.index.candidates(news) == [1]
