"""One try of one delivery: what it came to, and what follows from that.

Guarantee: whatever a notifier meets, and whatever breaks in it, is a Result; a delivery that breaks us or kills us again and
again is given up after a bounded number of tries, while its neighbours go first. Writes nothing.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.alerting.backoff import MAX_FAULTS, MAX_LOSSES, RetryPolicy, after_loss, next_try
from service.errors import ConfigurationError, NotifyError, StorageError
from service.model.delivery import FAULT, LOST, Delivery, DeliveryState, Outcome, Sent
from service.notify import Answered
from service.notify.receivers import resolve
from service.pipeline.parts import Parts

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Result:
    """What one try came to: `outcome` is sent, unknown or failed; `reason` one of notify.REASONS or empty.

    `sent` is the answer of a target that took the message.
    """

    outcome: str
    reason: str = ""
    detail: str = ""
    permanent: bool = False
    at_least: timedelta = timedelta(0)
    sent: Sent | None = None


@dataclass(frozen=True, slots=True)
class Try:
    """A try that has ended and is not recorded yet."""

    delivery: Delivery
    result: Result


def send(parts: Parts, delivery: Delivery) -> Result:
    """One try, with the secrets as they are now."""
    return hopeless(delivery) or judged(parts, delivery, lambda: parts.notifiers.send(delivery, _url(parts, delivery)))


def begin(parts: Parts, delivery: Delivery, done: Callable[[Answered], None]) -> Result | None:
    """Start one try at a target that answers later; a Result when it has ended already."""
    if result := hopeless(delivery):
        return result

    def start() -> Outcome:
        parts.notifiers.begin(delivery, _url(parts, delivery), done)
        return Sent()

    result = judged(parts, delivery, start)
    return result if result.outcome == "failed" else None


def hopeless(delivery: Delivery) -> Result | None:
    """The end of a delivery that seems to kill the process each time it is tried."""
    streak = delivery.streak
    if streak and streak.reason == LOST and streak.count >= MAX_LOSSES:
        return Result("failed", LOST, f"its last {streak.count} tries were lost: it may be what ends the program", permanent=True)
    return None


def judged(parts: Parts, delivery: Delivery, work: Answered) -> Result:
    """Whatever `work` comes to, as a Result."""
    try:
        outcome = work()
    except ConfigurationError as error:
        return Result("failed", "configuration", str(error))
    except NotifyError as error:
        return Result("failed", error.reason, str(error), error.permanent, timedelta(seconds=error.retry_after or 0))
    except StorageError as error:  # the inbox is in the database, which may be away for a while
        return Result("failed", "other", str(error))
    except Exception as error:  # broad: a poison message must cost itself alone: it backs off like any failure
        log.error("delivery %s to receiver %s hit a fault of our own", delivery.key, delivery.receiver, exc_info=error)
        streak = delivery.streak
        faults = 1 + (streak.count if streak and streak.reason == FAULT else 0)
        return Result("failed", FAULT, f"{type(error).__name__} in the notifier", permanent=faults >= MAX_FAULTS)
    if isinstance(outcome, Sent):
        return Result("sent", detail=outcome.detail, sent=outcome)
    return Result("unknown", "timeout", outcome.detail, at_least=parts.retry.unknown)


def _url(parts: Parts, delivery: Delivery) -> str:
    return resolve(delivery.target, parts.secrets)


def put_off(delivery: Delivery, policy: RetryPolicy) -> datetime | None:
    """Until when a delivery has to wait whose last tries were lost; None when it need not."""
    streak = delivery.streak
    if streak is None or streak.reason != LOST or streak.count >= MAX_LOSSES:
        return None
    wait = after_loss(policy, streak.count, delivery.key)
    return streak.at + wait if wait else None


def following(policy: RetryPolicy, one: Try, now: datetime) -> tuple[DeliveryState, datetime | None]:
    """The state after a try, and when the next one is due."""
    delivery, result = one.delivery, one.result
    if result.outcome == "sent":
        return DeliveryState.SENT, None
    if result.permanent:
        return DeliveryState.DISCARDED, None
    due = next_try(
        policy,
        attempts=delivery.attempts,
        key=delivery.key,
        created_at=delivery.created_at,
        now=now,
        at_least=result.at_least,
    )
    return (DeliveryState.RETRYABLE, due) if due else (DeliveryState.DISCARDED, None)
