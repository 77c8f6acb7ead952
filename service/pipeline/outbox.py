"""Due deliveries → sent and recorded, one at a time for each target, so that a slow target delays only itself.

The record follows the send: a crash between the two sends once more, under the same key. A delivery that is given up is never
silent: it is logged, counted, shown, and its alerts go to the inbox as `undelivered`.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from service.alerting.backoff import next_try
from service.errors import ConfigurationError, NotifyError
from service.model.delivery import Delivery, DeliveryState, Sent
from service.notify import kind_of
from service.notify.receivers import resolve
from service.pipeline.dressing import dress
from service.pipeline.parts import Active, Parts
from service.storage import deliveries, threads

log = logging.getLogger(__name__)

INBOX = "inbox://"
UNDELIVERED = "undelivered"
"""Receiver name of the copy that goes to the inbox when a delivery was given up."""
PAUSING = frozenset({"auth", "rate_limited", "tls"})
"""Reasons that hold for the target as a whole: its other deliveries wait as well."""


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


class Outbox:
    """Claims deliveries and sends them in threads."""

    def __init__(self, parts: Parts, active: Callable[[], Active]) -> None:
        self._parts = parts
        self._active = active
        self._threads = ThreadPoolExecutor(parts.limits.senders, thread_name_prefix="send")
        self._lock = threading.Lock()
        self._serving: set[str] = set()
        self._paused: dict[str, datetime] = {}
        self._under_way: set[Future[None]] = set()
        self._closing = False

    def deliver(self) -> int:
        """Claim what is due for targets that are neither being served nor paused, and start on it; returns how much."""
        limits, database = self._parts.limits, self._parts.database
        with self._lock:
            seats = 0 if self._closing else limits.senders - len(self._serving)
            if seats <= 0:
                return 0
            with database.begin() as connection:
                closed = self._closed_targets(database.now(connection))
                due = deliveries.claim_due(connection, limit=seats, lease=limits.lease, exclude_targets=closed, per_target=1)
                claims = threads.attach(connection, due)
            started = [self._start(delivery) for delivery in claims]
        for delivery, work in zip(claims, started, strict=True):  # outside the lock: a finished one calls back at once
            work.add_done_callback(self._finished(delivery))
        return len(claims)

    def _start(self, delivery: Delivery) -> Future[None]:
        self._serving.add(delivery.target)
        work = self._threads.submit(self._work, delivery)
        self._under_way.add(work)
        return work

    def close(self) -> set[Future[None]]:
        """Start nothing more; what is under way, to wait for."""
        with self._lock:
            self._closing = True
            self._threads.shutdown(wait=False)
            return set(self._under_way)

    def _closed_targets(self, now: datetime) -> frozenset[str]:
        self._paused = {target: until for target, until in self._paused.items() if until > now}
        return frozenset(self._serving | self._paused.keys())

    def _finished(self, delivery: Delivery) -> Callable[[Future[None]], None]:
        def finished(work: Future[None]) -> None:
            with self._lock:
                self._serving.discard(delivery.target)
                self._under_way.discard(work)
            if error := work.exception():
                log.error("the outcome of delivery %s could not be recorded; its lease will end", delivery.key, exc_info=error)
            elif not self._closing:
                self.deliver()

        return finished

    def _work(self, delivery: Delivery) -> None:
        result = self._send(delivery)
        database = self._parts.database
        with database.begin() as connection:
            now = database.now(connection)
            state, due = self._next(delivery, result, now)
            held = deliveries.record(
                connection,
                delivery,
                state=state,
                next_at=due,
                outcome=result.outcome,
                reason=result.reason,
                detail=result.detail,
                now=now,
            )
            if held and result.sent:
                threads.record(connection, delivery, result.sent, now)
            if held and state is DeliveryState.DISCARDED and delivery.target != INBOX:
                self._announce(connection, delivery, now)
        self._note(delivery, result, state, due, now, held)

    def _send(self, delivery: Delivery) -> Result:
        try:
            dressed = dress(delivery, self._active().rulebook)
            outcome = self._parts.notifiers.send(dressed, resolve(delivery.target, self._parts.secrets))
        except ConfigurationError as error:
            return Result("failed", "configuration", str(error))
        except NotifyError as error:
            return Result("failed", error.reason, str(error), error.permanent, timedelta(seconds=error.retry_after or 0))
        except Exception as error:  # broad: a poison message must cost itself alone: it backs off like any failure
            log.error("delivery %s to receiver %s hit a fault of our own", delivery.key, delivery.receiver, exc_info=error)
            return Result("failed", "other", f"{type(error).__name__} in the notifier")
        if isinstance(outcome, Sent):
            return Result("sent", detail=outcome.detail, sent=outcome)
        return Result("unknown", "timeout", outcome.detail, at_least=self._parts.retry.unknown)

    def _next(self, delivery: Delivery, result: Result, now: datetime) -> tuple[DeliveryState, datetime | None]:
        if result.outcome == "sent":
            return DeliveryState.SENT, None
        due = None
        if not result.permanent:
            due = next_try(
                self._parts.retry,
                attempts=delivery.attempts,
                key=delivery.key,
                created_at=delivery.created_at,
                now=now,
                at_least=result.at_least,
            )
        return (DeliveryState.RETRYABLE, due) if due else (DeliveryState.DISCARDED, None)

    def _announce(self, connection: Connection, delivery: Delivery, now: datetime) -> None:
        """Say on another channel that these alerts did not reach this target."""
        receiver = f"{UNDELIVERED}: {delivery.receiver}"
        wait = timedelta(0)
        orders = [deliveries.Order(alert.id, receiver, INBOX, delivery.key, wait, now) for alert in delivery.alerts]
        deliveries.enqueue(connection, orders)

    def _note(
        self, delivery: Delivery, result: Result, state: DeliveryState, due: datetime | None, now: datetime, held: bool
    ) -> None:
        outcome = result.outcome if result.outcome in ("sent", "unknown") else state.value
        self._parts.metrics.delivered(outcome, kind=kind_of(delivery.target), reason=result.reason)
        if not held:
            log.warning("delivery %s took longer than its lease; another worker sends it again under the same key", delivery.key)
        elif state is DeliveryState.SENT:
            log.info("sent to %s: %s", delivery.receiver, "; ".join(alert.title for alert in delivery.alerts))
        elif state is DeliveryState.DISCARDED:
            log.error(
                "given up on delivery %s to %s after %d tries: %s",
                delivery.key,
                delivery.receiver,
                delivery.attempts,
                result.detail,
            )
        else:
            log.warning("not sent to %s (try %d, next %s): %s", delivery.receiver, delivery.attempts, due, result.detail)
        if result.at_least and result.reason in PAUSING:
            with self._lock:
                self._paused[delivery.target] = now + result.at_least
