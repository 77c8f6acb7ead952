"""Deliveries to targets that answer later (webhooks, Slack): one thread serves them all, each target in its order; one writes.

Guarantee: a target gets its next delivery after it answered the one before; however slow it is, it delays nobody; what has been
sent is recorded within moments, together with what others sent, and always before the target is served again.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from time import monotonic

from service.alerting.trouble import is_trouble
from service.model.delivery import Delivery
from service.notify import Answered, Pace
from service.pipeline.parts import Parts
from service.pipeline.recorder import Recorder
from service.pipeline.trying import Result, Try, begin, judged
from service.pipeline.ways import Work

log = logging.getLogger(__name__)

MOST_UNRECORDED = 50
"""Tries that are recorded at last, however much else is going on."""
GATHER_SECONDS = 0.01
"""How long tries are gathered for one transaction while other targets are still at work."""


@dataclass(slots=True)
class Chain:
    """A batch of one target: what is left of it, whether one more may be started, and who waits for its end."""

    left: list[Delivery]
    may_go_on: Callable[[int], bool]
    """Asked before each try, with how many are left."""
    give_back: Callable[[list[Delivery]], None]
    """Takes what was not tried."""
    pace: Pace
    unrecorded: int = 0
    stopped: bool = False
    """What it sent cannot be recorded now, or its target fails, so it sends nothing more."""
    work: Work = field(default_factory=Future)


class Chains:
    """Made with its threads not running; the first chain starts them."""

    def __init__(self, parts: Parts, recorder: Recorder, again: Callable[[], object]) -> None:
        """`again` is called whenever chains have ended, once for all of them."""
        self._parts = parts
        self._recorder = recorder
        self._again = again
        self._events: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._started = False
        self._to_write: SimpleQueue[list[tuple[Chain, Try]]] = SimpleQueue()
        self._writing = False
        self._tries: list[tuple[Chain, Try]] = []
        self._full: list[Chain] = []
        """Chains that go on once their tries are recorded."""
        self._ended: list[Chain] = []
        self._running = 0
        self._resting: deque[tuple[float, Chain]] = deque()
        """Chains that pause, and until when; in order, since all pause equally long."""

    def start(self, chain: Chain) -> None:
        """Serve this target; called by one thread at a time."""
        if not self._started:
            self._started = True
            for name, work in (("chains", self._run), ("outcomes", self._write)):
                threading.Thread(target=work, name=name, daemon=True).start()
        self._events.put(partial(self._begin, chain))

    def _run(self) -> None:
        while True:
            try:
                event = self._events.get(*self._patience())
            except Empty:
                self._settle()
            else:
                event()
            while self._resting and self._resting[0][0] <= monotonic():
                self._go_on(self._resting.popleft()[1])
            if len(self._tries) >= MOST_UNRECORDED:
                self._settle()

    def _patience(self) -> tuple[bool, float | None]:
        """Whether to wait for an event, and how long: not at all when nobody is at work and something is to be recorded."""
        wait = max(self._resting[0][0] - monotonic(), 0.0) if self._resting else None
        if self._writing or not (self._tries or self._ended):
            return True, wait
        return self._running > len(self._ended) + len(self._full), GATHER_SECONDS if wait is None else min(GATHER_SECONDS, wait)

    def _begin(self, chain: Chain) -> None:
        self._running += 1
        self._go_on(chain)

    def _answered(self, chain: Chain, delivery: Delivery, answered: Answered) -> None:
        if self._ends_with(chain, Try(delivery, judged(self._parts, delivery, answered))):
            self._ended.append(chain)
        else:
            self._advance(chain)

    def _ends_with(self, chain: Chain, one: Try) -> bool:
        """Keep what a try came to; whether the target is left alone from now on."""
        self._tries.append((chain, one))
        chain.unrecorded += 1
        troubled = is_trouble(one.result.reason, permanent=one.result.permanent)
        chain.stopped = chain.stopped or troubled
        return troubled

    def _advance(self, chain: Chain) -> None:
        """After a try: go on, at once or after the pause, unless too much of this target is not recorded yet."""
        if not chain.left:
            self._ended.append(chain)
        elif chain.unrecorded >= chain.pace.together:
            self._full.append(chain)
        elif chain.pace.every:
            self._resting.append((monotonic() + chain.pace.every, chain))
        else:
            self._go_on(chain)

    def _go_on(self, chain: Chain) -> None:
        """Start the next try of a chain; one that fails at once makes room for the next."""
        while chain.left and chain.unrecorded < chain.pace.together and not chain.stopped and chain.may_go_on(len(chain.left)):
            delivery = chain.left.pop(0)
            result: Result | None = begin(self._parts, delivery, partial(self._later, chain, delivery))
            if result is None:
                return
            if self._ends_with(chain, Try(delivery, result)):
                self._ended.append(chain)
                return
        full = chain.left and chain.unrecorded >= chain.pace.together
        (self._full if full else self._ended).append(chain)

    def _later(self, chain: Chain, delivery: Delivery, answered: Answered) -> None:
        self._events.put(partial(self._answered, chain, delivery, answered))

    def _settle(self) -> None:
        """Have what has come together written, unless something is being written: what comes meanwhile is written after it."""
        if self._tries and not self._writing:
            self._writing = True
            self._to_write.put(self._tries)
            self._tries = []
        elif not self._writing:
            self._end()

    def _write(self) -> None:
        """A thread of its own: waiting for the database leaves time to talk to targets."""
        while True:
            tries = self._to_write.get()
            recorded = self._recorder.settle([one for _, one in tries])
            self._events.put(partial(self._written, tries, recorded))

    def _written(self, tries: list[tuple[Chain, Try]], recorded: bool) -> None:
        self._writing = False
        for chain, _ in tries:
            chain.unrecorded -= 1
            chain.stopped = chain.stopped or not recorded
        full, self._full = self._full, []
        for chain in full:
            if chain.unrecorded >= chain.pace.together:
                self._full.append(chain)
            else:
                self._advance(chain)
        self._end()

    def _end(self) -> None:
        """Chains whose tries are all recorded have come to their end."""
        ended = [chain for chain in self._ended if not chain.unrecorded]
        self._ended = [chain for chain in self._ended if chain.unrecorded]
        self._running -= len(ended)
        for chain in ended:
            chain.give_back(chain.left)
            chain.work.set_result(not (chain.left or chain.stopped))
        if ended:
            self._again()
