"""What every condition is, what it is given and what it answers.

A condition is an immutable dataclass made at load. It never raises and never looks outside its context.
"""

from collections.abc import Iterable
from operator import attrgetter
from typing import NamedTuple, Protocol

from service.model.event import Event
from service.model.explanation import Explanation
from service.model.rule import Evidence
from service.rules.reading import Reading

Key = str | tuple[str, str]
"""Something that an item has or has not: a whole folded word of a script with blanks, two of them that follow each other, or
anything else behind its kind: `event:limit_up`, `entity:NVDA.US`, `text:涨停` (folded, anywhere), `regex:title:exact:^a`."""
Way = tuple[Key, ...]
"""Keys that all must occur."""
Keys = tuple[Way, ...]
"""The ways in which a condition may come to hold; of at least one, all keys occur wherever it does."""

ALWAYS: Keys = ((),)
"""Nothing can be said of what must occur: the condition is evaluated on every item."""
ANY_EVENT = "event:any"
"""The key of any event; no type may be called so."""


class Context(NamedTuple):
    """An item, and the event that subject and field conditions speak of: the one at `number` of the reading's events."""

    reading: Reading
    number: int = -1

    @property
    def event(self) -> Event:
        """The event spoken of; conditions on it are only ever compiled below one that chooses it."""
        return self.reading.events[self.number]


class Witness(Protocol):
    """What made a condition hold, and can show the words that did: they are looked for only when somebody asks for them."""

    def evidence(self, reading: Reading) -> tuple[Evidence, ...]:
        """The words, of an item where the condition holds."""
        ...


class Hit(NamedTuple):
    """An event (by its number in the reading) that satisfied a condition, and what can tell the words that say so."""

    number: int
    by: tuple[Witness, ...]


class Result(NamedTuple):
    """Whether a condition held; the events that made it hold, and what else did."""

    held: bool
    hits: tuple[Hit, ...] = ()
    by: tuple[Witness, ...] = ()


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
        """What must occur for it to hold; ALWAYS if that cannot be said."""
        ...


def shown(by: Iterable[Witness], reading: Reading) -> tuple[Evidence, ...]:
    """The words of all witnesses without repetitions, in the order of the text."""
    found = dict.fromkeys(one for witness in by for one in witness.evidence(reading))
    return tuple(sorted(found, key=attrgetter("span")))
