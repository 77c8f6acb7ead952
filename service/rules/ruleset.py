"""The compiled set: rules with their conditions and examples, and the index that finds the rules an item may concern.

Guarantee: immutable.
It must not parse anything.
"""

from dataclasses import dataclass, field
from datetime import datetime

from service.model.item import Item
from service.model.rule import Rule
from service.rules.condition import Condition
from service.rules.index import Index
from service.rules.needs import Needs, needs_of
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
    needs: Needs = field(init=False, repr=False, compare=False)
    """What must occur for it to hold."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "needs", needs_of(self.when.keys()))


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules in force. `version` is a hash of the texts they were read from."""

    compiled: tuple[CompiledRule, ...] = ()
    version: str = ""
    steps: "RuleSet | None" = None
    """What sequences begin with, under the faces of their rules."""
    index: Index = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", Index([compiled.needs for compiled in self.compiled]))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The faces of the rules, in the order of the files."""
        return tuple(compiled.rule for compiled in self.compiled)
