"""The matcher is a plain loop over all rules made fast: it answers the same, it agrees with its explanations, it stays linear."""

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.model.rule import Match
from service.rules import index
from service.rules.condition import Key
from service.rules.explain import explain
from service.rules.matcher import fire, match
from service.rules.needs import needs_of
from service.rules.numbers import numbers_of
from service.rules.reading import Reading, tokens_of
from service.rules.ruleset import RuleSet
from service.rules.scan import Scan
from tests.support.corpora import members
from tests.support.rule_world import extract, item, rule, ruleset

WORDS = st.sampled_from(
    [
        *("limit", "limit-up", "Up", "涨停", "涨", "漲停", "a b", "b", "ＣＰＯ", "cpo 指数", "c++", "naïve", "x_y", "%"),
        *("nai\u0308ve", "5G概念", "a-b c", "b 涨 a", "up.", "a b a"),
    ]
)
SOME_WORDS = st.lists(WORDS, min_size=1, max_size=3)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "any": SOME_WORDS,
        "all": SOME_WORDS,
        "none": SOME_WORDS,
        "phrase": WORDS,
        "prefix": WORDS,
        "near": st.fixed_dictionaries({"words": SOME_WORDS, "within": st.integers(1, 4)}),
        "regex": st.sampled_from(["l.m", "^a", "涨+", "(?s).*", r"\Qup.", "B$", "[^a]"]),
    },
).filter(bool)
SUBJECT = st.sampled_from(["any", {"tag": "optical"}, {"entity": "NVDA.US"}, {"name": "b"}])
EVENT_ONLY = st.fixed_dictionaries(
    {"event": st.sampled_from(["limit_up", "any", ["ipo", "price_move"], "index_high"])}, optional={"subject": SUBJECT}
)
NUMBERS = st.fixed_dictionaries(
    {"event": st.just("price_move"), "move": st.fixed_dictionaries({"at_least": st.integers(0, 9)})},
    optional={"subject": SUBJECT},
)
ORIGIN = st.sampled_from(
    [
        {"source": "source"},
        {"publisher": ["wire", "other.com"]},
        {"language": "zh"},
        {"during": "XSHG"},
        {"during": {"calendar": ["XSHG", "XNYS"], "session": ["closed", "holiday"]}},
        {"time": {"published_within": "2h"}},
        {"time": {"between": "22:00-06:00", "weekday": "mon", "zone": "UTC"}},
    ]
)
LEAVES = (
    ORIGIN
    | EVENT_ONLY
    | NUMBERS
    | st.builds(lambda words: {"text": words}, SOME_WORDS)
    | st.builds(
        lambda options, area, case, whole: {"text": {**options, "in": area, "case": case, "whole_word": whole}},
        OPTIONS,
        st.sampled_from(["title", "text", "both"]),
        st.booleans(),
        st.booleans(),
    )
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda below: st.dictionaries(st.sampled_from(["all", "any", "none"]), st.lists(below, min_size=1, max_size=3), min_size=1),
    max_leaves=6,
)
NOW = datetime(2026, 2, 2, 3, tzinfo=UTC)
EVENTS = st.sampled_from(
    [
        "[limit_up b -]",
        "[limit_up Y 601869.SH]",
        "[ipo N NVDA.US stage=planned]",
        "[price_move N NVDA.US pct=-7]",
        "[new_high I - kind=index]",
        "[~ipo b -]",
    ]
)
GLUE = st.sampled_from([" ", "\n", "  ", "\x1c", "s", "-", "LIMIT-UP", "\u0308", "，", "\u3000"])
TEXTS = st.lists(WORDS | EVENTS | GLUE, max_size=12).map("".join)


@pytest.fixture(autouse=True, scope="module")
def _every_set_has_an_index() -> Iterator[None]:
    """However few its rules are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "FEW", 0)
        yield


def plain_loop(rules: RuleSet, reading: Reading) -> list[Match]:
    return [hit for compiled in rules.compiled for hit in fire(compiled, reading)]


@settings(deadline=None, max_examples=100)
@given(
    st.lists(CONDITIONS, min_size=1, max_size=9),
    st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6),
    st.none() | st.integers(-60, 20).map(lambda days: NOW + timedelta(days, minutes=days * 97)),
)
def test_the_index_changes_no_answer_and_explanations_agree(
    conditions: list[object], news: list[tuple[str, str]], published: datetime | None
) -> None:
    rules = ruleset(
        json.dumps({"rules": [{"id": f"r{number}", "when": when} for number, when in enumerate(conditions)]}, ensure_ascii=False)
    )
    for title, text in news:
        one = item(text, title, published=published, language="zh")
        events = extract(one)
        found = match(rules, one, events, NOW)
        assert list(found) == plain_loop(rules, Reading(one, events, NOW))
        fired = {hit.rule.id for hit in found}
        for face, why in ((verdict.rule, verdict.why) for verdict in explain(rules, one, events, NOW)):
            assert why.held == (face.id in fired)
            assert why.detail or why.held
        for hit in found:
            assert all(evidence.span.of(one.document) == evidence.words for evidence in hit.evidence)
            assert hit.event is None or hit.event in events


WORD = re.compile(r"\w")


@settings(deadline=None, max_examples=300)
@given(st.text("ab-é \n", min_size=1, max_size=4).filter(str.strip), st.text("ab-é \n", max_size=30))
def test_latin_words_are_whole_words(wanted: str, text: str) -> None:
    """Against the textbook definition with look-around, for scripts with blanks."""
    body = r"\s+".join(map(re.escape, wanted.split()))
    first, last = wanted.strip()[0], wanted.strip()[-1]
    pattern = (r"(?<!\w)" if WORD.match(first) else "") + body + (r"(?!\w)" if WORD.match(last) else "")
    rules = rule(json.dumps({"text": {"any": [wanted]}}, ensure_ascii=False))
    assert bool(match(rules, item(text), ())) == bool(re.search(pattern, text))


@settings(deadline=None)
@given(st.text("长飞光纤涨停", min_size=1, max_size=3), st.text("长飞光纤涨停,a", max_size=30))
def test_chinese_words_are_found_anywhere(wanted: str, text: str) -> None:
    assert bool(match(rule(json.dumps({"text": wanted}, ensure_ascii=False)), item(text), ())) == (wanted in text)


KEY_TEXTS = st.text("长飞光纤涨停ab5 éก\u0e31，。-\n", max_size=30)


@settings(deadline=None, max_examples=300)
@given(KEY_TEXTS, st.integers(0, 29), st.integers(1, 9))
def test_what_stands_in_a_text_has_all_its_numbers_among_those_of_the_text(text: str, start: int, length: int) -> None:
    """However long it is, and whatever stands beside it."""
    news = Reading(item(text), ())
    part = news.folded[start : start + length]
    words = tokens_of(news.folded)
    keys: list[Key] = [*words, *pairwise(words), *(f"text:{one}" for one in part.split())]
    numbers = set(Scan([sought for key in keys for sought in needs_of(((key,),)).sought]).numbers(news).tolist())
    assert numbers.issuperset(number for key in keys for number in numbers_of(key))


def seconds(rules: RuleSet, text: str) -> float:
    """The best of three."""
    one, best = item(text), float("inf")
    for _ in range(3):
        started = time.thread_time()
        match(rules, one, ())
        best = min(best, time.thread_time() - started)
    return best


SLOW_WORDS = [
    ('{text: {phrase: "a b c"}}', "a b "),
    ('{text: {any: ["a a a b"]}}', "a "),
    ('{text: {phrase: "a b"}}', "a      "),
    ("{text: {near: {words: [a, b, c], within: 3}}}", "a b "),
    ("{text: {prefix: aaaaaaaaaaaaaaaaaaaab}}", "a"),
    ("{text: {regex: '^(a+)+$'}}", "a"),
    ("{text: {regex: '(x+x+)+y'}}", "x"),
]


@pytest.mark.parametrize(("when", "part"), SLOW_WORDS)
def test_twice_the_text_takes_no_more_than_about_twice_the_time(when: str, part: str) -> None:
    rules = rule(when)
    size = 30_000 // len(part)
    assert seconds(rules, part * (2 * size)) < max(2.5 * seconds(rules, part * size), 0.01)


@pytest.mark.corpora
def test_patterns_that_hang_other_engines() -> None:
    """Each is refused at load with a reason, or runs in linear time on a text of what it likes to eat."""
    patterns: set[str] = set()
    for name, content in members("corpora/hostile.tar.gz", "regex/").items():
        if name.endswith(".json"):
            data = json.loads(content)
            patterns |= (
                {data["pattern"]}
                if "pattern" in data
                else set(data.get("vulnerable", [])) | set(data.get("judged_not_exponential", []))
            )
    assert len(patterns) > 25
    refused = 0
    for pattern in sorted(patterns):
        source = json.dumps({"rules": [{"id": "r", "when": {"text": {"regex": pattern}}}]})
        try:
            rules = ruleset(source)
        except AssertionError as said:
            assert re.search(r"is not RE2|stands here|at most 1000", str(said)), said
            refused += 1
            continue
        for part in ("a", "x", "1", " ", "ab", "aA", "\t=", "/*", "x0", "\\"):
            assert seconds(rules, part * 8_000) < 0.5
    assert refused < len(patterns)


def test_many_rules_and_a_huge_alternation_are_compiled_and_answered() -> None:
    many = ruleset(
        json.dumps(
            {"rules": [{"id": f"r{number}", "when": {"text": [f"word{number}", f"else{number}"]}} for number in range(3000)]}
        )
    )
    assert [hit.rule.id for hit in match(many, item("a word17 and else2999"), ())] == ["r17", "r2999"]
    alternation = "|".join(f"a{number}" for number in range(180))
    assert match(rule(json.dumps({"text": {"regex": f"^({alternation})+$"}})), item("a1a17a179"), ())
