"""All event types and names, compiled: what the rest of the program asks about events.

Guarantee: immutable; `check_examples` runs every example of the vocabulary through the same grammar that reads the news.
It must not read files.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timezone

from service.errors import Problem
from service.events.boards import NO_BOARDS, Boards
from service.events.compiled import Compiled, build
from service.events.grammar import understand
from service.events.vocabulary import EventType, Example, ExpectedText, parse_vocabulary
from service.model.entity import Catalog
from service.model.event import Event, FieldValue, Status
from service.model.item import Item

__all__ = ["Lexicon", "compile_lexicon", "parse_vocabulary"]

_EXAMPLE_DAY = datetime(2025, 12, 22, tzinfo=timezone.utc)  # noqa: UP017 - the same in every supported version


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The vocabulary in hand."""

    compiled: Compiled

    @property
    def types(self) -> tuple[str, ...]:
        """The names of all event types."""
        return tuple(self.compiled.types)

    @property
    def identity(self) -> Mapping[str, tuple[str, ...]]:
        """For each type what makes two reports the same event over time: field names, `subject` and `day`."""
        return {name: kind.identity for name, kind in self.compiled.types.items()}

    def fields(self, name: str) -> Mapping[str, tuple[str, ...] | str]:
        """The fields of a type: their allowed values, or "number" or "text"."""
        return self.compiled.types[name].fields

    def planned_counts(self, name: str) -> bool:
        """Whether a planned event of the type counts as one."""
        return self.compiled.types[name].planned_counts

    def counts(self, event: Event) -> bool:
        """Whether rules may see the event: it is asserted, or planned where that counts."""
        return event.status is Status.ASSERTED or (event.status is Status.PLANNED and self.planned_counts(event.type))

    def check_examples(self) -> list[Problem]:
        """Problems at the places of the examples that come out otherwise."""
        return [
            problem
            for kind in self.compiled.types.values()
            for example in kind.examples
            for problem in self._check(kind, example)
        ]

    def _check(self, kind: EventType, example: Example) -> list[Problem]:
        item = Item("examples", "", "", example.text, published=_EXAMPLE_DAY)
        found = [event for event in understand(self.compiled, item) if event.type == kind.name]
        counted = [event for event in found if self.counts(event)]
        wanted = [expected for expected in example.events if expected.status in (None, Status.ASSERTED, Status.PLANNED)]
        taken_back = [expected for expected in example.events if expected not in wanted]
        fits = len(counted) == len(wanted) and all(map(_fits, wanted, counted))
        if fits and all(any(_fits(expected, event) for event in found) for expected in taken_back):
            return []
        place = example.place
        said = "; ".join(_shown(event) for event in counted) or "nothing"
        return [Problem(place.file, place.line, place.column, f"this example gives {said}", f"{kind.name} was asked")]


def _fits(expected: ExpectedText, event: Event) -> bool:
    if expected.subject is not None and expected.subject != event.subject:
        return False
    if expected.status is not None and expected.status is not event.status:
        return False
    if expected.entity is not None and expected.entity != (event.entity or ""):
        return False
    return all(_equal(event.fields.get(name), value) for name, value in expected.fields.items())


def _equal(value: FieldValue | None, wanted: str) -> bool:
    return f"{value:g}" == wanted if isinstance(value, float) else (value or "") == wanted


def _shown(event: Event) -> str:
    values = ", ".join(
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in event.fields.items()
    )
    return f"{event.type} of {event.subject or 'nobody named'}" + (f" ({values})" if values else "")


def compile_lexicon(
    types: Sequence[EventType], catalog: Catalog, ambiguous: Set[str] = frozenset(), boards: Boards = NO_BOARDS
) -> Lexicon:
    """Compile all types (shared files among them) with the names of the catalog and what is known of boards.

    `ambiguous` are words before they are names.
    """
    return Lexicon(build(types, catalog, ambiguous, boards))
