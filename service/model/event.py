"""A market event: a typed fact that an item asserts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from service.model.span import Span

FieldValue = str | float
"""A field of an event: text (`kind`, `stage`, `bound`, …) or a number (`pct`: signed per cent; `streak`: days)."""


class Status(StrEnum):
    """What the text says of the event: only ASSERTED counts, and PLANNED for types that say so."""

    ASSERTED = "asserted"
    PLANNED = "planned"
    DENIED = "denied"
    HISTORICAL = "historical"


@dataclass(frozen=True, slots=True)
class Event:
    """One event found in one item.

    `type` is the name of a vocabulary file, so a new type needs no code here. `subject` is the mention exactly as in the text
    ("" where the text names none), `alias` the other name that the text gives in brackets (长飞光纤), `entity` the id of the
    security or index where one is known. `evidence` covers the words that assert the event, `trigger` lies inside it.
    """

    type: str
    subject: str
    evidence: Span
    trigger: Span
    status: Status = Status.ASSERTED
    entity: str | None = None
    alias: str = ""
    subject_span: Span | None = None
    day: date | None = None
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    entry: str = ""
    """The vocabulary entry whose words fired, as `file:line`."""
