"""`novelty` of a rule, from the text to its face."""

import pytest
from jsonschema import Draft202012Validator

from service.rules.explain import explain
from service.rules.schema import json_schema
from tests.support import rule_world as world


def novelty(keys: str, when: str = "event: limit_up") -> tuple[str, ...]:
    (rule,) = world.ruleset(f"rules:\n  - id: r\n    when: {{{when}}}\n    {keys}").rules
    return rule.novelty


def test_a_rule_says_what_alone_it_tells() -> None:
    assert novelty("enabled: true") == ()
    assert novelty("novelty: first") == ("first",)
    assert novelty("novelty: [update, first, update]") == ("update", "first")
    assert novelty("enabled: true", when="event: limit_up, novelty: update") == ("update",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{id: r, when: {event: limit_up}, novelty: repeat}", "f.yaml:1:51: "),
        ("{id: r, when: {event: limit_up}, novelty: []}", "f.yaml:1:51: "),
        ("{id: r, when: {event: limit_up, novelty: first}, novelty: first}", "f.yaml:1:41: `novelty` is written twice"),
        ("{id: r, when: {any: [{event: limit_up, novelty: first}]}}", "f.yaml:1:48: `novelty` is about the whole rule"),
        ("{id: r, when: {novelty: first}}", "f.yaml:1:23: conditions are missing here"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(text: str, said: str) -> None:
    (problem,) = world.problems(f"rules: [{text}]")
    assert problem.startswith(said)


def test_editors_know_it() -> None:
    validator = Draft202012Validator(json_schema(world.FIELDS))

    def valid(**keys: object) -> bool:
        return bool(validator.is_valid({"rules": [{"id": "r", "when": {"event": "limit_up"}, **keys}]}))

    assert valid(novelty="first")
    assert valid(novelty=["first", "update"])
    assert valid(when={"event": "limit_up", "novelty": "update"})
    assert not valid(novelty="repeat")
    assert not valid(novelty=[])
    assert not valid(when={"any": [{"event": "limit_up", "novelty": "update"}]})


def test_an_explanation_names_it() -> None:
    rules = world.ruleset("rules: [{id: r, when: {event: limit_up}, novelty: [first, update]}]")
    item = world.item("[limit_up Hengtong 600487.SH]")
    (verdict,) = explain(rules, item, world.extract(item))
    assert verdict.why.what.startswith("rule r (only first or update): ")
