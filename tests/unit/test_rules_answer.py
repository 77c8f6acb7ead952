"""The explanation as commands and API share it."""

from service.rules.explain import answer
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
    assert set(whole[0]) == {"rule", "rule_place", "place", "step", "waits", "what", "held", "detail", "spans", "children"}
