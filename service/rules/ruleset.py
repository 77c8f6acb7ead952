"""The compiled set: rules with their conditions and examples, and the index that finds the rules an item may concern.

Guarantee: immutable; a rule is left out for an item only if what it requires did not occur in it, so that the index never changes
an answer (proved against a plain loop over all rules).
It must not parse anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ahocorasick_rs import AhoCorasick

from service.model.item import Item
from service.model.rule import Rule
from service.rules.condition import ANY_EVENT, Condition
from service.rules.reading import Reading
from service.rules.severity import Grade


@dataclass(frozen=True, slots=True)
class Example:
    """An item that a rule must, or (`fires` false) must not, fire on if it comes in at `now`, and where it is written."""

    file: str
    line: int
    column: int
    fires: bool
    item: Item
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule, what it asks, the examples that prove it, and what makes it graver than its face says."""

    rule: Rule
    when: Condition
    examples: tuple[Example, ...] = ()
    grades: tuple[Grade, ...] = ()


class Index:
    """One pass over the folded text for the required words of all rules, and a table of event types."""

    def __init__(self, rules: Sequence[CompiledRule]) -> None:
        self._always: list[int] = []
        self._by_event: dict[str, list[int]] = {}
        by_word: dict[str, list[int]] = {}
        for number, compiled in enumerate(rules):
            keys = compiled.when.keys()
            if keys is None:
                self._always.append(number)
            for key in keys or ():
                (self._by_event if key.kind == "event" else by_word).setdefault(key.text, []).append(number)
        self._by_word = list(by_word.values())
        self._scan = AhoCorasick(list(by_word)) if by_word else None

    def candidates(self, reading: Reading) -> list[int]:
        """The numbers of the rules that may fire, ascending."""
        found = set(self._always)
        if reading.events:
            found.update(self._by_event.get(ANY_EVENT, ()))
        for event_type in {event.type for event in reading.events}:
            found.update(self._by_event.get(event_type, ()))
        if self._scan is not None:
            for word in {match[0] for match in self._scan.find_matches_as_indexes(reading.folded, overlapping=True)}:
                found.update(self._by_word[word])
        return sorted(found)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules in force. `version` is a hash of the texts they were read from."""

    compiled: tuple[CompiledRule, ...] = ()
    version: str = ""
    steps: "RuleSet | None" = None
    """What sequences begin with, under the faces of their rules."""
    index: Index = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", Index(self.compiled))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The faces of the rules, in the order of the files."""
        return tuple(compiled.rule for compiled in self.compiled)
