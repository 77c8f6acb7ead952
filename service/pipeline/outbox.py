"""Due deliveries → sent and recorded, in batches, one target at a time in order, so that a slow target delays only itself.

The record follows the send: a crash between the two sends once more, under the same key. A batch is claimed together to save
transactions, and what has not been tried when the target fails, the time runs short or the program ends is given back. How many
messages of a target may be sent and not yet recorded is its notifier's `pace`: that many a crash can repeat, of mail one.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from time import monotonic

from service.alerting.trouble import is_closed, is_trouble
from service.errors import StorageError
from service.model.delivery import Delivery
from service.notify import Pace
from service.pipeline.chains import Chain, Chains
from service.pipeline.hushing import leave_silenced
from service.pipeline.parts import Parts
from service.pipeline.recorder import Recorder
from service.pipeline.trying import Try, put_off, send
from service.pipeline.ways import BATCH, Batch, Ways, Work
from service.storage import deliveries, stories, targets, threads
from service.storage.deliveries import Leases
from service.storage.endings import give_back

log = logging.getLogger(__name__)

TURN_SECONDS = 1.0
"""How long a target may keep a thread for more than BATCH tries; one that makes BATCH tries in that time is quick."""
CLAIM_SECONDS = 0.1
"""The least time from one claim to the next that a tick makes."""
ROOM = 800
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
        self._serving: dict[str, Batch] = {}
        self._next: dict[str, Batch] = {}
        """What was claimed for quick targets while they work on the batch before, so that they need not wait for the database."""
        self._quick: set[str] = set()
        self._leases: Leases | None = None
        """What was leased and not read yet, and since when at the latest: it is no fresher for being read later."""
        self._leased_at = 0.0
        self._resting: dict[str, float] = {}
        self._under_way: set[Work] = set()
        self._closing = False

    def deliver(self) -> int:
        """Claim what is due for targets that are neither being served nor left alone, and start on it; returns how much.

        While targets are being served it claims ten times a second at most: those that end ask for more themselves.
        """
        self._recorder.settle()
        if self._serving and monotonic() - self._claimed_at < CLAIM_SECONDS:
            return 0
        return self._deliver(ahead=False)

    def _deliver(self, *, ahead: bool) -> int:
        """`ahead`: for targets at work too, if there is room enough for it to be worth a transaction."""
        with self._claiming:
            with self._lock:
                room = 0 if self._closing else ROOM - self._held()
                free = self._parts.limits.senders - sum(not batch.way.later for batch in self._serving.values())
                ways = Ways(self._parts, free, frozenset(self._quick))
            if room < (ROOM // 2 if ahead else 1):
                return 0
            self._claimed_at = monotonic()
            batches: dict[str, Batch] = {}
            now, claims = self._claim(room, ways, ahead=ahead)
            for delivery in claims:
                batches.setdefault(delivery.target, Batch(ways.of(delivery.target), self._leased_at)).left.append(delivery)
            started, refused = self._take(batches, now)
        self._watch(started)
        self._return(refused)
        return len(claims)

    def _held(self) -> int:
        return sum(batch.size for batches in (self._serving, self._next) for batch in batches.values())

    def _claim(self, room: int, ways: Ways, *, ahead: bool) -> tuple[datetime, list[Delivery]]:
        """In three steps, since others wait for the first and the last one only; one that the database broke off goes on."""
        database = self._parts.database
        if self._leases is None:
            self._leased_at = monotonic()
            self._leases = self._lease(room, ways, ahead=ahead)
        leases = self._leases
        if not leases.rows:
            self._leases = None
            return leases.at, []
        with database.read() as connection:
            found = deliveries.contents(connection, leases)
        with database.begin() as connection:
            claims, now = deliveries.claimed(connection, leases, found), leases.at
            late = {delivery.id: until for delivery in claims if (until := put_off(delivery, self._parts.retry)) and until > now}
            for delivery in claims:
                if delivery.id in late:
                    give_back(connection, [delivery], late[delivery.id])
            wanted = leave_silenced(connection, [one for one in claims if one.id not in late], now)
            due = stories.attach(connection, threads.attach(connection, wanted))
        self._leases = None
        return now, [self._dress(delivery) for delivery in due]

    def _lease(self, room: int, ways: Ways, *, ahead: bool) -> Leases:
        database, limits = self._parts.database, self._parts.limits
        with database.begin() as connection:
            self._recorder.troubled = targets.troubled(connection)
            closed = self._closed_targets(database.now(connection), ahead=ahead)
            return deliveries.lease_due(connection, limit=room, lease=limits.lease, exclude_targets=closed, per_target=ways.share)

    def _take(self, batches: Mapping[str, Batch], now: datetime) -> tuple[dict[str, Work], list[Delivery]]:
        """What was started, and what must not be: its target failed while it was claimed. The rest is next for its target."""
        started: dict[str, Work] = {}
        refused: list[Delivery] = []
        with self._lock:
            for target, batch in batches.items():
                batch.size = len(batch.left)
                trouble = self._recorder.troubled.get(target)
                if target in self._serving:
                    self._next[target] = batch
                elif self._closing or (trouble and is_closed(trouble, now)):
                    refused += batch.left
                else:
                    started[target] = self._start(target, batch)
        return started, refused

    def _start(self, target: str, batch: Batch) -> Work:
        self._serving[target] = batch
        batch.started = monotonic()
        may_go_on = partial(self._may_go_on, batch.way.pace, batch.claimed, batch.size)
        if batch.way.later:
            chain = Chain(batch.left, may_go_on, self._return, batch.way.pace)
            self._chains.start(chain)
            work = chain.work
        else:
            work = self._threads.submit(self._serve, batch.left, batch.way.pace, may_go_on)
        self._under_way.add(work)
        return work

    def _watch(self, started: Mapping[str, Work]) -> None:
        """Outside the locks: what has ended by now calls back at once."""
        for target, work in started.items():
            work.add_done_callback(partial(self._ended, target))

    def close(self) -> set[Work]:
        """Start nothing more; what is under way, to wait for."""
        with self._claiming:
            with self._lock:
                self._closing = True
                left = [delivery for batch in self._next.values() for delivery in batch.left]
                self._next.clear()
                self._threads.shutdown(wait=False)
                self._claims.shutdown(wait=False)
                under_way = set(self._under_way)
            self._return(left)
        return under_way

    def _closed_targets(self, now: datetime, *, ahead: bool) -> frozenset[str]:
        closed = [target for target, trouble in self._recorder.troubled.items() if is_closed(trouble, now)]
        with self._lock:
            self._resting = {target: until for target, until in self._resting.items() if until > monotonic()}
            at_work = self._serving.keys() - self._ready() if ahead else self._serving
            return frozenset((*at_work, *self._resting, *closed))

    def _ready(self) -> set[str]:
        """Targets for which more may be claimed while they work."""
        quick = self._quick - self._next.keys()
        return {target for target, batch in self._serving.items() if target in quick and batch.way.goes_on}

    def _ended(self, target: str, work: Work) -> None:
        """Go on with what was claimed for the target meanwhile, unless it failed."""
        error = work.exception()
        if error:
            log.error("deliveries to a target ended in a fault of our own; their leases will end", exc_info=error)
        with self._lock:
            batch = self._serving.pop(target)
            self._under_way.discard(work)
            if batch.way.pace.every:
                self._resting[target] = monotonic() + batch.way.pace.every
            self._quick.discard(target)
            if monotonic() - batch.started <= TURN_SECONDS * batch.size / BATCH:
                self._quick.add(target)
            following = self._next.pop(target, None)
            goes_on = following is not None and not error and work.result() and not self._closing
            started = {target: self._start(target, following)} if following and goes_on else {}
        self._watch(started)
        if following and not goes_on:
            self._return(following.left)
        if not batch.way.later:
            self._go_on()

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
            claimed = self._deliver(ahead=True)
            with self._lock:
                more = claimed and self._ready()
            if more:
                self._go_on()
        except StorageError as error:
            log.warning("deliveries cannot be claimed now: %s", error)

    def _serve(self, batch: list[Delivery], pace: Pace, may_go_on: Callable[[int], bool]) -> bool:
        """Send a batch in its order, recording as the pace has it; whether all of it was tried."""
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
        return not batch

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
