"""What every condition is, what it is given and what it answers.

A condition is an immutable dataclass made at load. It never raises and never looks outside its context.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from service.model.event import Event
from service.model.explanation import Explanation
from service.model.rule import Evidence
from service.rules.reading import Reading


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Something that must occur in an item for a condition to hold: an event type ("" for any event), or folded text."""

    kind: str
    text: str


Keys = frozenset[Key] | None
"""At least one of these must occur; None: cannot be said, the condition is evaluated on every item."""

ANY_EVENT = ""
"""The event type that stands for all."""


@dataclass(frozen=True, slots=True)
class Context:
    """An item, and the event that subject and field conditions speak of: the one at `number` of the reading's events."""

    reading: Reading
    number: int = -1

    @property
    def event(self) -> Event:
        """The event spoken of; conditions on it are only ever compiled below one that chooses it."""
        return self.reading.events[self.number]


@dataclass(frozen=True, slots=True)
class Hit:
    """An event (by its number in the reading) that satisfied a condition, and the words that tell so."""

    number: int
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """Whether a condition held; the events that made it hold, and the words that are no event's own."""

    held: bool
    hits: tuple[Hit, ...] = ()
    evidence: tuple[Evidence, ...] = ()


MISS = Result(False)
HELD = Result(True)


class Condition(Protocol):
    """A predicate over an item; `place` is where it is written."""

    @property
    def place(self) -> str:
        """`file:line:column`."""
        ...

    def evaluate(self, context: Context) -> Result:
        """Whether it holds, and by what."""
        ...

    def explain(self, context: Context) -> Explanation:
        """The same answer in words, with the nearest miss where it does not hold."""
        ...

    def keys(self) -> Keys:
        """What must occur for it to hold."""
        ...


def distinct(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Evidence without repetitions, in the order of the text."""
    return tuple(sorted(dict.fromkeys(evidence), key=lambda one: one.span))
