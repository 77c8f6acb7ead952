"""What the code of an event type may look at, and what it answers: facts, each with whom it is about.

Guarantee: a mention made here is a place in the text. It must not know any single event type.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from service.events.reading import Mention, Reading
from service.model.event import FieldValue
from service.model.span import Span

_YEAR = re.compile(r"(?<!\d)(20\d\d)年(?:\d{1,2}月|[,初底末])|(?<![a-z])in (?:[a-z]+ )?(20\d\d)(?!\d)")

Fields = Mapping[str, FieldValue]


@dataclass(frozen=True, slots=True)
class Fact:
    """One event to be made: whom it is about and the fields that the text supports."""

    mention: Mention
    fields: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """The words that assert an event: `evidence` with the trigger `say` in it, the clause and the sentence around them."""

    reading: Reading
    mention: Mention
    evidence: Span
    clause: Span
    say: Span
    sentence: Span
    language: str


FieldCode = Callable[[Found], Fields | Sequence[Fact]]
"""A type's own code: fields for the one it is told, or facts of its own (none where the text does not support any)."""


def is_old(found: Found) -> bool:
    """Whether the sentence, up to the words that assert it, dates the event in a year before the item's."""
    published = found.reading.published
    if published is None:
        return False
    named = _YEAR.finditer(found.reading.folded, found.sentence.start, found.say.end)
    return any(int(match[1] or match[2]) < published.year for match in named)


def mention_of(reading: Reading, start: int, end: int) -> Mention:
    """The place as a mention, with the entity that it names in whole."""
    span = Span(start, end)
    entity = next((name.entity for name in reading.names_in(start, end) if name.span == span), None)
    text = span.of(reading.document)
    known = reading.aliases.get(text)
    if known is not None:
        return Mention(text, span, entity or known.entity, known.alias)
    return Mention(text, span, entity)
