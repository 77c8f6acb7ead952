"""Event types that are read on their own: their words must not change what the other types find, nor whom those are about.

A sentence with words of such types is read twice, once for either half of the vocabulary, and told as one. Shared blockers belong
to both halves. It must not know any single event type.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.events.compiled import Compiled, Hit, Role


@dataclass(frozen=True, slots=True)
class Halves:
    """The hits of a sentence: for the types that are read together, and for those that are read on their own."""

    together: Sequence[Hit]
    alone: Sequence[Hit]

    @property
    def until(self) -> int:
        """Where the last of their triggers stands: what follows cannot matter to the types that are read on their own."""
        return max(hit.start for hit in self.alone if hit.role is Role.TRIGGER)


def halves(compiled: Compiled, hits: Sequence[Hit]) -> Halves:
    """Part the hits; `alone` is empty unless a trigger is among them."""
    aside = compiled.aside
    if not any((hit.role is Role.BLOCKER, hit.entry) in aside for hit in hits):
        return Halves(hits, ())
    together = [hit for hit in hits if (hit.role is Role.BLOCKER, hit.entry) not in aside]
    alone = [hit for hit in hits if (hit.role is Role.BLOCKER, hit.entry) in aside or _is_shared(compiled, hit)]
    return Halves(together, alone if _can_fire(compiled, alone) else ())


def _is_shared(compiled: Compiled, hit: Hit) -> bool:
    return hit.role is Role.BLOCKER and compiled.blockers[hit.entry][1] is None


def _can_fire(compiled: Compiled, hits: Sequence[Hit]) -> bool:
    """Whether a trigger is among them, and one of its companions if it needs one."""
    accompanied = {hit.entry for hit in hits if hit.role is Role.COMPANION}
    return any(
        hit.role is Role.TRIGGER and (not compiled.triggers[hit.entry].companions or hit.entry in accompanied) for hit in hits
    )


def asserts(hits: Iterable[Hit]) -> bool:
    """Whether a trigger is among them."""
    return any(hit.role is Role.TRIGGER for hit in hits)
