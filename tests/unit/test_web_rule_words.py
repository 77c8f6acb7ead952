"""What a rule means, in a sentence; and small drawings."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.marked_yaml import load
from service.web.i18n import Reader, reading
from service.web.rules import sparks, words

GUIDE = Path(__file__).parents[2] / "docs" / "rules.md"


def meaning(text: str) -> str:
    value = load(text.encode(), "f.yaml").value
    assert isinstance(value, dict)
    return words.meaning(value)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("when: {event: limit_up}", "limit up."),
        ("when: {event: any, subject: {tag: optical}}", "any event of what is tagged “optical”."),
        ("when: {event: [ipo, new_high], subject: {entity: [A.SH, B.SH]}}", "ipo or new high of “A.SH” or “B.SH”."),
        (
            "when: {event: price_move, pct: {at_most: -1, more_than: -5}}",
            "price move, pct of at most -1 and pct of more than -5.",
        ),
        ("when: {event: ipo, stage: [filed, listed]}", "ipo, stage filed or listed."),
        ("when: {subject: {list: mine, name: Alder}}", "anything of the list “mine” and “Alder”."),
        ("when: {text: [a, b]}", "one of the words “a” or “b”."),
        ("when: {text: {all: a, near: {words: b, within: 5}}}", "all of the words “a”, close to one of “b”."),
        ("when: {event: ipo, publisher: x, language: zh}", "ipo, published by “x”, in the language “zh”."),
        ("when: {any: [{event: ipo}, {text: a}]}", "either ipo, or one of the words “a”."),
        ("when: {event: ipo, none: [{text: a}, {source: b}]}", "ipo, but not one of the words “a”, nor from the source “b”."),
        ("when: {event: ipo, use: x, time: {between: 1-2}}", "ipo, what is called “x”, at certain hours."),
        ("when: {event: ipo}\nduring: XSHG", "ipo, while XSHG is open."),
        ("when: {event: ipo}\nduring: {calendar: XSHG, session: [lunch]}", "ipo, while it is lunch at “XSHG”."),
        ("when: {event: ipo}\ncount: {at_least: 3, within: 1h, distinct: subject}", "ipo, once 3 different ones come within 1h."),
        ("when: {event: ipo}\ncorroborated_by: {publishers: 3, within: 2h}", "ipo, once 3 publishers report it."),
        ("when: {event: ipo}\nabsence: 3h", "ipo, once nothing of it came for 3h."),
        ("when: {event: ipo}\nnovelty: update", "ipo, only if it is new: “update”."),
        ("when: {event: ipo}\ncooldown: 1h", "ipo, then silent for 1h for the same subject."),
        ("id: x", "anything."),
    ],
)  # fmt: skip
def test_a_rule_in_a_sentence(rule: str, sentence: str) -> None:
    assert meaning(rule) == f"Alerts when the news reports {sentence}"


def test_every_rule_of_the_guide_has_a_sentence() -> None:
    blocks = re.findall(r"```yaml\n((?:rules|lists|macros):.*?)```", GUIDE.read_text("utf-8"), re.S)
    rules: list[Any] = []
    for block in blocks:
        value = load(block.encode(), "f.yaml").value
        assert isinstance(value, dict)
        rules += value["rules"]
    assert len(rules) > 20
    for language in ("en", "zh"):
        reading(Reader(language))
        for rule in rules:
            said = words.meaning(rule)
            assert len(said) > 10 and "%(" not in said and "{" not in said
    reading(Reader())


_VALUES = st.recursive(
    st.none() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
)
_KEYS = ("event", "subject", "text", "source", "all", "any", "none", "use", "during", "time", "pct")


@settings(max_examples=60, deadline=None)
@given(
    when=st.dictionaries(st.sampled_from(_KEYS), _VALUES),
    rest=st.dictionaries(st.sampled_from(("count", "absence", "spike", "during", "novelty")), _VALUES),
)
def test_nothing_that_is_written_fails(when: dict[str, object], rest: dict[str, object]) -> None:
    assert words.meaning({"when": when, **rest})


def test_a_template_as_a_person_reads_it() -> None:
    template = "{{ subject }}{% if alias %} ({{ alias | upcase }}){% endif %} {% if pct > 0 %}up{% else %}down{% endif %}"
    assert words.title(template) == "‹subject› (‹alias›) up"


def test_a_sparkline_has_a_column_for_each_day_with_something() -> None:
    assert sparks.path([0, 4, 0, 1]) == "M4 24v-24h3v24zM12 24v-6h3v6z"
    assert sparks.path([]) == sparks.path([0, 0]) == ""


def test_a_chart_is_as_high_as_its_highest_day() -> None:
    chart = sparks.chart(date(2026, 1, 1), [1, 4, 0])
    assert [(column.height, column.count) for column in chart.columns] == [(30.0, 1), (120.0, 4), (0.0, 0)]
    assert (chart.top, chart.total) == (4, 5)
    long = sparks.chart(date(2026, 1, 1), [1] * 90)
    assert (len(long.columns), long.columns[0].count, len(long.labels)) == (45, 2, 5)
    assert (long.columns[-1].first, long.columns[-1].last) == (date(2026, 3, 30), date(2026, 3, 31))
    assert sparks.chart(date(2026, 1, 1), []).columns == ()
