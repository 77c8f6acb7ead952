"""How the targets of a claim are served: at what pace, by a thread or without one, and how much of each is claimed together.

Guarantee: no more targets than threads are free get something to do that occupies one. Sends nothing, and asks no database.
"""

from concurrent.futures import Future
from dataclasses import dataclass, field

from service.errors import ConfigurationError
from service.model.delivery import Delivery
from service.notify import Pace
from service.notify.receivers import resolve
from service.pipeline.parts import Parts

BATCH = 5
"""Deliveries of one target that are claimed together."""
LONG_BATCH = 20
"""The same of a target that was quick with those before and needs no pauses: a slow one must not fill the room for others."""

Work = Future[bool]
"""A batch that is being sent; True where all of it was tried and its target works."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a target is served; `later`: it needs no thread while it works on its answer."""

    pace: Pace
    later: bool

    @property
    def goes_on(self) -> bool:
        """Whether more may be claimed while it works: where no thread and no pause is to be shared with others."""
        return self.later and not self.pace.every


@dataclass(slots=True)
class Batch:
    """What was claimed of one target at a moment of this machine's clock, and when it was started; `size` is how much it was."""

    way: Way
    claimed: float
    left: list[Delivery] = field(default_factory=list)
    size: int = 0
    started: float = 0.0


class Ways:
    """The ways of the targets of one claim, and how much of each may be claimed, see `share`."""

    def __init__(self, parts: Parts, free: int, quick: frozenset[str] = frozenset()) -> None:
        """`free` threads there are; the `quick` targets take more at once."""
        self._parts = parts
        self._free = free
        self._quick = quick
        self._ways: dict[str, Way] = {}
        self._shares: dict[str, int] = {}

    def share(self, target: str) -> int:
        """One where each try may eat the lease, none without a thread, else a batch."""
        if target not in self._shares:
            way = self.of(target)
            none = not way.later and self._free <= 0
            single = way.pace.longest > self._parts.limits.lease.total_seconds()
            batch = LONG_BATCH if target in self._quick and not way.pace.every else BATCH
            self._shares[target] = 0 if none else 1 if single else batch
            self._free -= not way.later
        return self._shares[target]

    def of(self, target: str) -> Way:
        """By what the target means with its secrets as they are now."""
        if target not in self._ways:
            self._ways[target] = self._found(target)
        return self._ways[target]

    def _found(self, target: str) -> Way:
        notifiers = self._parts.notifiers
        try:
            url = resolve(target, self._parts.secrets)
        except ConfigurationError:
            return Way(Pace(0.0), later=False)
        return Way(notifiers.pace(url), notifiers.can_begin(url))
