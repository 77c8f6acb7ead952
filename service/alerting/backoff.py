"""When to try again: doubling waits with a jitter that is derived, not drawn, so that a decision can be repeated in a test."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

JITTER = 0.2
MAX_DOUBLINGS = 32
MAX_RETRY_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`first` doubles up to `cap`; what is older than `give_up_after` is not tried again. `unknown` is the least wait after a
    try whose outcome nobody knows, long enough for the target to have finished with it."""

    first: timedelta = timedelta(seconds=30)
    cap: timedelta = timedelta(hours=1)
    give_up_after: timedelta = timedelta(hours=72)
    unknown: timedelta = timedelta(minutes=5)


def backoff(policy: RetryPolicy, attempts: int, key: str) -> timedelta:
    """The wait after `attempts` failures in a row (1 = the first), within ±20 % of the doubled wait."""
    doublings = min(max(attempts, 1) - 1, MAX_DOUBLINGS)
    wait: timedelta = min(policy.first * 2**doublings, policy.cap)
    digest = hashlib.sha256(f"{key}\x1f{attempts}".encode()).digest()
    return wait * (1 - JITTER + 2 * JITTER * digest[0] / 255)


def next_try(
    policy: RetryPolicy, *, attempts: int, key: str, created_at: datetime, now: datetime, at_least: timedelta = timedelta(0)
) -> datetime | None:
    """When a delivery that failed `attempts` times is due again; None when it would be older than `give_up_after` by then.

    `at_least` is what the target asked for (Retry-After), clamped to a day.
    """
    due = now + max(backoff(policy, attempts, key), min(at_least, MAX_RETRY_AFTER))
    return due if due - created_at <= policy.give_up_after else None


MAX_FAULTS = 5
"""Tries in a row that may end in an error of our own before a delivery is given up: it will not get better by itself."""
MAX_LOSSES = 10
"""Tries in a row that may be lost before a delivery is given up: it may be what kills the process each time."""


def after_loss(policy: RetryPolicy, losses: int, key: str) -> timedelta:
    """How long after its last lost try a delivery waits: not at all after one, then doubling, so that its neighbours go first."""
    return backoff(policy, losses - 1, key) if losses > 1 else timedelta(0)
