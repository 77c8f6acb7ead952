"""When a target is left alone: some failures are the target's, not the message's, and its other deliveries need not meet them.

Pure; takes `now`.
"""

from datetime import datetime, timedelta

from service.alerting.backoff import MAX_RETRY_AFTER, RetryPolicy, backoff
from service.model.delivery import Trouble

AT_ONCE = frozenset({"auth", "tls", "rate_limited", "configuration", "refused_address"})
"""Reasons that hold for the target as a whole, for certain."""
REPEATED = frozenset({"connection", "timeout"})
"""Reasons that may have been bad luck once, and are the target's when they come in a row."""
TELLING = 5
"""Failures in a row after which the operator is told of bad luck; of the others at once."""


def is_trouble(reason: str, *, permanent: bool) -> bool:
    """Whether the next delivery to the same target would meet the same."""
    return not permanent and reason in AT_ONCE | REPEATED


def left_alone(before: Trouble | None, failed: Trouble, policy: RetryPolicy, at_least: timedelta) -> Trouble:
    """What is known of the target now; `failed` says which, when (`since`), and why it failed just now."""
    failures = before.failures + 1 if before else 1
    bad_luck = failed.reason in REPEATED
    wait = backoff(policy, failures - bad_luck, failed.target) if failures > bad_luck else timedelta(0)
    now = failed.since
    until = now + max(wait, min(at_least, MAX_RETRY_AFTER) if not bad_luck else timedelta(0))
    return Trouble(failed.target, before.since if before else now, until, failures, failed.reason, failed.detail)


def is_to_be_told(before: Trouble | None, trouble: Trouble) -> bool:
    """Whether this failure is the one that the operator is told of; asking us to slow down is not one."""
    if trouble.reason in REPEATED:
        return trouble.failures == TELLING
    return trouble.reason != "rate_limited" and (before is None or before.reason != trouble.reason)


def is_closed(trouble: Trouble, now: datetime) -> bool:
    """Whether nothing may be sent there yet."""
    return trouble.closed_until > now
