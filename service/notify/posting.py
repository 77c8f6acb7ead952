"""What every notifier that posts over HTTP shares: which failures certainly did not arrive, and how an answer's status is judged.

Guarantee: a try that ended after the request was on its way is Unknown, never a failure; nothing of the answer's text is told.
"""

from collections.abc import Mapping
from datetime import datetime

from service.errors import FetchError, NotifyError
from service.http import retry_after
from service.model.delivery import Unknown
from service.notify.base import AUTH_WAIT

TIMEOUT_SECONDS = 20.0
"""For everything together: name, connection, request, answer."""
MAX_ANSWER = 64 * 1024
TOGETHER = 5
"""Deliveries to one target that are recorded in one transaction."""

_LATER = frozenset({408, 425})
_NOT_ARRIVED: Mapping[str, str] = {
    "dns": "connection",
    "connect": "connection",
    "tls": "tls",
    "refused_address": "refused_address",
    "bad_url": "configuration",
}
"""The reasons of a FetchError that say the request never reached the server, in the words of REASONS."""


def lost(error: FetchError, who: str) -> Unknown:
    """No answer: certain failures are raised, the rest may have arrived."""
    reason = _NOT_ARRIVED.get(error.reason)
    if reason is None:
        return Unknown(f"{who} did not answer ({error.reason})")
    wait = AUTH_WAIT if reason == "tls" else None
    raise NotifyError(str(error), reason=reason, permanent=reason == "configuration", retry_after=wait)


def passing(status: int) -> bool:
    """Whether the same request may be taken later."""
    return status >= 500 or status in _LATER


def asked_to_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds the server asks for, at most a day."""
    return retry_after(headers, now)
