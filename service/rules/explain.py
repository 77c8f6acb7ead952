"""Why each rule fired on an item, or what it lacked.

Guarantee: the same answer as the matcher's, for every rule, also those that the index leaves out.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from service.model.event import Event
from service.model.explanation import Explanation
from service.model.item import Item
from service.model.rule import Rule
from service.rules.condition import Context
from service.rules.reading import Reading
from service.rules.ruleset import RuleSet


def explain(
    ruleset: RuleSet, item: Item, events: Sequence[Event], now: datetime | None = None
) -> tuple[tuple[Rule, Explanation], ...]:
    """One explanation for each rule, in the order of the rules. `events` may hold denied and historical ones: they are named."""
    reading = Reading(item, events, now)
    found = []
    for compiled in (*ruleset.compiled, *(ruleset.steps.compiled if ruleset.steps else ())):
        why, step = compiled.when.explain(Context(reading)), " (what comes before it)" if compiled.rule.step else ""
        only = f" (only {' or '.join(compiled.rule.novelty)})" if compiled.rule.novelty else ""
        found.append((compiled.rule, replace(why, what=f"rule {compiled.rule.id}{step}{only}: {why.what}")))
    return tuple(found)


def answer(ruleset: RuleSet, item: Item, events: Sequence[Event], *, all_rules: bool = False) -> list[dict[str, object]]:
    """The same as JSON, in the form that commands and API share; rules that are nowhere near only if asked for."""
    return [
        {"rule": rule.id, "rule_place": rule.place, "step": rule.step, "waits": rule.window is not None, **why.as_json()}
        for rule, why in explain(ruleset, item, events)
        if all_rules or why.near
    ]
