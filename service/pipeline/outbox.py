"""Due deliveries → sent and recorded, in batches, one target at a time in order, so that a slow target delays only itself.

The record follows the send: a crash between the two sends once more, under the same key. A batch is claimed together to save
transactions, and what has not been tried when the target fails, the time runs short or the program ends is given back. How many
messages of a target may be sent and not yet recorded is its notifier's `pace`: that many a crash can repeat, of mail one.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from time import monotonic

from service.alerting.trouble import is_closed, is_trouble
from service.errors import ConfigurationError, StorageError
from service.model.delivery import Delivery
from service.notify import Pace
from service.notify.receivers import resolve
from service.pipeline.chains import Chain, Chains
from service.pipeline.hushing import leave_silenced
from service.pipeline.parts import Parts
from service.pipeline.recorder import Recorder
from service.pipeline.trying import Try, put_off, send
from service.storage import deliveries, stories, targets, threads
from service.storage.endings import give_back

log = logging.getLogger(__name__)

BATCH = 5
"""Deliveries of one target that are claimed together where there are pauses between them."""
LONG_BATCH = 20
"""The same where there are none."""
TURN_SECONDS = 1.0
"""How long a target may keep a thread for more than BATCH tries: a slow one gives the rest back, others have their turn."""
CLAIM_SECONDS = 0.1
"""The least time from one claim to the next that a tick makes."""
ROOM = 400
"""Deliveries that are claimed and not yet recorded at most."""


class Outbox:
    """Claims deliveries and sends them: in threads where a try occupies one, else all from one."""

    def __init__(self, parts: Parts, dress: Callable[[Delivery], Delivery]) -> None:
        """`dress` adds what a message takes from the rulebook in force."""
        self._parts = parts
        self._dress = dress
        self._recorder = Recorder(parts)
        self._chains = Chains(parts, self._recorder, self._go_on)
        self._threads = ThreadPoolExecutor(parts.limits.senders, thread_name_prefix="send")
        self._claims = ThreadPoolExecutor(1, thread_name_prefix="claims")
        self._claiming = threading.Lock()
        """Held by the one who claims; it is taken before `_lock`, which is never held while the database works."""
        self._lock = threading.Lock()
        self._asked = False
        self._claimed_at = -CLAIM_SECONDS
        self._serving: dict[str, _Way] = {}
        self._resting: dict[str, float] = {}
        self._under_way: set[Future[None]] = set()
        self._closing = False

    def deliver(self) -> int:
        """Claim what is due for targets that are neither being served nor left alone, and start on it; returns how much.

        While targets are being served it claims ten times a second at most: those that end ask for more themselves.
        """
        self._recorder.settle()
        if self._serving and monotonic() - self._claimed_at < CLAIM_SECONDS:
            return 0
        return self._deliver(1)

    def _deliver(self, least: int) -> int:
        """`least`: how much room there must be for it to be worth a transaction."""
        with self._claiming:
            with self._lock:
                serving = list(self._serving.values())
                room = 0 if self._closing else ROOM - sum(way.claimed for way in serving)
            if room < least:
                return 0
            self._claimed_at = began = monotonic()
            ways = _Ways(self._parts, self._parts.limits.senders - sum(not way.later for way in serving))
            batches: dict[str, list[Delivery]] = {}
            for delivery in self._claim(room, ways):
                batches.setdefault(delivery.target, []).append(delivery)
            claimed = sum(map(len, batches.values()))
            with self._lock:
                started = {target: self._start(batch, ways.of(target), began) for target, batch in batches.items()}
        for target, work in started.items():  # outside the locks: a finished one calls back at once
            work.add_done_callback(self._ended(target))
        return claimed

    def _claim(self, room: int, ways: "_Ways") -> list[Delivery]:
        database, limits = self._parts.database, self._parts.limits
        with database.begin() as connection:
            now = database.now(connection)
            self._recorder.troubled = targets.troubled(connection)
            closed = self._closed_targets(now)
            claims = deliveries.claim_due(
                connection, limit=room, lease=limits.lease, exclude_targets=closed, per_target=ways.share
            )
            late = {delivery.id: until for delivery in claims if (until := put_off(delivery, self._parts.retry)) and until > now}
            for delivery in claims:
                if delivery.id in late:
                    give_back(connection, [delivery], late[delivery.id])
            wanted = leave_silenced(connection, [one for one in claims if one.id not in late], now)
            due = stories.attach(connection, threads.attach(connection, wanted))
        return [self._dress(delivery) for delivery in due]

    def _start(self, batch: list[Delivery], way: "_Way", began: float) -> "Future[None]":
        self._serving[batch[0].target] = replace(way, claimed=len(batch))
        may_go_on = partial(self._may_go_on, way.pace, began, len(batch))
        if way.later:
            chain = Chain(batch, may_go_on, self._return, way.pace)
            self._chains.start(chain)
            work = chain.work
        else:
            work = self._threads.submit(self._serve, batch, way.pace, may_go_on)
        self._under_way.add(work)
        return work

    def close(self) -> "set[Future[None]]":
        """Start nothing more; what is under way, to wait for."""
        with self._claiming, self._lock:
            self._closing = True
            self._threads.shutdown(wait=False)
            self._claims.shutdown(wait=False)
            return set(self._under_way)

    def _closed_targets(self, now: datetime) -> frozenset[str]:
        closed = [target for target, trouble in self._recorder.troubled.items() if is_closed(trouble, now)]
        with self._lock:
            self._resting = {target: until for target, until in self._resting.items() if until > monotonic()}
            return frozenset((*self._serving, *self._resting, *closed))

    def _ended(self, target: str) -> "Callable[[Future[None]], None]":
        def ended(work: "Future[None]") -> None:
            if error := work.exception():
                log.error("deliveries to a target ended in a fault of our own; their leases will end", exc_info=error)
            with self._lock:
                way = self._serving.pop(target)
                self._under_way.discard(work)
                if way.pace.every:
                    self._resting[target] = monotonic() + way.pace.every
            if not way.later:
                self._go_on()

        return ended

    def _go_on(self) -> None:
        """Have more claimed after something ended, once for all that ended meanwhile; on another thread, since it takes long."""
        with self._lock:
            if not self._asked and not self._closing:
                self._asked = True
                self._claims.submit(self._more)

    def _more(self) -> None:
        """What fails is tried again with the next tick."""
        with self._lock:
            self._asked = False
        try:
            self._deliver(ROOM // 2)
        except StorageError as error:
            log.warning("deliveries cannot be claimed now: %s", error)

    def _serve(self, batch: list[Delivery], pace: Pace, may_go_on: Callable[[int], bool]) -> None:
        """Send a batch in its order, recording as the pace has it."""
        tries: list[Try] = []
        began, size = monotonic(), len(batch)
        while batch and may_go_on(len(batch)):
            if size - len(batch) >= BATCH and monotonic() - began > TURN_SECONDS:
                break
            delivery = batch.pop(0)
            result = send(self._parts, delivery)
            tries.append(Try(delivery, result))
            if is_trouble(result.reason, permanent=result.permanent):
                break
            if len(tries) >= pace.together:
                written, tries = self._recorder.settle(tries), []
                if not written:
                    break
        self._recorder.settle(tries)
        self._return(batch)

    def _may_go_on(self, pace: Pace, began: float, size: int, left: int) -> bool:
        """Whether one more try may start: not when the program ends, and not when it might outlive the lease."""
        lease = self._parts.limits.lease.total_seconds()
        return not self._closing and monotonic() - began <= (lease / 2 if left == size else lease - pace.longest)

    def _return(self, left: Sequence[Delivery]) -> None:
        """Give back what was claimed and not tried; while the database is away, its lease does."""
        database = self._parts.database
        try:
            if left:
                with database.begin() as connection:
                    give_back(connection, left, database.now(connection))
        except StorageError as error:
            log.warning("%d deliveries could not be given back; their leases will end: %s", len(left), error)


@dataclass(frozen=True, slots=True)
class _Way:
    """How a target is served; `later`: it needs no thread while it works on its answer."""

    pace: Pace
    later: bool
    claimed: int = 0


class _Ways:
    """The ways of the targets of one claim, and how much of each may be claimed: for no more targets than threads are free."""

    def __init__(self, parts: Parts, free: int) -> None:
        self._parts = parts
        self._free = free
        self._ways: dict[str, _Way] = {}
        self._shares: dict[str, int] = {}

    def share(self, target: str) -> int:
        """One where each try may eat the lease, none without a thread, else a batch."""
        if target not in self._shares:
            way = self.of(target)
            none = not way.later and self._free <= 0
            single = way.pace.longest > self._parts.limits.lease.total_seconds()
            batch = BATCH if way.pace.every else LONG_BATCH
            self._shares[target] = 0 if none else 1 if single else batch
            self._free -= not way.later
        return self._shares[target]

    def of(self, target: str) -> _Way:
        """By what the target means with its secrets as they are now."""
        if target not in self._ways:
            self._ways[target] = self._found(target)
        return self._ways[target]

    def _found(self, target: str) -> _Way:
        notifiers = self._parts.notifiers
        try:
            url = resolve(target, self._parts.secrets)
        except ConfigurationError:
            return _Way(Pace(0.0), later=False)
        return _Way(notifiers.pace(url), notifiers.can_begin(url))
