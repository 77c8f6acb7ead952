"""Titles: what a template may do, what it may not, and that strangers' words stay words."""

import pytest

from service.model.event import Event
from service.model.rule import Match, Rule, Severity
from service.model.span import Span
from service.rules.templates import DEFAULT_TITLE, MAX_TEMPLATE, MAX_TITLE, TemplateError, check, render, title_of, variables
from tests.support.corpora import members
from tests.support.rule_world import item

PACK_TITLE = "{{ subject }}{% if alias %} ({{ alias }}){% endif %}"


def fired(title: str, *, event: bool = True, **fields: str | float) -> Match:
    found = Event("price_move", "Moore Threads", Span(0, 1), Span(0, 1), alias=str(fields.pop("alias", "")), fields=fields)
    return Match(Rule("big-move", title, Severity.HIGH, "f.yaml:1:1"), found if event else None, (), "")


def test_a_title_is_filled_in() -> None:
    assert title_of(fired(PACK_TITLE, alias="摩尔线程"), item("x")) == "Moore Threads (摩尔线程)"
    assert title_of(fired(PACK_TITLE), item("x")) == "Moore Threads"
    assert (
        title_of(fired("{{ event }} {{ pct | abs }}% {{ severity }} {{ rule }}", pct=-12.0), item("x"))
        == "price_move 12% high big-move"
    )
    assert (
        title_of(fired("{{ pct }} {{ headline }} {{ source }} {{ publisher }}", pct=4.5), item("x", "Head"))
        == "4.5 Head source wire"
    )


def test_the_default_title_has_something_to_say_with_and_without_an_event() -> None:
    assert title_of(fired(DEFAULT_TITLE), item("x", "Head")) == "Moore Threads: price_move"
    assert title_of(fired(DEFAULT_TITLE, event=False), item("x", "Head")) == "Head"
    assert title_of(fired(DEFAULT_TITLE, event=False), item("x")) == "big-move"


def test_a_field_that_this_event_lacks_is_blank() -> None:
    assert title_of(fired("{{ subject }}: {{ streak }}{{ stage }} days"), item("x")) == "Moore Threads: days"


def test_a_title_that_fails_is_replaced_and_never_keeps_an_alert_back() -> None:
    assert title_of(fired("{{ subject.no.such }}"), item("x", "Head")) == "big-move: Moore Threads"
    assert title_of(fired("{{ headline.no.such }}", event=False), item("x", "Head")) == "big-move: Head"


def test_a_title_is_one_line_of_bounded_length() -> None:
    assert title_of(fired("a\r\nBcc: x\n{{ headline }}"), item("x", "b\n\tc")) == "a Bcc: x b c"
    long = title_of(fired("{{ headline }}"), item("x", "b" * 5000))
    assert len(long) == MAX_TITLE
    assert long.endswith("…")


def test_variables_of_a_match_without_an_event_are_all_there() -> None:
    assert variables(fired("", event=False), item("x"))["subject"] == ""


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ subject", "expected '}}', found end of file"),
        ("{% if subject %}", "expected tag endif, found end of expression"),
        ("{% for i in subject %}{% endfor %}", "unexpected tag 'for'"),
        ("{% render 'x' %}", "unexpected tag 'render'"),
        ("{% liquid assign x = 1 %}", "unexpected tag 'liquid'"),
        ("{{ 'now' | date: '%s' }}", "unknown filter 'date'"),
        ("{{ subject | safe }}", "unknown filter 'safe'"),
        ("{% if false %}{{ subject | join }}{% endif %}", "unknown filter 'join'"),
        ("{{ (1..9) }}", "ranges (1..9) are not available in templates"),
        ("{% if (subject..9) contains 3 %}{% endif %}", "ranges (1..9) are not available in templates"),
        ("{{ now }}", "unknown variable `now`"),
        ("{{ subject.x }}{{ y }}", "unknown variable `y`"),
        ("{{ subject.__class__.__mro__ }}", "subject.__class__ is undefined"),
        ("{{ subject | truncate: 'x' }}", "truncate expected an integer, found str"),
        ("x" * (MAX_TEMPLATE + 1), "the template is longer than 2000 characters"),
    ],
)
def test_what_is_wrong_is_found_before_any_news(template: str, message: str) -> None:
    (found,) = check(template, ["subject", "pct"])
    assert found == message


def test_a_right_template_has_no_problems() -> None:
    assert check("(see 1..2) " + PACK_TITLE + "{% assign x = pct | plus: 1 %}{{ x }}", ["subject", "alias", "pct"]) == []


GROWTH = [
    "{% assign x = 'aaaaaaaaaa' %}" + "{% assign x = x | append: x %}" * 40,
    "{{ x | replace: 'a', x | replace: 'a', x | replace: 'a', x }}",
]


@pytest.mark.parametrize("template", GROWTH)
def test_growth_is_stopped(template: str) -> None:
    with pytest.raises(TemplateError, match="limit reached"):
        render(template, {"x": "a" * 30})


def test_numbers_too_long_to_print_are_an_error_of_the_template() -> None:
    with pytest.raises(TemplateError):
        render("{{ x | plus: 1 }}", {"x": 10**5000})


def test_a_missing_variable_is_an_error_when_rendering() -> None:
    with pytest.raises(TemplateError, match="'y' is undefined"):
        render("{{ y }}", {"x": 1})


ATTACKS = [
    "{{ 7 | times: 7 }}",
    "{{7*7}}",
    "{% raw %}{{ subject }}",
    "${7*7}",
    "<%= 7*7 %>",
    "#{7*7}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{% include '/etc/passwd' %}",
    "{{ config.items() }}",
    "<script>alert(1)</script>",
    "@import url(x)",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_strangers_words_are_never_a_template(attack: str) -> None:
    found = Event("ipo", attack, Span(0, 1), Span(0, 1), alias=attack)
    match = Match(Rule("r", PACK_TITLE + " {{ headline }}", Severity.LOW, ""), found, (), "")
    assert title_of(match, item("x", attack)) == f"{attack} ({attack}) {attack}"


@pytest.mark.corpora
def test_template_payloads_as_titles_and_as_words() -> None:
    lines = {
        line.strip()
        for name, content in members("corpora/hostile.tar.gz", "payloads/").items()
        if "Template" in name or "blns" in name
        for line in content.decode("utf-8", "replace").splitlines()
        if line.strip() and len(line) < 250
    }
    assert len(lines) > 300
    for line in lines:
        one = Match(Rule("r", "{{ headline }}", Severity.LOW, ""), None, (), "")
        assert title_of(one, item("x", line)) == (" ".join(line.split()) or "r")
        check(line, ["subject"])
        assert title_of(Match(Rule("r", line, Severity.LOW, ""), None, (), ""), item("x", "Head"))


def test_a_chain_of_replacements_cannot_use_up_the_memory() -> None:
    template = "{{ headline " + "| replace: 'p', headline " * 20 + "}}"
    with pytest.raises(TemplateError, match="replace makes the text too long"):
        render(template, {"headline": "p" * 300})
    assert render("{{ headline | replace: 'p', 'ab' | replace: 'b' }}", {"headline": "p-p"}) == "a-a"
