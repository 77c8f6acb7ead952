"""What every notifier shares: the port, what it is built from, and the closed set of reasons a try can fail for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.clock import utc_now
from service.http import HttpClient
from service.model.delivery import FAULT, LOST, Delivery, Outcome
from service.notify.render import Rendered
from service.notify.render.telling import Buttons

REASONS = (
    "auth",
    "rejected",
    "rate_limited",
    "server_error",
    "timeout",
    "connection",
    "tls",
    "configuration",
    "refused_address",
    "too_large",
    "other",
    FAULT,
    LOST,
)
"""Why a try failed, as NotifyError and the metrics name it."""

AUTH_WAIT = 1200.0
"""Seconds after a refused login or a failed TLS handshake: at most three an hour, so that no account is locked."""


@dataclass(frozen=True, slots=True)
class NotifyContext:
    """What notifiers are built from.

    `inbox` stores a message for our own page and is idempotent by the delivery's key. `allow_networks` are the non-public
    networks that may be connected to ("CIDR[:port]"). `buttons` writes the links with which readers act. `now` dates signatures
    and reads the dates of Retry-After. `slack_every` is the least time in seconds between two messages to one channel. The Slack
    bases are settings so that a Slack-shaped server can stand in.
    """

    http: HttpClient
    inbox: Callable[[Delivery, Rendered], None]
    allow_networks: tuple[str, ...] = ()
    base_url: str = ""
    buttons: Buttons | None = None
    now: Callable[[], datetime] = utc_now
    slack_webhook_base: str = "https://hooks.slack.com/services"
    slack_api_base: str = "https://slack.com/api"
    slack_every: float = 1.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How deliveries to one target follow each other.

    A try takes no longer than `longest` seconds. `together` tries are recorded in one transaction: so many messages a crash can
    repeat at most for this target. `every` is the least time in seconds from one to the next.
    """

    longest: float
    together: int = 1
    every: float = 0.0


class Notifier(Protocol):
    """Brings one delivery to one target. Thread-safe.

    `send` returns Sent only after the target's server accepted the message, Unknown where it may have, and raises NotifyError
    where it certainly did not; nothing else leaves it for anything the network or the server does. Every copy of a delivery
    carries its key.
    """

    @property
    def pace(self) -> Pace:
        """The same for all targets of this kind."""
        ...

    def send(self, delivery: Delivery, url: str) -> Outcome:
        """One try; `url` is the resolved target."""
        ...

    def close(self) -> None:
        """End what is kept open; a try under way may fail."""
        ...
