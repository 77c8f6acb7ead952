"""Each condition: when it holds, by which words, and what is said when it does not."""

import pytest

from service.model.explanation import Explanation
from service.model.rule import Match
from service.rules.explain import explain
from service.rules.matcher import match
from tests.support.rule_world import extract, item, rule


def fires(when: str, text: str, title: str = "") -> tuple[Match, ...]:
    news = item(text, title)
    return match(rule(when), news, extract(news))


def why(when: str, text: str, title: str = "") -> Explanation:
    """The explanation, proved to agree with the matcher."""
    news = item(text, title)
    explanation = explain(rule(when), news, extract(news))[0].why
    assert explanation.held == bool(fires(when, text, title))
    return explanation


def words(matches: tuple[Match, ...]) -> list[list[str]]:
    return [[evidence.words for evidence in one.evidence] for one in matches]


HOLDS = [
    # events
    ("{event: limit_up}", "[limit_up Yangtze 601869.SH]"),
    ("{event: [ipo, limit_up]}", "[limit_up Yangtze 601869.SH]"),
    ("{event: any}", "[ipo Muxi - stage=planned]"),
    ("{event: index_high}", "[new_high CPO - kind=index]"),
    ("{event: [stock_high, limit_up]}", "[new_high CPO - kind=stock]"),
    # fields
    ("{event: ipo, stage: filed}", "[ipo Muxi - stage=filed]"),
    ("{event: ipo, stage: [filed, listed]}", "[ipo Muxi - stage=listed]"),
    ("{event: ipo, venue: Hong_Kong}", "[ipo Muxi - venue=Hong_Kong]"),
    ("{event: ipo, status: planned}", "[ipo Muxi - stage=planned]"),
    ("{event: price_move, pct: {at_least: 10}}", "[price_move X - pct=10]"),
    ("{event: price_move, pct: {at_most: -10}}", "[price_move X - pct=-12]"),
    ("{event: price_move, pct: {more_than: 3, less_than: 5}}", "[price_move X - pct=4]"),
    ("{event: price_move, move: {at_least: 10}}", "[price_move X - pct=-10]"),
    ("{event: price_move, direction: down}", "[price_move X - pct=-0.1]"),
    ("{event: price_move, direction: up}", "[price_move X - pct=1]"),
    ("{event: limit_up, streak: {equals: 3}}", "[limit_up X - streak=3]"),
    # subjects
    ("{event: limit_up, subject: any}", "[limit_up - -]"),
    ("{event: limit_up, subject: named}", "[limit_up Y -]"),
    ("{event: limit_up, subject: named}", "[limit_up - 601869.SH]"),
    ("{event: limit_up, subject: {entity: 601869.SH}}", "[limit_up Y 601869.SH]"),
    ("{event: limit_up, subject: {entity: [NVDA.US, 601869.SH]}}", "[limit_up Y 601869.SH]"),
    ("{event: limit_up, subject: {tag: optical}}", "[limit_up Y 600487.SH]"),
    ("{event: limit_up, subject: {tag: [us, a-share]}}", "[limit_up Y 601869.SH]"),
    ("{event: limit_up, subject: {tag: optical, entity: [NVDA.US, 600487.SH]}}", "[limit_up Y 600487.SH]"),
    ("{event: limit_up, subject: {name: moore threads}}", "[limit_up Moore_Threads -]"),
    ("{event: limit_up, subject: {name: 长飞}}", "[limit_up Yangtze -]"),
    ("{event: limit_up, subject: {name: 長飛光纖}}", "[limit_up Y 601869.SH]"),
    ("{subject: {entity: NVDA.US}}", "[ipo N NVDA.US]"),
    # words
    ("{text: prospectus}", "The Prospectus is out"),
    ("{text: [prospectus, 招股书]}", "公司递交招股书"),
    ("{text: {any: [prospectus, 招股书]}}", "公司遞交招股書"),
    ("{text: {all: [CPO, 指数]}}", "CPO指数大涨"),
    ("{text: {all: [a, b], none: c}}", "b a"),
    ("{text: {phrase: hit limit-ups}}", "they hit\n  limit-ups today"),
    ("{text: {prefix: limit-up}}", "they hit limit-ups today"),
    ("{text: {any: Ｃｐｏ}}", "cpo"),
    ("{text: {any: C++}}", "wrote C++11"),
    ("{text: {any: 12%}}", "up 12%!"),
    ("{text: {any: BYD, case: true}}", "BYD's cars"),
    ("{text: {any: rises, in: title}}", "nothing", "It rises"),
    ("{text: {any: nothing, in: text}}", "nothing", "It rises"),
    ("{text: {any: rises, in: both}}", "nothing", "It rises"),
    ("{text: {any: rises, in: text}}", "It rises again", "It rises"),
    ("{text: {near: {words: [Hong Kong, listing], within: 3}}}", "a listing in Hong Kong"),
    ("{text: {any: [prospectus, 招股书], near: {words: [Hong Kong, 港交所], within: 5}}}", "已向港交所递交招股书"),
    ("{text: {regex: 'limit.ups?'}}", "a LIMIT-UP"),
    ("{text: {regex: 'LIMIT.UP', case: true}}", "a LIMIT-UP"),
    ("{text: {regex: '^rises$', in: title}}", "text", "Rises"),
    ("{text: {regex: '\\p{Han}{2}$', in: text}}", "长飞", "x"),
    ("{text: {regex: 'x*'}}", "nothing of it"),
    ("{text: {none: [rumour]}}", ""),
    # logic
    ("{all: [{event: limit_up}, {event: ipo}]}", "[limit_up X -] [ipo Y -]"),
    ("{any: [{event: limit_up}, {text: prospectus}]}", "prospectus"),
    ("{none: [{event: limit_up}]}", "quiet"),
    ("{event: limit_up, none: [{subject: {tag: us}}]}", "[limit_up X 601869.SH]"),
    ("{event: ipo, any: [{stage: filed}, {venue: HK}]}", "[ipo X - venue=HK]"),
    ("{event: ipo, text: prospectus}", "prospectus [ipo X -]"),
    ("{event: ipo, any: [{stage: filed}, {text: [prospectus]}]}", "prospectus [ipo X - stage=listed]"),
]

MISSES = [
    ("{event: limit_up}", "[ipo Muxi - stage=filed]", "no event limit_up is asserted; found: ipo of Muxi (“ipo”)"),
    ("{event: limit_up}", "nothing", "no event limit_up is asserted"),
    ("{event: limit_up}", "[~limit_up Y -]", "limit_up of Y (“limit_up”) is denied, not asserted"),
    ("{event: any}", "nothing", "no event of any type is asserted"),
    ("{event: any}", "[~ipo Y -]", "ipo of Y (“ipo”) is denied, not asserted"),
    (
        "{event: index_high}",
        "[new_high CPO - kind=stock]",
        "no event index_high is asserted; found: new_high of CPO (“new_high”)",
    ),
    ("{event: ipo, stage: filed}", "[ipo - - stage=listed]", "ipo of nothing named (“ipo”): stage is listed, asked is filed"),
    ("{event: ipo, stage: filed}", "[ipo M -]", "ipo of M (“ipo”): stage is not given, asked is filed"),
    ("{event: ipo, status: asserted}", "[ipo M - stage=planned]", "ipo of M (“ipo”): status is planned, asked is asserted"),
    (
        "{event: price_move, pct: {at_least: 10}}",
        "[price_move X - pct=-12]",
        "price_move of X (“price_move”): pct is -12, not at least 10",
    ),
    (
        "{event: price_move, pct: {at_most: 3}}",
        "[price_move X - pct=4]",
        "price_move of X (“price_move”): pct is 4, not at most 3",
    ),
    (
        "{event: price_move, pct: {more_than: 4}}",
        "[price_move X - pct=4]",
        "price_move of X (“price_move”): pct is 4, not more than 4",
    ),
    (
        "{event: price_move, pct: {less_than: 4}}",
        "[price_move X - pct=4]",
        "price_move of X (“price_move”): pct is 4, not less than 4",
    ),
    (
        "{event: price_move, pct: {equals: 3}}",
        "[price_move X - pct=4]",
        "price_move of X (“price_move”): pct is 4, not equal to 3",
    ),
    (
        "{event: price_move, move: {at_least: 10}}",
        "[price_move X -]",
        "price_move of X (“price_move”): move is not given, not a number",
    ),
    (
        "{event: price_move, direction: up}",
        "[price_move X - pct=0]",
        "price_move of X (“price_move”): direction is not given, asked is up",
    ),
    (
        "{event: limit_up, subject: named}",
        "[limit_up - -]",
        "limit_up of nothing named (“limit_up”)",
    ),
    (
        "{event: limit_up, subject: {tag: us}}",
        "[limit_up Y 601869.SH]",
        "limit_up of Y (“limit_up”): the subject (601869.SH) is not tag: us",
    ),
    (
        "{event: limit_up, subject: {name: Moore}}",
        "[limit_up Mooresville -]",
        "limit_up of Mooresville (“limit_up”): the subject is not name: Moore",
    ),
    ("{subject: {entity: NVDA.US}}", "[ipo Y 601869.SH]", "ipo of Y (“ipo”): the subject (601869.SH) is not entity: NVDA.US"),
    ("{text: limit-up}", "hit limit-ups", "`limit-up` stands only inside a longer word: `limit-ups`"),
    ("{text: na}", "the naïve and the nai\u0308ve", "`na` stands only inside a longer word: `naïve`"),
    ("{text: a b}", "a, b and a", "a b does not occur"),
    ("{text: {all: [a, b, c]}}", "a", "b, c do not occur"),
    ("{text: {any: BYD, case: true}}", "byd", "`BYD` is written `byd` there, and `case: true` asks for the same letters"),
    ("{text: {any: rises, in: title}}", "it rises", "`rises` stands outside of the part that `in` names"),
    ("{text: {any: rises, in: text}}", "other", "rises does not occur in the text"),
    ("{text: {any: rises, in: title}}", "other", "rises does not occur in the title"),
    ("{text: {any: rises, in: text}}", "nothing", "`rises` stands outside of the part that `in` names"),
    ("{text: {any: [a1, a2, a3, a4, a5, a6]}}", "x", "a1, a2, a3, a4, a5 and 1 more do not occur"),
    ("{text: {all: [a], none: [b, c]}}", "a c", "“c” stands there"),
    ("{text: {near: {words: [a, b], within: 2}}}", "a x x x b x x b", "the nearest are 4 words apart, more than 2"),
    ("{text: {near: {words: [a, b], within: 2}}}", "a", "b does not occur"),
    ("{text: {any: [p], near: {words: [a, b], within: 2}}}", "a", "p does not occur"),
    ("{text: {regex: 'x+y'}}", "xx", "the regex `x+y` finds nothing"),
    ("{all: [{event: limit_up}, {event: ipo}]}", "[limit_up X -]", "no event ipo is asserted; found: limit_up of X (“limit_up”)"),
    ("{any: [{text: a}, {all: [{text: b}, {text: c}]}]}", "b", "c does not occur"),
    ("{none: [{event: limit_up}]}", "[limit_up X -]", "excluded by event limit_up: limit_up of X (“limit_up”)"),
    ("{event: limit_up, none: [{subject: {tag: us}}]}", "[limit_up X NVDA.US]", "excluded by subject tag: us: the subject is X"),
    ("{event: limit_up, none: [{event: ipo}]}", "[limit_up X -] [ipo Y -]", "excluded by event ipo: ipo of Y (“ipo”)"),
    (
        "{event: ipo, any: [{stage: filed}, {venue: HK}]}",
        "[ipo X - stage=listed]",
        "ipo of X (“ipo”): stage is listed, asked is filed",
    ),
]


@pytest.mark.parametrize("case", HOLDS, ids=str)
def test_holds(case: tuple[str, ...]) -> None:
    assert why(*case).held
    assert len(fires(*case)) >= 1


@pytest.mark.parametrize(("when", "text", "reason"), MISSES)
def test_misses_and_says_why(when: str, text: str, reason: str) -> None:
    title = "it rises" if text == "nothing" and "in: text" in when else ""
    explanation = why(when, text, title)
    assert not explanation.held
    assert explanation.detail == reason


def test_a_rule_fires_once_for_each_event_that_satisfies_it() -> None:
    text = "[limit_up Yangtze 601869.SH] [limit_up NV NVDA.US] [limit_up Heng 600487.SH] [ipo X -]"
    found = fires("{event: limit_up, subject: {tag: optical}}", text)
    assert [one.event.subject for one in found if one.event] == ["Yangtze", "Heng"]
    assert words(found) == [["limit_up", "Yangtze"], ["limit_up", "Heng"]]


def test_a_rule_that_asks_for_no_event_fires_once_without_one() -> None:
    (found,) = fires("{text: {any: [a, b]}}", "a b [limit_up X -] a")
    assert found.event is None
    assert words((found,)) == [["a", "b", "a"]]


def test_words_beside_an_event_are_evidence_of_every_match() -> None:
    found = fires("{all: [{event: ipo}, {text: prospectus}]}", "prospectus [ipo X -] [ipo Y -]")
    assert words(found) == [["prospectus", "ipo", "X"], ["prospectus", "ipo", "Y"]]


def test_an_event_that_two_branches_name_is_one_match() -> None:
    (found,) = fires("{any: [{event: limit_up}, {event: [ipo, limit_up]}]}", "[limit_up X -]")
    assert words((found,)) == [["limit_up", "X"]]


def test_a_word_branch_fires_without_an_event_only_if_no_event_satisfies() -> None:
    when = "{any: [{event: ipo}, {text: prospectus}]}"
    assert [one.event for one in fires(when, "prospectus [limit_up X -]")] == [None]
    assert [one.event.type for one in fires(when, "prospectus [ipo X -]") if one.event] == ["ipo"]


def test_what_stands_below_an_event_speaks_of_that_event() -> None:
    when = "{event: price_move, none: [{subject: {entity: NVDA.US}}], any: [{direction: up}, {move: {at_least: 50}}]}"
    text = "[price_move NV NVDA.US pct=5] [price_move Y 601869.SH pct=4] [price_move H 600487.SH pct=-9] [price_move Z - pct=-60]"
    assert [one.event.subject for one in fires(when, text) if one.event] == ["Y", "Z"]


def test_an_event_below_another_asks_the_item_for_it() -> None:
    (found,) = fires("{event: limit_up, any: [{event: ipo}, {state: sealed}]}", "[limit_up X -] [ipo Y -]")
    assert found.event is not None
    assert found.event.type == "limit_up"
    assert words((found,)) == [["limit_up", "X", "ipo", "Y"]]


def test_denied_events_fire_nothing() -> None:
    assert not fires("{event: any}", "[~limit_up X -]")


def test_the_reason_names_the_rule_its_line_and_the_words() -> None:
    (found,) = fires("{event: limit_up, text: {phrase: big day}}", "[limit_up Yangtze 601869.SH] on a big\nday")
    assert found.reason == "rule r (f.yaml:3:19): event limit_up “limit_up”, subject “Yangtze”, text phrase “big day”"
    (found,) = fires("{none: [{text: x}]}", "y")
    assert found.reason == "rule r (f.yaml:3:12)"


def test_spans_count_in_the_document_with_its_title() -> None:
    (found,) = fires("{text: {all: [rises, falls]}}", "It falls", "It rises")
    assert [evidence.span.of("It rises\nIt falls") for evidence in found.evidence] == ["rises", "falls"]
    explanation = why("{text: {all: [rises, falls]}}", "It falls", "It rises")
    assert [span.of("It rises\nIt falls") for span in explanation.spans] == ["rises", "falls"]


def test_explanations_carry_places_and_children() -> None:
    explanation = why(
        "{event: limit_up, subject: {tag: optical}, text: {any: [x]}}", "[limit_up Y 601869.SH] [limit_up N NVDA.US]"
    )
    assert explanation.what == "rule r: event limit_up"
    assert explanation.place == "f.yaml:3:19"
    first, second = explanation.children
    assert [(child.what, child.held, child.place) for child in first.children] == [
        ("event: limit_up", True, "f.yaml:3:19"),
        ("subject tag: optical", True, "f.yaml:3:44"),
        ("text any: x", False, "f.yaml:3:66"),
    ]
    assert [child.held for child in second.children] == [True, False, False]


def test_an_explanation_of_what_holds_says_by_what() -> None:
    assert why("{event: limit_up, subject: {tag: optical}, state: sealed}", "[limit_up Y 601869.SH state=sealed]").detail == (
        "limit_up of Y (“limit_up”); the subject is Y; state is sealed"
    )
    assert why("{any: [{text: a}, {text: b}]}", "b").detail == "found “b”"
    assert why("{text: {near: {words: [a, b], within: 2}}}", "a x b").detail == "found “a”, “b”"
    assert why("{text: {none: [a]}}", "b").detail == "none of a stands there"
    assert why("{text: {regex: 'x*'}}", "b").detail == "found"
    assert why("{event: limit_up, subject: any}", "[limit_up - -]").detail == "limit_up of nothing named (“limit_up”)"
    assert why("{event: limit_up, subject: named}", "[limit_up Y -]").detail == "limit_up of Y (“limit_up”); the subject is Y"
    assert why("{event: limit_up, subject: {entity: NVDA.US}}", "[limit_up - NVDA.US]").detail.endswith("the subject is NVDA.US")
    assert why("{event: price_move, move: {at_least: 3}}", "[price_move X - pct=-4]").detail.endswith("move is 4")


def test_text_that_cannot_be_encoded_is_read_all_the_same() -> None:
    (found,) = fires("{text: {all: [a], regex: 'b$'}}", "a \ud800 b")
    assert words((found,)) == [["a", "b"]]
