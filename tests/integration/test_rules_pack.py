"""The shipped rules with the shipped vocabulary: their examples, the seed article, their JSON schema."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from service.model.item import Item
from service.rules.examples import run
from service.rules.lint import lint
from service.rules.matcher import match
from service.rules.schema import json_schema
from service.rules.templates import title_of
from tests.support.corpora import shared
from tests.support.rule_world import FIELDS
from tests.support.shipped import RULES, context, pack, tags, understand

SEED = {
    ("index-high", "Tongdaxin CPO Index at a new high"),
    ("stock-high", "Yangtze Optical Fibre and Cable (长飞光纤) at a new high"),
    ("limit-up", "Yangtze Optical Fibre and Cable (长飞光纤) hits limit-up"),
    ("limit-up", "Shenzhen Tellus (特发信息) hits limit-up"),
    ("limit-up", "Hengtong Optic-Electric (亨通光电) hits limit-up"),
    ("big-move", "Changxin Borui (长芯博创) up 12%"),
    ("big-move", "Zhishang Technology (致尚科技) up 12%"),
    ("big-move", "Lumentum up 10%"),
    ("ipo-planned", "Moore Threads (摩尔线程) plans an IPO"),
    ("ipo-planned", "Muxi (沐曦股份) plans an IPO"),
    ("ipo-planned", "Zhipu (智谱) plans an IPO"),
    ("ipo-planned", "Minimax plans an IPO"),
}


def test_the_pack_is_right_proved_and_cheap() -> None:
    assert lint(pack().compiled) == ()
    results = run(pack(), understand)
    assert all(result.passed for result in results)
    for rule in pack().rules:
        kinds = {result.kind for result in results if result.rule == rule.id}
        assert kinds == {"match", "no_match"}
        assert rule.labels["topic"] in {"high", "limit", "move", "ipo"}


@pytest.mark.corpora
def test_the_seed_article_fires_what_it_says_and_nothing_else() -> None:
    article = Item("seed", "seed", "", shared("seed/article.md").read_text(encoding="utf-8"))
    found = [(hit.rule.id, title_of(hit, article)) for hit in match(pack(), article, understand(article))]
    assert len(found) == len(SEED)
    assert set(found) == SEED


def test_the_published_schema_is_that_of_the_shipped_vocabulary() -> None:
    published = json.loads((RULES / "schema.json").read_text(encoding="utf-8"))
    assert published == json_schema(context().event_fields, context().calendars, tags()), (
        "run: tapewatch rules schema rules > rules/schema.json"
    )


def test_editors_are_told_what_every_key_means() -> None:
    published = json.loads((RULES / "schema.json").read_text(encoding="utf-8"))
    mute = list(_mute(published, published["$defs"], ""))
    assert mute == []
    subject = published["$defs"]["SubjectOptions"]["properties"]["tag"]
    validator = jsonschema.Draft202012Validator(subject | {"$defs": published["$defs"]})
    assert "computing-power" in json.dumps(subject), "editors offer the tags"
    assert validator.is_valid("my-own-tag"), "and allow others"


def _mute(node: Any, definitions: dict[str, dict[str, object]], at: str) -> Iterator[str]:
    """Keys of rule files without a description."""
    for name, below in node.get("properties", {}).items() if isinstance(node, dict) else ():
        told = definitions.get(str(below.get("$ref", "")).rpartition("/")[2], {})
        if "description" not in below and "description" not in told:
            yield f"{at} {name}"
    for key, below in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from _mute(below, definitions, f"{at}/{key}")


def schema() -> jsonschema.Draft202012Validator:
    made = json_schema(FIELDS)
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


@pytest.mark.parametrize("path", sorted((RULES / "alerts").glob("*.yaml")), ids=lambda path: path.name)
def test_an_editor_accepts_the_shipped_rules(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../schema.json\n")
    published = json.loads((RULES / "schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(published).validate(yaml.safe_load(text))


@pytest.mark.parametrize(
    "when",
    [
        "{event: limit_up}",
        "{event: [ipo, index_high], subject: {tag: optical}, none: [{text: x}]}",
        "{event: price_move, move: {at_least: 10}, direction: up}",
        "{event: limit_up, streak: {equals: 3}, status: asserted}",
        "{event: ipo, stage: [filed, listed], venue: [Hong Kong]}",
        "{text: 2330}",
        "{text: {any: [a, ON, 3], near: {words: b, within: 3}, in: title, case: true}}",
    ],
)
def test_an_editor_accepts_what_the_loader_accepts(when: str) -> None:
    schema().validate(yaml.safe_load(f"rules: [{{id: a, when: {when}, labels: {{n: 1}}}}]\nlists: {{x: [NVDA.US, {{tag: us}}]}}"))


@pytest.mark.parametrize(
    "rule",
    [
        "{id: a}",
        "{id: A b, when: {event: ipo}}",
        "{id: a, when: {}}",
        "{id: a, when: {evnt: ipo}}",
        "{id: a, when: {event: ippo}}",
        "{id: a, when: {event: ipo, stage: fild}}",
        "{id: a, when: {event: price_move, pct: 10}}",
        "{id: a, when: {event: price_move, pct: {atleast: 10}}}",
        "{id: a, when: {event: ipo, subject: optical}}",
        "{id: a, when: {event: ipo, subject: {tg: optical}}}",
        "{id: a, when: {any: []}}",
        "{id: a, when: {text: {in: titel, any: x}}}",
        "{id: a, when: {event: ipo}, severity: hihg}",
        "{id: a, when: {event: ipo}, labels: {a b: c}}",
        "{id: a, when: {event: ipo}, examples: {matches: [x]}}",
    ],
)
def test_an_editor_marks_what_the_loader_refuses(rule: str) -> None:
    assert not schema().is_valid(yaml.safe_load(f"rules: [{rule}]"))


def test_every_key_is_described_for_completion() -> None:
    made = json_schema(FIELDS | {"analyst_view": {"stage": "text", "kind": "number"}})
    for name in ("RuleText", "When", "TextOptions", "SubjectOptions"):
        for key, one in made["$defs"][name]["properties"].items():
            assert one.get("description") or "$ref" in one, f"{name}.{key}"
    assert len(made["$defs"]["When"]["properties"]["stage"]["anyOf"]) == 2
