"""What is known of a rule outside the matcher, and what a match is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from service.model.event import Event
from service.model.span import Span
from service.model.window import Window


class Severity(StrEnum):
    """Ordered: INFO < LOW < MEDIUM < HIGH < CRITICAL."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    rank: int
    """0 for INFO to 4 for CRITICAL."""

    def __init__(self, _word: str) -> None:
        self.rank = len(type(self).__members__)


@dataclass(frozen=True, slots=True)
class Rule:
    """The face of a rule, all that alerts, routes and pages need.

    `place` is `file:line:column` of its id, `title` and `body` are Liquid templates. `severity` is the least where it depends on
    the event; `owner` and `runbook` are for the person who is told. `step` is "after" for the first half of a sequence.
    `novelty` names what alone it tells, if it does not tell all: first, update. `cooldown` is how long after an alert no other of
    the same subject is told, unless it is graver or an update. In any hour `max_per_hour` alerts are told one by one (0: all of
    them), what is more becomes one digest. `stale_after` (none: never) is how old an alert is that is not told any more.
    """

    id: str
    title: str
    severity: Severity
    place: str
    labels: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    body: str = ""
    owner: str = ""
    runbook: str = ""
    window: Window | None = None
    step: str = ""
    novelty: tuple[str, ...] = ()
    cooldown: timedelta | None = None
    max_per_hour: int = 0
    stale_after: timedelta | None = None


class Evidence(NamedTuple):
    """Words of the item's document that made a predicate true, and which: ("hit limit-ups", "event limit_up")."""

    span: Span
    words: str
    what: str


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that fired on an item: once per event that satisfied it, or once with `event` None when it asks for no event.

    `place` is that of its conditions. `because` says why it fired where these and the evidence do not.
    """

    rule: Rule
    event: Event | None
    evidence: Sequence[Evidence]
    because: str = ""
    place: str = ""

    @property
    def reason(self) -> str:
        """Why it fired, for a person; put together only when somebody asks, for most matches are repeats of what is told."""
        if self.because:
            return self.because
        words = ", ".join([f"{what} “{' '.join(words.split())}”" for _, words, what in self.evidence])
        return f"rule {self.rule.id} ({self.place})" + (f": {words}" if words else "")
