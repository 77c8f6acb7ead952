"""Why each rule fired on an item, or what it lacked.

Guarantee: the same answer as the matcher's, for every rule, also those that the index leaves out; commands, API and pages show
the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from service.model.event import Event
from service.model.explanation import Explanation
from service.model.item import Item
from service.model.rule import Rule
from service.rules.condition import Context
from service.rules.conditions.logic import NONE
from service.rules.reading import Reading
from service.rules.ruleset import CompiledRule, RuleSet


class Stage(StrEnum):
    """How far an item came in a rule."""

    EVENT = "event"
    """No event that the rule asks for is asserted."""
    CONDITION = "condition"
    WINDOW = "window"
    """All conditions hold, and it is one of the matches that the rule's window counts."""
    MATCHED = "matched"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says of an item; `nearest` is the predicate that stopped it, or the whole where nothing did."""

    rule: Rule
    why: Explanation
    stage: Stage
    nearest: Explanation

    @property
    def window(self) -> str:
        """What the rule waits for beyond this item, in words; "" if for nothing."""
        return self.rule.window.told if self.rule.window else ""

    def as_json(self) -> dict[str, object]:
        """The form that commands and API share."""
        nearest = {"what": self.nearest.what, "detail": self.nearest.detail, "place": self.nearest.place}
        return {
            "rule": self.rule.id,
            "rule_place": self.rule.place,
            "step": self.rule.step,
            "stage": self.stage.value,
            "waits": self.rule.window is not None,
            "window": self.window,
            "nearest": None if self.why.held else nearest,
            **self.why.as_json(),
        }


def explain(
    ruleset: RuleSet, item: Item, events: Sequence[Event], now: datetime | None = None, *, all_rules: bool = True
) -> tuple[Verdict, ...]:
    """One verdict for each rule, in the order of the rules; those that are nowhere near only with `all_rules`.

    `events` may hold denied and historical ones: they are named. `now` is when the item came in.
    """
    reading = Reading(item, events, now)
    every = (*ruleset.compiled, *(ruleset.steps.compiled if ruleset.steps else ()))
    found = (_verdict(compiled, reading) for compiled in every)
    return tuple(verdict for verdict in found if all_rules or verdict.why.near)


def _verdict(compiled: CompiledRule, reading: Reading) -> Verdict:
    rule, why = compiled.rule, compiled.when.explain(Context(reading))
    step = " (what comes before it)" if rule.step else ""
    only = f" (only {' or '.join(rule.novelty)})" if rule.novelty else ""
    nearest = _nearest(why)
    if why.held:
        stage = Stage.WINDOW if rule.window else Stage.MATCHED
    else:
        stage = Stage.EVENT if nearest.what.startswith("event ") else Stage.CONDITION
    return Verdict(rule, replace(why, what=f"rule {rule.id}{step}{only}: {why.what}"), stage, nearest)


def _nearest(why: Explanation) -> Explanation:
    """The predicate that was nearest to holding among those that decided."""
    missing = [child for child in why.children if not child.held]
    if why.held or not missing or why.what == NONE:
        return why
    return _nearest(max(missing, key=lambda child: child.nearness))


def answer(
    ruleset: RuleSet, item: Item, events: Sequence[Event], now: datetime | None = None, *, all_rules: bool = False
) -> list[dict[str, object]]:
    """The same as JSON, in the form that commands and API share."""
    return [verdict.as_json() for verdict in explain(ruleset, item, events, now, all_rules=all_rules)]
