"""Who is told, with what outcome."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from service.model.alert import Alert
from service.model.event import FieldValue


class DeliveryState(StrEnum):
    """PENDING waits for its first try, SENDING is leased to a worker, RETRYABLE waits for the next try.

    SENT, DISCARDED (tries used up or a permanent failure) and CANCELLED are final.
    """

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    RETRYABLE = "retryable"
    DISCARDED = "discarded"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Thread:
    """The conversation at one target that a delivery goes on with.

    `key` is the id of its first alert. `parents` is what the target calls the messages it was sent before (Message-IDs, Slack's
    `ts`), oldest first, `subject` that of the first of them.
    """

    key: str
    parents: tuple[str, ...]
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """What a delivery is that was collected rather than sent at once: from when to when, and for what `reason`."""

    title: str
    since: datetime
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Background:
    """What a message says of an alert beside the alert itself.

    Of an UPDATE: `first`, the title of the alert that it follows, and the event type and facts told last in that thread.
    Of its entity: `names` in every language, the one to show first, and `tags`.
    """

    first: str = ""
    event_type: str = ""
    facts: Mapping[str, FieldValue] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One bundle of alerts to one target, claimed for one try.

    `key` is the idempotency key: the same in every copy of this bundle (Message-ID, Idempotency-Key). `target` is the receiver's
    URL as written in routes.yaml, its `${NAME}` placeholders still in place, so that no secret is ever stored. `attempts` counts
    this try. `token` fences the record of the outcome. `created_at` starts the give-up clock. `streak` says how the tries before
    this one ended, where that needs care. `thread` is the one of its first UPDATE. `background` is by alert id; `templates` and
    `footer` are the receiver's.
    """

    id: int
    key: str
    receiver: str
    target: str
    alerts: tuple[Alert, ...]
    attempts: int
    created_at: datetime
    token: str
    streak: "Streak | None" = None
    thread: Thread | None = None
    digest: Digest | None = None
    background: Mapping[str, Background] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Streak:
    """The last `count` tries ended for the same `reason`, LOST or FAULT, the last of them at `at`."""

    reason: str
    count: int
    at: datetime


LOST = "lost"
"""Reason of a try that nobody reported the end of: the process died, or it took longer than its lease."""
FAULT = "fault"
"""Reason of a try that ended in an error of our own."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A target that fails as a whole, as written in routes.yaml; nothing is sent to it before `closed_until`.

    `failures` counts the tries in a row that failed for a reason that is the target's, not the message's.
    """

    target: str
    since: datetime
    closed_until: datetime
    failures: int
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The target's server accepted the message; `detail` is what it answered, shortened, without secrets.

    `reference` is what the target calls the message, or the thread it hangs in, for those that follow; "" where there are no
    threads. `subject` is the subject that those keep.
    """

    detail: str = ""
    reference: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The try ended without an answer (time-out after the data was handed over): it may have arrived; try again later."""

    detail: str


Outcome = Sent | Unknown
