"""A RuleSet held against an item and its events.

A rule fires once for each distinct event that satisfied it, or once with no event if it holds without asking for one.
Guarantee: pure and total; the order is that of the rules, then of the events.
"""

from collections.abc import Sequence
from datetime import datetime

from service.model.event import Event
from service.model.item import Item
from service.model.rule import Evidence, Match
from service.rules.condition import Context, distinct
from service.rules.reading import Reading
from service.rules.ruleset import CompiledRule, RuleSet
from service.rules.severity import graded


def match(ruleset: RuleSet, item: Item, events: Sequence[Event], now: datetime | None = None) -> tuple[Match, ...]:
    """Every rule that fires, with the words that made it fire. `events` are those of the item, `now` is when it came in."""
    reading = Reading(item, events, now)
    found = [hit for number in ruleset.index.candidates(reading) for hit in fire(ruleset.compiled[number], reading)]
    return (*found, *match(ruleset.steps, item, events, now)) if ruleset.steps else tuple(found)


def fire(compiled: CompiledRule, reading: Reading) -> list[Match]:
    """The matches of one rule."""
    result = compiled.when.evaluate(Context(reading))
    if not result.held:
        return []
    if not result.hits:
        return [_match(compiled, Context(reading), result.evidence)]
    return [_match(compiled, Context(reading, hit.number), distinct(hit.evidence + result.evidence)) for hit in result.hits]


def _match(compiled: CompiledRule, context: Context, evidence: tuple[Evidence, ...]) -> Match:
    rule = graded(compiled.rule, compiled.grades, context)
    event = context.event if context.number >= 0 else None
    words = ", ".join([f"{what} “{' '.join(words.split())}”" for _, words, what in evidence])
    return Match(rule, event, evidence, f"rule {rule.id} ({compiled.when.place})" + (f": {words}" if words else ""))
