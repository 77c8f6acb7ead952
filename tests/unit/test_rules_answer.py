"""The explanation as commands and API share it."""

import pytest

from service.rules.explain import Stage, answer, explain
from tests.support import rule_world as world


def test_what_is_near_is_told_and_the_rest_if_asked_for() -> None:
    rules = world.ruleset(
        "rules: [{id: a, when: {event: limit_up, subject: {tag: us}}}, {id: b, when: {event: ipo}},"
        " {id: c, when: {text: [x]}, sequence: {after: {event: limit_up}, within: 1h}}]"
    )
    item = world.item("[limit_up Hengtong 600487.SH]")
    near = answer(rules, item, world.extract(item))
    assert [(one["rule"], one["step"], one["held"], one["waits"]) for one in near] == [
        ("a", "", False, False),
        ("c", "after", True, True),
    ]
    whole = answer(rules, item, world.extract(item), all_rules=True)
    assert [one["rule"] for one in whole] == ["a", "b", "c", "c"]
    assert (whole[0]["rule_place"], whole[0]["place"]) == ("f.yaml:1:14", "f.yaml:1:31")
    assert set(whole[0]) == {
        *("rule", "rule_place", "place", "step", "stage", "waits", "window", "nearest"),
        *("what", "held", "detail", "spans", "children"),
    }
    assert [one["stage"] for one in whole] == ["condition", "event", "condition", "window"]
    assert [one["window"] for one in whole] == ["", "", *["first the one, then the other, within 1h, all of one subject"] * 2]


@pytest.mark.parametrize(
    ("when", "stage", "what", "place"),
    [
        ("{event: limit_up, subject: {tag: us}, state: sealed}", "condition", "subject tag: us", "f.yaml:1:56"),
        ("{event: ipo, stage: filed}", "event", "event ipo", "f.yaml:1:31"),
        ("{all: [{event: limit_up}, {text: missing}]}", "condition", "text any: missing", "f.yaml:1:56"),
        ("{any: [{text: gone}, {event: limit_up, state: touched}]}", "condition", "state: touched", "f.yaml:1:69"),
        ("{text: '601869', none: [{event: limit_up}, {text: c}]}", "condition", "none of", "f.yaml:1:40"),
    ],
)
def test_what_did_not_match_names_what_stopped_it(when: str, stage: str, what: str, place: str) -> None:
    rules = world.ruleset(f"rules: [{{id: a, when: {when}}}]")
    item = world.item("[limit_up Yangtze 601869.SH state=sealed]")
    (verdict,) = explain(rules, item, world.extract(item))
    assert (verdict.stage.value, verdict.nearest.what, verdict.nearest.place) == (stage, what, place)
    assert verdict.nearest.detail
    told = verdict.as_json()
    assert told["nearest"] == {"what": what, "detail": verdict.nearest.detail, "place": place}


def test_what_matched_was_stopped_by_nothing() -> None:
    item = world.item("[limit_up Yangtze 601869.SH]")
    (verdict,) = explain(world.ruleset("rules: [{id: a, when: {event: limit_up}}]"), item, world.extract(item))
    assert (verdict.stage, verdict.as_json()["nearest"]) == (Stage.MATCHED, None)


def test_a_denied_event_is_named() -> None:
    item = world.item("[~limit_up Yangtze 601869.SH]")
    (verdict,) = explain(world.ruleset("rules: [{id: a, when: {event: limit_up}}]"), item, world.extract(item))
    assert verdict.stage is Stage.EVENT
    assert "Yangtze" in verdict.nearest.detail
