"""Tries that ended → recorded: state, attempt, health of the target, and what the operator has to be told, in one transaction.

Guarantee: who calls `settle` comes back when the tries are written, together with those of others that ended meanwhile; while the
database is away they are kept, and written when it is back. A delivery that is given up is never silent: it is logged, counted,
shown, and its alerts go to the inbox as `undelivered`; a target that fails as a whole is named there too.
"""

import hashlib
import logging
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from service.alerting.latency import latency_of
from service.alerting.trouble import is_to_be_told, is_trouble, left_alone
from service.errors import StorageError
from service.model.delivery import Delivery, DeliveryState, Trouble
from service.notify import kind_of
from service.notify.receivers import shown
from service.pipeline.parts import Parts
from service.pipeline.trying import Try, following
from service.storage import deliveries, inbox, targets, threads
from service.storage.endings import Ending, record_all

log = logging.getLogger(__name__)

INBOX = "inbox://"
UNDELIVERED = "undelivered"
"""Receiver name of the copy that goes to the inbox when a delivery was given up."""


class Recorder:
    """Writes how tries ended. Thread-safe: one thread writes for all that came meanwhile."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._waiting: list[Try] = []
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self.troubled: dict[str, Trouble] = {}
        """Targets in trouble, as the last claim read them and the endings since changed them."""

    def settle(self, tries: Sequence[Try] = ()) -> bool:
        """Have these written; without any, what is left from a time when the database was away. False: it still is."""
        with self._lock:
            self._waiting += tries
        with self._writing:
            with self._lock:
                taken, self._waiting = self._waiting, []
            try:
                if taken:
                    self._write(taken)
            except StorageError as error:
                with self._lock:
                    self._waiting = taken + self._waiting
                log.error("the outcomes of %d deliveries could not be recorded yet: %s", len(taken), error)
                return False
        return True

    def _write(self, tries: Sequence[Try]) -> None:
        database, policy = self._parts.database, self._parts.retry
        with database.begin() as connection:
            now = database.now(connection)
            endings = [self._ending(one, *following(policy, one, now)) for one in tries]
            held = record_all(connection, endings, now)
            told = [(one.delivery, one.result.sent) for one in tries if one.result.sent and one.delivery.id in held]
            threads.record(connection, told, now)
            for ending in endings:
                if ending.state is DeliveryState.DISCARDED and ending.delivery.id in held:
                    _announce(connection, ending.delivery, now)
            troubled = self._judge(connection, tries, now)
        self.troubled = troubled
        for one, ending in zip(tries, endings, strict=True):
            self._note(one, ending, ending.delivery.id in held)
            if ending.state is DeliveryState.SENT:
                self._measure(ending.delivery, now)

    @staticmethod
    def _ending(one: Try, state: DeliveryState, due: datetime | None) -> Ending:
        result = one.result
        return Ending(one.delivery, state, due, result.outcome, result.reason, result.detail)

    def _judge(self, connection: Connection, tries: Sequence[Try], now: datetime) -> dict[str, Trouble]:
        """Which targets are in trouble after these tries; a target that answers for the message alone is not."""
        known = dict(self.troubled)
        for one in tries:
            target, result = one.delivery.target, one.result
            before = known.pop(target, None)
            if is_trouble(result.reason, permanent=result.permanent) and target != INBOX:
                failed = Trouble(target, now, now, 1, result.reason, result.detail)
                known[target] = trouble = left_alone(before, failed, self._parts.retry, result.at_least)
                if is_to_be_told(before, trouble):
                    _tell(connection, one.delivery, trouble, now)
        for trouble in known.values():
            if self.troubled.get(trouble.target) != trouble:
                targets.close(connection, trouble)
        targets.clear(connection, self.troubled.keys() - known.keys())
        return known

    def _measure(self, delivery: Delivery, now: datetime) -> None:
        for alert in delivery.alerts:
            whole = latency_of(alert.published, None, alert.created_at, delivery.created_at, now)
            self._parts.metrics.took(whole)

    def _note(self, one: Try, ending: Ending, held: bool) -> None:
        delivery, result, state = one.delivery, one.result, ending.state
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
            log.warning(
                "not sent to %s (try %d, next %s): %s", delivery.receiver, delivery.attempts, ending.next_at, result.detail
            )


def _announce(connection: Connection, delivery: Delivery, now: datetime) -> None:
    """Say on another channel that these alerts did not reach this target."""
    if delivery.target == INBOX:
        return
    receiver, wait = f"{UNDELIVERED}: {delivery.receiver}", timedelta(0)
    orders = [deliveries.Order(alert.id, receiver, INBOX, delivery.key, wait, now) for alert in delivery.alerts]
    deliveries.enqueue(connection, orders)


def _tell(connection: Connection, delivery: Delivery, trouble: Trouble, now: datetime) -> None:
    """Name a target that fails as a whole, once for each time it begins to."""
    digest = hashlib.sha256(f"{trouble.target}\n{trouble.since.isoformat()}\n{trouble.reason}".encode()).hexdigest()
    text = "\n".join(
        (
            f"Deliveries to receiver {delivery.receiver} at {shown(trouble.target)} wait: {trouble.detail}",
            f"It is tried again from {trouble.closed_until:%Y-%m-%d %H:%M:%S} UTC on. Nothing is lost meanwhile.",
            "`tapewatch deliveries list` shows what waits.",
        )
    )
    subject = f"Receiver {delivery.receiver} cannot be reached: {trouble.reason.replace('_', ' ')}"
    inbox.append(connection, key=f"trouble-{digest[:32]}", subject=subject, text=text, alerts=[], now=now)
    log.error("%s", text.splitlines()[0])
