"""Routes and receivers in Alertmanager's words, and when what they take may go out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Protocol

from service.model.rule import Severity

Spell = tuple[datetime, datetime]
"""A stretch of time, its end not included; both in UTC."""


class Hours(Protocol):
    """A named time interval."""

    @property
    def name(self) -> str:
        """What routes call it."""
        ...

    @property
    def zone(self) -> tzinfo:
        """On whose clock it is told."""
        ...

    def spells(self, first: datetime, last: datetime) -> Sequence[Spell]:
        """Its stretches that touch the time between two instants, in order, apart from each other."""
        ...


class Schedule(Protocol):
    """The moments at which a digest goes out."""

    @property
    def title(self) -> str:
        """What the digest is called."""
        ...

    @property
    def zone(self) -> tzinfo:
        """On whose clock it is told."""
        ...

    def after(self, instant: datetime) -> datetime | None:
        """The first moment after an instant; None if none comes."""
        ...


@dataclass(frozen=True, slots=True)
class Receiver:
    """A named set of targets; each target is a URL with `${NAME}` placeholders for secrets.

    `max_per_hour` is how many messages each target gets in any hour; what is more becomes one digest. 0: no limit.
    `templates` are Liquid texts for the parts of its messages (`subject`, `text`); `footer` "latency" tells how long each step
    took.
    """

    name: str
    targets: tuple[str, ...]
    templates: Mapping[str, str] = field(default_factory=dict)
    footer: str = ""
    max_per_hour: int = 0


@dataclass(frozen=True, slots=True)
class Matcher:
    """`label op value` with op one of `=`, `!=`, `=~`, `!~` (the regex is anchored, as in Alertmanager)."""

    label: str
    op: str
    value: str

    def __str__(self) -> str:
        return f'{self.label}{self.op}"{self.value}"'


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is told when nobody has acknowledged an alert so long after it was told."""

    after: timedelta
    to: str


@dataclass(frozen=True, slots=True)
class Timing:
    """When alerts may go out.

    `group_wait` is how long the first alert of a group waits for company, `group_interval` the least time between two bundles of
    one group. In `mute` hours, and outside of the `active` ones if there are any, alerts are held. `break_through` is the least
    severity that neither hours nor `digest` hold. `repeat_interval` (nothing: never) is when an alert that nobody acknowledged
    is sent again.
    """

    group_wait: timedelta = timedelta(0)
    group_interval: timedelta = timedelta(0)
    mute: tuple[Hours, ...] = ()
    active: tuple[Hours, ...] = ()
    break_through: Severity | None = None
    digest: Schedule | None = None
    repeat_interval: timedelta = timedelta(0)
    escalate: tuple[Escalation, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """A node of the tree: an alert enters where all matchers hold; the first matching child takes it unless `continue_`.

    `group_by` names labels ("..." alone: every alert by itself).
    """

    receiver: str
    matchers: tuple[Matcher, ...] = ()
    group_by: tuple[str, ...] = ("...",)
    timing: Timing = Timing()
    continue_: bool = False
    routes: tuple["Route", ...] = ()


@dataclass(frozen=True, slots=True)
class Inhibition:
    """For `within` after an alert that `source` holds for, nobody is told of those that `target` holds for, if both have the same
    in each label of `equal`."""

    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...]
    within: timedelta


@dataclass(frozen=True, slots=True)
class Routing:
    """The whole of routes.yaml."""

    root: Route
    receivers: Mapping[str, Receiver] = field(default_factory=dict)
    inhibitions: tuple[Inhibition, ...] = ()


@dataclass(frozen=True, slots=True)
class RouteHit:
    """One receiver that an alert goes to, how it is grouped there, when it may go out, and why.

    `timing` is that of this alert: of one that breaks through, without what would hold it.
    """

    receiver: Receiver
    group_key: str
    timing: Timing
    reason: str


class ReminderKind(StrEnum):
    """ESCALATION tells somebody else, REPEAT the same receiver again."""

    ESCALATION = "escalation"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class Reminder:
    """An alert to look at again at `due_at`: unless it is acknowledged by then, `receiver` is told. `number` counts from 1.

    `first` is the receiver that was told in the first place.
    """

    alert_id: str
    kind: ReminderKind
    receiver: str
    number: int
    first: str
    due_at: datetime
