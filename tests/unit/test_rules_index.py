"""What is looked for in an item, and which rules it is held against."""

import sys
import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from service.model.event import Event
from service.model.item import Item
from service.model.span import Span
from service.rules import index, scan
from service.rules.condition import ALWAYS, Key
from service.rules.conditions.subject import SubjectIs
from service.rules.index import Index
from service.rules.matcher import fire
from service.rules.needs import needs_of
from service.rules.numbers import numbers_of
from service.rules.rarity import alternatives, rarity, together
from service.rules.reading import Reading, joins, tokens_of
from service.rules.ruleset import RuleSet
from service.rules.scan import Scan
from tests.support.rule_world import item, reading, rule, ruleset


@pytest.fixture(autouse=True, scope="module")
def _every_set_has_an_index() -> Iterator[None]:
    """However few its rules are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "FEW", 0)
        yield


def ways(when: str) -> set[frozenset[object]]:
    """What must occur for a rule to hold."""
    return {frozenset(way) for way in rule(when).compiled[0].when.keys()}


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
        ("{text: {regex: a+, all: [x]}}", [{"x", "regex:both:folded:a+"}]),
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


def test_what_would_be_too_long_is_left_out() -> None:
    common = tuple((f"text:{letter}",) for letter in "一二三四五六七八九")
    assert {frozenset(way) for way in together([common, (("zygote",),)])} == {frozenset({*one, "zygote"}) for one in common}
    assert len(together([common, common])) == 9  # 81 pairs are too many
    assert together([common, tuple((word,) for word in ("zygote",) * 9)]) == (("zygote",),) * 9
    assert together([(("zygote",),) * 9, common]) == (("zygote",),) * 9
    assert alternatives([(("a",),), ALWAYS]) == ALWAYS
    assert alternatives([]) == ()


def test_longer_is_rarer() -> None:
    ordered: list[Key] = ["ab", "the", "market", "zygotes", "entity:X", ("zygotes", "market")]
    assert [rarity(one) for one in ordered] == sorted(map(rarity, ordered))
    assert 0 < rarity("event:any") < rarity("event:ipo") < rarity("text:公司治理结构")
    assert rarity("text:锆") < rarity("text:公司") < rarity("text:公司治理")
    assert rarity("a" * 1000) == rarity("b" * 100) < rarity(("a" * 100, "b" * 100)) < 256


def test_needs_are_numbers_of_the_rarest_keys() -> None:
    words = [f"{letter * 3}" for letter in "abcdef"]
    long = ["zygotes", "yearlings", "xylophones", "wanderers"]
    asked, none = set(), needs_of(ALWAYS)
    for number in np.frombuffer(needs_of(((*words, *long),)).rows, np.uint64).tolist():
        asked.add(number >> 8)
    assert asked == {number >> 8 for word in long for number in numbers_of(word)}
    assert none.always and not none.rows
    assert needs_of(()) == (b"", (), False)
    assert len(needs_of((("a",), ("b", "c"))).rows) == 2 * len(needs_of((("a",),)).rows)


def test_a_pattern_is_looked_for_only_where_nothing_else_is_asked() -> None:
    assert needs_of((("regex:both:folded:x", "a"),)) == needs_of((("a",),))
    assert needs_of((("regex:both:folded:x",), ("a", "text:b", "text:涨"))).sought == ("regex:both:folded:x", "text:b")
    assert needs_of((("regex:both:folded:x", "regex:both:folded:y"),)).sought == ("regex:both:folded:x",)


def test_a_rule_that_concerns_many_entities_is_looked_for_by_its_event_alone() -> None:
    names = [{"name": f"Company {number}"} for number in range(200)]
    found = ruleset(f"lists: {{many: {names}}}\nrules: [{{id: r, when: {{event: ipo, subject: {{list: many}}}}}}]\n")
    assert found.compiled[0].when.keys() == (("event:ipo",),)
    assert SubjectIs("", "", frozenset(map(str, range(70)))).keys() == ALWAYS


def test_rules_that_can_never_hold_are_never_held() -> None:
    index = Index([needs_of(ways) for ways in ((), ALWAYS, (("ab",),))])
    assert index.candidates(reading("ab")) == [1, 2]
    assert Index([needs_of(ways) for ways in ((), ALWAYS)]).candidates(reading("ab")) == [1]
    assert Index([]).candidates(reading("ab")) == []


def held(rules: RuleSet, text: str) -> set[str]:
    """The rules that an item is held against."""
    return {rules.rules[number].id for number in rules.index.candidates(reading(text))}


def test_only_rules_whose_words_all_occur_are_held_but_for_a_few() -> None:
    others = "".join(
        f"  - {{id: o{number}, when: {{text: {{all: [merger, approved, court{number}]}}}}}}\n" for number in range(500)
    )
    rules = ruleset(
        "rules:\n"
        "  - {id: a, when: {text: {all: [merger, approved, regulator]}}}\n"
        "  - {id: c, when: {text: {all: [merger, approved]}}}\n"
        "  - {id: d, when: {text: {all: [merger, approved]}}}\n"
        "  - {id: f, when: {text: merger approved}}\n"
        "  - {id: g, when: {text: {none: merger}}}\n" + others
    )
    found = held(rules, "The merger was approved by the regulator")
    assert found >= {"a", "c", "d", "g"} and len(found) < 9
    found = held(rules, "merger, approved")
    assert found >= {"c", "d", "f", "g"} and len(found) < 9
    found = held(rules, "merger, approved in court77")
    assert found >= {"c", "d", "f", "g", "o77"} and len(found) < 10
    found = held(rules, "nothing")
    assert found >= {"g"} and len(found) < 6
    assert rules.index.candidates(reading("merger, approved")) == sorted(rules.index.candidates(reading("merger, approved")))


def test_a_text_that_repeats_a_word_is_held_once_for_it() -> None:
    rules = [needs_of((("merger", "approved"),))] * 500
    assert Index(rules).candidates(reading("merger approved " * 2000)) == list(range(500))


def occurring(keys: Sequence[Key], news: Reading) -> set[Key]:
    """The keys whose numbers are all found."""
    numbers = set(Scan([sought for key in keys for sought in needs_of(((key,),)).sought]).numbers(news).tolist())
    return {key for key in keys if numbers.issuperset(numbers_of(key))}


NAMES: list[Key] = [("moore", "threads"), "moore", "text:摩尔线程", "text:摩尔", "text:程", "event:ipo", "event:any"]


def test_the_names_in_an_event_are_looked_for_where_they_stand_and_in_the_event() -> None:
    news = Item("s", "g", "", "nothing of it")
    event = Event("ipo", "Ｍoore Threads", Span(0, 7), Span(0, 7), alias="摩尔线程")
    assert occurring(NAMES, Reading(news, [event])) == set(NAMES)
    assert occurring(NAMES, Reading(news, [])) == set()
    for name in ("Moore Threads", "摩尔线程"):
        rules = rule(f"{{event: ipo, subject: {{name: {name}}}}}")
        assert rules.index.candidates(Reading(news, [event])) == [0]


def test_patterns_are_found_together_each_in_its_part_and_case() -> None:
    keys: list[Key] = [
        "regex:title:folded:^a",
        "regex:text:folded:^a",
        "regex:both:exact:A",
        "regex:both:folded:A",
        "regex:both:exact:",
        r"regex:both:folded:\Qx",
    ]
    assert occurring(keys, reading("abc", "b")) == {keys[1], keys[3], keys[4]}
    many: list[Key] = [f"regex:both:exact:w{number}x" for number in range(1200)]
    assert occurring(many, reading("w7x w1100x")) == {many[7], many[1100]}


def test_patterns_that_do_not_fit_together_may_all_occur(monkeypatch: pytest.MonkeyPatch) -> None:
    keys: list[Key] = ["regex:both:exact:(a|b)*a(a|b){10}c", "regex:both:exact:(x|y)*x(x|y){10}z"]
    assert not occurring(keys, reading("abababbabaabab"))
    monkeypatch.setattr(scan, "MAX_MEMORY", 1000)
    assert occurring(keys, reading("abababbabaabab")) == set(keys)


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


def test_evidence_that_is_looked_for_when_it_is_read_is_a_sequence_like_any_other() -> None:
    found = fire(rule("{text: {all: [merger, and]}}").compiled[0], Reading(item("merger and merger"), ()))[0].evidence
    first, second, third = found
    assert [len(found), found[0], found[-1], found[1:]] == [3, first, third, (second, third)]
    others: list[object] = [(first, second, third), (first,), 3]
    assert [found == other for other in others] == [True, False, False]


@pytest.mark.parametrize("blank", [" ", "\n", "  ", "\n\n", "\x1c", " \x1f"])
def test_words_follow_each_other_across_any_white_space(blank: str) -> None:
    text = f"An IPO{blank}of Alder{blank}Optics Ltd"
    (match,) = fire(rule("{text: {all: [alder optics, ipo of]}}").compiled[0], Reading(item(text), ()))
    assert [one.words for one in match.evidence] == [f"IPO{blank}of", f"Alder{blank}Optics"]


def test_few_rules_are_all_held_against_each_item(monkeypatch: pytest.MonkeyPatch) -> None:
    source = "rules:\n  - {id: a, when: {text: merger}}\n  - {id: b, when: {text: ipo}}\n"
    monkeypatch.setattr(index, "FEW", 2)
    assert ruleset(source).index.candidates(reading("ipo")) == [0, 1]
    assert ruleset(source + "  - {id: c, when: {text: ipo}}\n").index.candidates(reading("ipo")) == [1, 2]


def test_words_inside_of_longer_ones_are_not_those_that_stand_alone() -> None:
    rules = ruleset(
        "rules:\n  - {id: a, when: {text: merge}}\n  - {id: b, when: {text: {any: merge, whole_word: false}}}\n"
        "  - {id: c, when: {text: merge}}\n"
    )
    news = Reading(item("submerged"), ())
    assert [len(fire(compiled, news)) for compiled in rules.compiled] == [0, 1, 0]
    assert 1 in rules.index.candidates(news)
