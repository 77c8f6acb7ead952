"""What is asked and what is answered, as plain values; no network here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_BODY_BYTES = 10 * 2**20
MAX_RETRY_AFTER = 24 * 3600.0

NOT_SENT = frozenset({"bad_url", "refused_address", "dns", "connect", "tls"})
"""Reasons after which the request has certainly not reached the server."""
REASONS = NOT_SENT | {"timeout", "too_large", "redirects", "protocol", "closed"}
"""Reasons of every FetchError that an HttpClient raises."""


@dataclass(frozen=True, slots=True)
class Request:
    """`timeout` is in seconds for everything together; `auth` is (name, password), sent as Basic to the first origin only.

    `status_counts`: the status of the answer is all that matters, so a body that is too long, too slow or broken off is cut.
    Redirects are followed for GET alone: another method's 3xx is its answer, since a body must not travel on.
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    auth: tuple[str, str] | None = None
    max_bytes: int = MAX_BODY_BYTES
    timeout: float = 30.0
    redirects: int = 5
    status_counts: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """`headers` has lower-case names; `url` is where the answer came from; `permanent_url` too, if all hops were permanent."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    permanent_url: str | None = None


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the server asks to wait, 0 to 24 hours; None if it does not ask or makes no sense."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:12]), MAX_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(value)
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds.total_seconds(), 0.0), MAX_RETRY_AFTER)
