"""Files into a set: several files, lists, versions, warnings, examples."""

from service.marked_yaml import load
from service.model.rule import Severity
from service.rules.examples import run
from service.rules.loader import parse_rules
from service.rules.matcher import match
from service.rules.templates import DEFAULT_TITLE
from tests.support.rule_world import CONTEXT, extract, item, problems, ruleset

FULL = """\
rules:
  - id: limit-up
    title: "{{ subject }} up"
    severity: high
    description: what it is for
    when: {event: limit_up}
    labels: {desk: 012, team: ON}
    examples:
      match: ["[limit_up X -]", {title: "[limit_up X -]", lang: zh, publisher: wire}]
      no_match: [quiet, 12]
"""


def test_the_face_of_a_rule() -> None:
    (rule,) = ruleset(FULL).rules
    assert (rule.id, rule.title, rule.severity, rule.description) == (
        "limit-up",
        "{{ subject }} up",
        Severity.HIGH,
        "what it is for",
    )
    assert rule.place == "f.yaml:2:9"
    assert rule.labels == {"desk": "012", "team": "ON"}


def test_what_is_not_said_has_a_default() -> None:
    (rule,) = ruleset("rules: [{id: a, when: {text: x}}]").rules
    assert (rule.title, rule.severity, rule.labels, rule.description) == (DEFAULT_TITLE, Severity.MEDIUM, {}, "")


def test_no_files_and_empty_files_are_an_empty_set() -> None:
    assert ruleset("").rules == ()
    found, wrong = parse_rules([], CONTEXT)
    assert found is not None
    assert (found.rules, wrong) == ((), [])
    assert match(found, item("[limit_up X -]"), extract(item("[limit_up X -]"))) == ()


def test_a_disabled_rule_never_fires() -> None:
    found = ruleset("rules: [{id: a, enabled: false, when: {text: x}}, {id: b, when: {text: x}}]")
    assert [rule.id for rule in found.rules] == ["b"]


def test_a_list_may_be_defined_in_another_file() -> None:
    rules = "rules: [{id: a, when: {event: limit_up, subject: {list: [mine, yours]}}}]"
    lists = "lists: {mine: [NVDA.US, {tag: optical}, {name: [Muxi, Zhipu]}], yours: [{tag: us, name: Moore}]}"
    found = ruleset(rules, lists)
    text = (
        "[limit_up N NVDA.US] [limit_up H 600487.SH] [limit_up Muxi -] [limit_up Moore - ] [limit_up Other -] [limit_up Moore -]"
    )
    fired = match(found, item(text), extract(item(text)))
    assert [hit.event.subject for hit in fired if hit.event] == ["N", "H", "Muxi", "Moore"]


def test_ids_and_lists_are_unique_over_all_files() -> None:
    one = "rules: [{id: a, when: {text: x}}]\nlists: {mine: [NVDA.US]}"
    assert problems(one, one) == [
        "f1.yaml:1:14: the rule id `a` is used twice (the first is at f.yaml:1:14)",
        "f1.yaml:2:9: the list `mine` is defined twice (the first is at f.yaml:2:9)",
    ]


def test_problems_of_all_files_are_told_at_once_in_order() -> None:
    assert [problem.split(": ")[0] for problem in problems("rules: [{id: a}]\nx: 1", "rules: [{when: {}}]")] == [
        "f.yaml:1:9",
        "f.yaml:2:1",
        "f1.yaml:1:9",
        "f1.yaml:1:16",
    ]


def test_the_version_changes_with_any_text_or_name_and_not_with_order() -> None:
    def version(**texts: str) -> str:
        found, _ = parse_rules([load(text, name) for name, text in texts.items()], CONTEXT)
        assert found is not None
        return found.version

    one, two = "rules: [{id: a, when: {text: x}}]", "rules: [{id: b, when: {text: x}}]"
    base = version(a=one, b=two)
    assert len(base) == 12
    assert version(b=two, a=one) == base
    assert len({base, version(a=one), version(a=one, c=two), version(a=one, b=two + " "), version(a=two, b=one)}) == 5


def test_examples_can_be_run_again() -> None:
    results = run(ruleset(FULL), extract)
    assert [(result.rule, result.kind, result.passed, result.place) for result in results] == [
        ("limit-up", "match", True, "f.yaml:9:15"),
        ("limit-up", "match", True, "f.yaml:9:33"),
        ("limit-up", "no_match", True, "f.yaml:10:18"),
        ("limit-up", "no_match", True, "f.yaml:10:25"),
    ]
    assert results[2].detail == "no event limit_up is asserted"
    assert results[3].text == "12"
    assert not any(result.passed for result in run(ruleset(FULL), lambda one: ()) if result.kind == "match")


def test_an_example_sees_only_its_own_rule() -> None:
    ruleset("rules: [{id: a, when: {text: x}}, {id: b, when: {text: y}, examples: {match: [y], no_match: [x]}}]")
