"""What a sentence carries from clause to clause while it is read."""

from dataclasses import dataclass, field

from service.events.candidates import Assertion
from service.events.reading import Mention
from service.model.span import Span


@dataclass(slots=True)
class Sentence:
    """What carries from clause to clause.

    `last` are the last subjects (none while the sentence speaks of something that has no price: `measured`); `opened` is whom an
    English clause without an event opened with, who may be no more than the one who says so.
    """

    span: Span
    language: str
    last: list[Mention] = field(default_factory=list)
    opened: list[Mention] = field(default_factory=list)
    measured: bool = False

    def follow(self, one: Assertion, mentions: list[Mention]) -> None:
        """Go on about the subjects of an assertion, unless it was none, or of something that has no price."""
        if one.blocked_by is not None and one.blocked_by.means in ("other", "definition"):
            return
        of_measure = one.blocked_by is not None and one.blocked_by.means == "measure" and self.language == "zh"
        self.measured = of_measure or (one.blocked_by is not None and one.blocked_by.look == "subject")
        self.last = [] if self.measured else mentions or self.last
