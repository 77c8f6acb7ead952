"""Due deliveries → sent and recorded, in batches, one target at a time in order, so that a slow target delays only itself.

The record follows the send: a crash between the two sends once more, under the same key. A batch is claimed together to save
transactions, and what has not been tried when the target fails, the time runs short or the program ends is given back. How many
messages of a target may be sent and not yet recorded is its notifier's `pace`: that many a crash can repeat, of mail one.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from time import monotonic

from service.alerting.trouble import is_closed, is_trouble
from service.errors import ConfigurationError
from service.model.delivery import Delivery
from service.notify import Pace
from service.notify.receivers import resolve
from service.pipeline.parts import Parts
from service.pipeline.recorder import Recorder
from service.pipeline.trying import Try, put_off, send
from service.storage import deliveries, targets
from service.storage.endings import give_back

log = logging.getLogger(__name__)

BATCH = 5
"""Deliveries of one target that are claimed together."""


class Outbox:
    """Claims deliveries and sends them in threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._recorder = Recorder(parts)
        self._threads = ThreadPoolExecutor(parts.limits.senders, thread_name_prefix="send")
        self._room = parts.limits.senders * BATCH
        self._lock = threading.Lock()
        self._serving: dict[str, int] = {}
        self._resting: dict[str, float] = {}
        self._under_way: set[Future[None]] = set()
        self._closing = False

    def deliver(self) -> int:
        """Claim what is due for targets that are neither being served nor left alone, and start on it; returns how much."""
        self._recorder.settle()
        return self._deliver(1)

    def _deliver(self, least: int) -> int:
        """`least`: how much room there must be for it to be worth a transaction."""
        with self._lock:
            room = 0 if self._closing else self._room - sum(self._serving.values())
            if room < least:
                return 0
            began = monotonic()
            claims = self._claim(room)
            batches: dict[str, list[Delivery]] = {}
            for delivery in claims:
                batches.setdefault(delivery.target, []).append(delivery)
            started = {target: self._start(batch, began) for target, batch in batches.items()}
        for target, work in started.items():  # outside the lock: a finished one calls back at once
            work.add_done_callback(self._finished(target))
        return len(claims)

    def _claim(self, room: int) -> list[Delivery]:
        database, limits = self._parts.database, self._parts.limits
        with database.begin() as connection:
            now = database.now(connection)
            self._recorder.troubled = targets.troubled(connection)
            return deliveries.claim_due(
                connection,
                limit=room,
                lease=limits.lease,
                exclude_targets=self._closed_targets(now),
                per_target=self._share,
            )

    def _start(self, batch: list[Delivery], began: float) -> Future[None]:
        self._serving[batch[0].target] = len(batch)
        work = self._threads.submit(self._serve, batch, began)
        self._under_way.add(work)
        return work

    def close(self) -> set[Future[None]]:
        """Start nothing more; what is under way, to wait for."""
        with self._lock:
            self._closing = True
            self._threads.shutdown(wait=False)
            return set(self._under_way)

    def _closed_targets(self, now: datetime) -> frozenset[str]:
        self._resting = {target: until for target, until in self._resting.items() if until > monotonic()}
        closed = [target for target, trouble in self._recorder.troubled.items() if is_closed(trouble, now)]
        return frozenset((*self._serving, *self._resting, *closed))

    def _share(self, target: str) -> int:
        """How many deliveries of a target may be claimed together: one where each is followed by a pause or may eat the lease."""
        pace = self._pace(target)
        return 1 if pace.every or pace.longest > self._parts.limits.lease.total_seconds() else BATCH

    def _pace(self, target: str) -> Pace:
        try:
            return self._parts.notifiers.pace(resolve(target, self._parts.secrets))
        except ConfigurationError:
            return Pace(0.0)

    def _finished(self, target: str) -> Callable[[Future[None]], None]:
        def finished(work: Future[None]) -> None:
            with self._lock:
                self._serving.pop(target, None)
                self._under_way.discard(work)
            if error := work.exception():
                log.error("deliveries to a target ended in a fault of our own; their leases will end", exc_info=error)
            elif not self._closing:
                self._deliver(self._room // 2)

        return finished

    def _serve(self, batch: Sequence[Delivery], began: float) -> None:
        """Send a batch in its order, recording as the pace has it."""
        pace = self._pace(batch[0].target)
        tries: list[Try] = []
        left = list(batch)
        try:
            while left and not self._must_stop(pace, began, fresh=len(left) == len(batch)):
                delivery = left.pop(0)
                if (until := put_off(delivery, self._parts.retry)) and self._waits(delivery, until):
                    continue
                tries.append(Try(delivery, send(self._parts, delivery)))
                result = tries[-1].result
                if is_trouble(result.reason, permanent=result.permanent):
                    break
                if len(tries) >= pace.together:
                    written, tries = self._recorder.settle(tries), []
                    if not written:
                        break
        finally:
            self._recorder.settle(tries)
            if pace.every:
                with self._lock:
                    self._resting[batch[0].target] = monotonic() + pace.every
            if left:
                self._return(left, None)

    def _must_stop(self, pace: Pace, began: float, *, fresh: bool) -> bool:
        """Whether what is left is given back: the program ends, or another try might outlive the lease."""
        lease = self._parts.limits.lease.total_seconds()
        return self._closing or monotonic() - began > (lease / 2 if fresh else lease - pace.longest)

    def _waits(self, delivery: Delivery, until: datetime) -> bool:
        with self._parts.database.read() as connection:
            wait = until - self._parts.database.now(connection)
        if wait > timedelta(0):
            self._return([delivery], until)
        return wait > timedelta(0)

    def _return(self, left: Sequence[Delivery], due: datetime | None) -> None:
        database = self._parts.database
        with database.begin() as connection:
            give_back(connection, left, due or database.now(connection))
