"""`event`: the item asserts an event of a type. It chooses the event that the conditions beside and below it speak of.

`event: index_high` is short for `event: new_high` with `kind: index`; `event: any` is every type.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import RootModel

from service.model.event import Event
from service.model.explanation import Explanation
from service.model.rule import Evidence
from service.rules.building import Builder, Path, Scope, TextList, Vocabulary
from service.rules.condition import ANY_EVENT, MISS, Condition, Context, Hit, Keys, Result
from service.rules.reading import Reading

SHORT_FORMS: Mapping[str, tuple[str, str, str]] = {
    "index_high": ("new_high", "kind", "index"),
    "stock_high": ("new_high", "kind", "stock"),
    "index_low": ("new_low", "kind", "index"),
    "stock_low": ("new_low", "kind", "stock"),
}
"""Name → the type, field and value that it is short for."""
ANY = "any"


class EventNames(RootModel[TextList]):
    """One type, or several of which one is enough."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An event type, and the value that a short form gives to a field ("" if it is none)."""

    type: str
    field: str = ""
    value: str = ""

    def takes(self, event: Event) -> bool:
        return event.type == self.type and (not self.field or event.fields.get(self.field) == self.value)


class _Telling(NamedTuple):
    """The words of an event."""

    number: int

    def evidence(self, reading: Reading) -> tuple[Evidence, ...]:
        event, document = reading.events[self.number], reading.document
        subject = (Evidence(event.subject_span, event.subject_span.of(document), "subject"),) if event.subject_span else ()
        return (*subject, Evidence(event.evidence, event.evidence.of(document), f"event {event.type}"))


@dataclass(frozen=True, slots=True)
class EventIs:
    """The event spoken of is one of `choices`."""

    place: str
    name: str
    choices: tuple[Choice, ...]

    def evaluate(self, context: Context) -> Result:
        event = context.event
        return Result(True, (), (_Telling(context.number),)) if any(choice.takes(event) for choice in self.choices) else MISS

    def explain(self, context: Context) -> Explanation:
        held, event = self.evaluate(context).held, told(context)
        spans = (context.event.evidence,) if held else ()
        return Explanation(f"event: {self.name}", held, event if held else f"{event} is no {self.name}", self.place, spans)

    def keys(self) -> Keys:
        return tuple((f"event:{name}",) for name in dict.fromkeys(choice.type for choice in self.choices))


@dataclass(frozen=True, slots=True)
class AnyEventIs:
    """The event spoken of may be any."""

    place: str
    name: str = "of any type"

    def evaluate(self, context: Context) -> Result:
        return Result(True, (), (_Telling(context.number),))

    def explain(self, context: Context) -> Explanation:
        return Explanation("event: any", True, told(context), self.place, (context.event.evidence,))

    def keys(self) -> Keys:
        return ((ANY_EVENT,),)


@dataclass(frozen=True, slots=True)
class Happened:
    """Some event of the item satisfies all of `about`, which begins with what chooses it; each that does is a hit."""

    place: str
    chooser: EventIs | AnyEventIs
    about: Condition

    def evaluate(self, context: Context) -> Result:
        hits = []
        for number in range(len(context.reading.events)):
            result = self.about.evaluate(Context(context.reading, number))
            if result.held:
                hits.append(Hit(number, result.by + tuple(one for hit in result.hits for one in hit.by)))
        return Result(True, tuple(hits)) if hits else MISS

    def explain(self, context: Context) -> Explanation:
        contexts = [Context(context.reading, number) for number in range(len(context.reading.events))]
        children = tuple(self.about.explain(one) for one in contexts if self.chooser.evaluate(one).held)
        held = [child for child in children if child.held]
        what = f"event {self.chooser.name}"
        if not children:
            return Explanation(what, False, _none_found(context, self.chooser), self.place)
        detail = "; ".join(child.detail for child in held or children)
        spans = tuple(sorted({span for child in held for span in child.spans}))
        return Explanation(what, bool(held), detail, self.place, spans, children)

    def keys(self) -> Keys:
        return self.about.keys()


def names_at(builder: Builder, path: Path) -> tuple[str, ...]:
    """The event names written at `path`, each known; what is not is left out."""
    names = builder.value(path)
    known = known_names(builder.vocabulary)
    found = [names] if isinstance(names, str) else names if isinstance(names, list) else []
    return tuple(name for name in found if isinstance(name, str) and name in known)


def known_names(vocabulary: Vocabulary) -> tuple[str, ...]:
    """What may stand behind `event:`."""
    short = [name for name, (kind, field, _) in SHORT_FORMS.items() if field in vocabulary.get(kind, {})]
    return (ANY, *vocabulary, *short)


def scope_of(builder: Builder, path: Path) -> Scope:
    """The scope that `event` at `path` opens; names that are not known are reported."""
    written = builder.check(path, EventNames)
    known = known_names(builder.vocabulary)
    for number, name in enumerate(written.root if written else ()):
        if name not in known:
            builder.unknown(builder.element(path, number), "event", name, known)
    names = names_at(builder, path)
    types = tuple(dict.fromkeys(_choice(name).type for name in names if name != ANY))
    return Scope(types if ANY not in names else (), uncertain=written is None or len(names) < len(written.root))


def parse(builder: Builder, path: Path, _scope: Scope | None) -> EventIs | AnyEventIs | None:
    """What chooses the event; None if no name is known, which `scope_of` has reported."""
    names = names_at(builder, path)
    if ANY in names:
        return AnyEventIs(builder.place(path))
    return EventIs(builder.place(path), " or ".join(names), tuple(map(_choice, names))) if names else None


def _choice(name: str) -> Choice:
    return Choice(*SHORT_FORMS.get(name, (name,)))


def told(context: Context) -> str:
    """The event spoken of, in words."""
    return _named(context.event, context.reading.document)


def _named(event: Event, document: str) -> str:
    return f"{event.type} of {event.subject or 'nothing named'} (“{event.evidence.of(document)}”)"


def _none_found(context: Context, chooser: EventIs | AnyEventIs) -> str:
    """What was found instead of an event of the right type."""
    reading = context.reading
    missed = [
        event for event in reading.other_events if isinstance(chooser, AnyEventIs) or any(c.takes(event) for c in chooser.choices)
    ]
    if missed:
        return f"{_named(missed[0], reading.document)} is {missed[0].status.value}, not asserted"
    found = ", ".join(_named(event, reading.document) for event in reading.events[:3])
    return f"no event {chooser.name} is asserted" + (f"; found: {found}" if found else "")
