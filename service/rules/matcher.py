"""A RuleSet held against an item and its events.

A rule fires once for each distinct event that satisfied it, or once with no event if it holds without asking for one.
Guarantee: pure and total; the order is that of the rules, then of the events. Where the words of a match stand is looked for
when somebody reads its evidence.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import overload

from service.model.event import Event
from service.model.item import Item
from service.model.rule import Evidence, Match
from service.rules.condition import Context, Witness, shown
from service.rules.reading import Reading
from service.rules.ruleset import CompiledRule, RuleSet
from service.rules.severity import graded


def match(ruleset: RuleSet, item: Item, events: Sequence[Event], now: datetime | None = None) -> tuple[Match, ...]:
    """Every rule that fires, with the words that made it fire. `events` are those of the item, `now` is when it came in."""
    reading = Reading(item, events, now)
    found = _fired(ruleset, Context(reading))
    if ruleset.steps:
        found += _fired(ruleset.steps, Context(reading))
    return tuple(found)


def fire(compiled: CompiledRule, reading: Reading) -> list[Match]:
    """The matches of one rule."""
    return _matches(compiled, Context(reading))


def _fired(ruleset: RuleSet, context: Context) -> list[Match]:
    rules, found = ruleset.compiled, []
    for number in ruleset.index.candidates(context.reading):
        found += _matches(rules[number], context)
    return found


def _matches(compiled: CompiledRule, context: Context) -> list[Match]:
    held, hits, by = compiled.when.evaluate(context)
    if not held:
        return []
    if not hits:
        return [_match(compiled, context, by)]
    return [_match(compiled, Context(context.reading, hit.number), hit.by + by) for hit in hits]


def _match(compiled: CompiledRule, context: Context, by: tuple[Witness, ...]) -> Match:
    rule = graded(compiled.rule, compiled.grades, context) if compiled.grades else compiled.rule
    event = context.event if context.number >= 0 else None
    return Match(rule, event, _Shown(context.reading, by), "", compiled.when.place)


class _Shown(Sequence[Evidence]):
    """Evidence that is looked for when somebody reads it: a backtest of many rules never does."""

    __slots__ = ("_by", "_found", "_reading")

    def __init__(self, reading: Reading, by: tuple[Witness, ...]) -> None:
        self._reading, self._by = reading, by
        self._found: tuple[Evidence, ...] | None = None

    def _all(self) -> tuple[Evidence, ...]:
        if self._found is None:
            self._found = shown(self._by, self._reading)
        return self._found

    @overload
    def __getitem__(self, place: int) -> Evidence: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Evidence]: ...
    def __getitem__(self, place: int | slice) -> Evidence | Sequence[Evidence]:
        return self._all()[place]

    def __len__(self) -> int:
        return len(self._all())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all() == tuple(other)
