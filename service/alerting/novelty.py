"""Whether a report tells something new of a happening that was told already.

A later stage is another happening by its identity, so it needs no word here. What remains within one happening: a price limit
after a mere move, a move that has grown, a denial, a correction.
Guarantee: pure; every change is said in words. It must not know who was told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from service.alerting.fingerprint import identity_of
from service.alerting.story_words import Figure
from service.model.alert import Novelty
from service.model.event import Event, FieldValue, Status

GROWN = 1.5
"""A move, or a figure, that is so many times what was told is news again; scale-free, so that it fits an index and a stock."""
LEAST, STEP = 1.0, 5.0
"""Points: a move that grew by less is no news, one that grew by so much always is."""

MOVES = {"price_move": "", "limit_up": "up", "limit_down": "down"}
"""Types that are one happening, the move of a day, and the direction of those that do not say theirs."""
_LIMITS = ("limit_up", "limit_down")


@dataclass(frozen=True, slots=True)
class Fact:
    """What an event asserts of its happening. `key` is the happening, whatever its size; `size` is the move in points,
    `day` the day where that is part of what it is."""

    key: str
    type: str
    size: float = 0.0
    denied: bool = False
    day: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One alert of a thread: what a rule told of a happening. `corrected` if it was told because of a correction."""

    alert: str
    fact: Fact | None
    follows: str = ""
    corrected: bool = False


def material(new: Fact | None, told: Sequence[Told], *, corrects: bool, novelty: Novelty) -> str:
    """What a rule that has told of a happening should add; "" if nothing. Without a fact the novelty of the item decides."""
    if corrects and not any(one.corrected for one in told):
        return "it corrects or denies what was told"
    if new is None:
        return "something material is new" if novelty is Novelty.UPDATE and not corrects else ""
    return change(new, [one.fact for one in told if one.fact is not None])


def fact_of(event: Event, parts: Mapping[str, tuple[str, ...]], today: date) -> Fact | None:
    """The fact in an event; None where the text names no subject. `parts` are the identity fields of each type."""
    if not event.subject and not event.entity:
        return None
    size = _size(event.fields)
    if event.type in MOVES:
        identity = identity_of(event, ("subject", "direction", "day"), today)
        identity["direction"] = MOVES[event.type] or identity["direction"]
    else:
        identity = identity_of(event, parts.get(event.type, ("subject", "day")), today)
    key = "|".join(("move" if event.type in MOVES else event.type, *identity.values()))
    return Fact(key, event.type, size, event.status is Status.DENIED, identity.get("day", ""))


def change(new: Fact, told: Iterable[Fact]) -> str:
    """What is materially new in a fact whose happening was told; "" if nothing is."""
    known = list(told)
    if new.denied:
        return "" if any(fact.denied for fact in known) else "it is denied now"
    if any(fact.denied for fact in known) and not any(not fact.denied and fact.type == new.type for fact in known):
        return "it is asserted now, and was denied before"
    before = {fact.type for fact in known if not fact.denied}
    if new.type in _LIMITS and before and new.type not in before:
        return f"{new.type} after {' and '.join(sorted(before))}"
    if before.intersection(_LIMITS):
        return ""
    most = max((fact.size for fact in known), default=0.0)
    return f"{new.size:g} % after {most:g} %" if grown(new.size, most) else ""


def announced(facts: Iterable[Fact]) -> list[Fact]:
    """Of what was said of one happening, in order, what was news when it came: a move that creeps was told where it had grown."""
    told: list[Fact] = []
    for fact in facts:
        if not told or change(fact, told):
            told.append(fact)
    return told


def grown(new: float, told: float) -> bool:
    """Whether a move is materially larger than the one that was told."""
    return told > 0 and new - told >= min(STEP, max(LEAST, (GROWN - 1) * told))


def larger(new: Iterable[Figure], told: Iterable[Figure]) -> bool:
    """Whether a figure of a title is beyond a step from every one of its kind that was told: a death toll that rose."""
    known = list(told)
    for figure in new:
        most = max((one.value for one in known if one.percent == figure.percent), default=0.0)
        if most > 0 and figure.value >= GROWN * most:
            return True
    return False


def _size(fields: Mapping[str, FieldValue]) -> float:
    pct = fields.get("pct")
    return abs(pct) if isinstance(pct, int | float) else 0.0
