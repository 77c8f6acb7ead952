"""Conditions compared by what they ask, not where they are written; and what can be said of them without any item.

Guarantees: two conditions of the same shape hold on the same items; `impossible` and `certain` only say what is sure, so that
silence means nothing. A kind of condition that is not known here is only ever equal to its like.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import fields
from itertools import pairwise

from service.rules.condition import Condition
from service.rules.conditions.event import EventIs, Happened
from service.rules.conditions.field import FieldIs, NumberIs
from service.rules.conditions.logic import All, AnyOf, NoneOf
from service.rules.conditions.origin import OriginIs
from service.rules.conditions.regex import Matching
from service.rules.conditions.subject import SubjectIs
from service.rules.conditions.text import EveryOne, OneOf, Without
from service.rules.conditions.words import Words
from service.rules.reading import FoldedText

Shape = Hashable

_NOT_ASKED = frozenset({"place", "what", "name", "compiled", "chooser"})
_INFINITE = float("inf")


def parts(condition: Condition) -> tuple[Condition, ...]:
    """What must hold together for a condition to hold, about the same event."""
    if isinstance(condition, All):
        return tuple(part for child in condition.children for part in parts(child))
    return (condition,)


def joined(*conditions: Condition) -> Condition:
    """Conditions that must hold together, about the same event."""
    return All(conditions[0].place, conditions)


def shape(condition: Condition) -> Shape:
    """The same value for conditions that ask the same."""
    if isinstance(condition, All):
        found = shapes(condition)
        return next(iter(found)) if len(found) == 1 else ("all", found)
    if isinstance(condition, AnyOf | NoneOf):
        return (type(condition).__name__, frozenset(map(shape, condition.children)))
    if isinstance(condition, Happened):
        return ("event", shapes(condition.about))
    asked = [getattr(condition, one.name) for one in fields(condition) if one.name not in _NOT_ASKED]  # type: ignore[arg-type]
    return (type(condition).__name__, *map(_value, asked))


def shapes(condition: Condition) -> frozenset[Shape]:
    """The shapes of a condition's parts."""
    return frozenset(map(shape, parts(condition)))


def _value(value: object) -> Hashable:
    if isinstance(value, tuple | list):
        return frozenset(map(_value, value))
    if isinstance(value, Words):
        return (value.tokens, value.prefix, value.case and value.raw, value.whole)
    return value if isinstance(value, str | int | frozenset) else repr(value)


def certain(condition: Condition) -> bool:
    """Whether a condition holds on every item."""
    if isinstance(condition, Matching):
        return condition.area == "both" and condition.compiled.search("") is not None
    if isinstance(condition, AnyOf):
        return any(map(certain, condition.children))
    if isinstance(condition, NoneOf):
        return all(bool(impossible(child)) for child in condition.children)
    return isinstance(condition, All) and all(map(certain, condition.children))


def impossible(condition: Condition) -> str:
    """Why a condition can hold on no item; "" if it can."""
    if isinstance(condition, Happened):
        return impossible(condition.about)
    if isinstance(condition, AnyOf):
        reasons = [impossible(child) for child in condition.children]
        return f"none of `any` can: {reasons[0]}" if all(reasons) else ""
    if isinstance(condition, NoneOf):
        return "what stands under `none` always holds" if any(map(certain, condition.children)) else ""
    together = parts(condition)
    inner = next((why for part in together if part is not condition and (why := impossible(part))), "")
    return inner or next(_contradictions(together), "")


def _contradictions(together: Sequence[Condition]) -> Iterator[str]:
    yield from _words(together)
    yield from _values(together)
    yield from _numbers(together)
    yield from _subjects(together)
    own = {shape(part) for part in together}
    for part in together:
        for child in part.children if isinstance(part, NoneOf) else ():
            if shapes(child) <= own:
                yield "the same is asked for and excluded under `none`"


def _words(together: Sequence[Condition]) -> Iterator[str]:
    for without in (part for part in together if isinstance(part, Without)):
        for part in together:
            if not isinstance(part, OneOf | EveryOne) or without.area not in ("both", part.area):
                continue
            blocked = [word for word in part.words if any(_inside(other, word) for other in without.words)]
            if blocked and (isinstance(part, EveryOne) or len(blocked) == len(part.words)):
                yield f"`{blocked[0].text}` is asked for, and `none` excludes it"


def _inside(other: Words, word: Words) -> bool:
    """Whether wherever `word` stands, `other` stands too."""
    if (word.prefix and other.whole and not other.prefix) or (other.whole and not word.whole) or (other.case and not word.case):
        return False
    laid = FoldedText(word.text)
    return any(True for _ in other.find(laid, laid.whole))


def _values(together: Sequence[Condition]) -> Iterator[str]:
    allowed: dict[str, frozenset[str]] = {}
    for name, values in _choices(together):
        before = allowed.get(name, values)
        allowed[name] = before & values
        if not allowed[name]:
            yield f"`{name}` cannot be {' or '.join(sorted(before))} and {' or '.join(sorted(values))}"


def _choices(together: Sequence[Condition]) -> Iterator[tuple[str, frozenset[str]]]:
    for part in together:
        if isinstance(part, FieldIs):
            yield part.field, frozenset(part.values)
        elif isinstance(part, OriginIs) and part.part != "publisher":
            yield f"the item's {part.part}", frozenset(part.values)
        elif isinstance(part, EventIs):
            names = {choice.field for choice in part.choices}
            if len(names) == 1 and "" not in names:
                yield names.pop(), frozenset(choice.value for choice in part.choices)


def _numbers(together: Sequence[Condition]) -> Iterator[str]:
    """Fields whose comparisons leave no number."""
    limits: dict[str, tuple[tuple[float, bool], tuple[float, bool]]] = {}
    for name, low, high in _ranges(together):
        lowest, highest = limits.get(name, ((-_INFINITE, False), (_INFINITE, True)))
        limits[name] = lowest, highest = max(lowest, low), min(highest, high)
        if lowest[0] > highest[0] or (lowest[0] == highest[0] and (lowest[1] or not highest[1])):
            yield f"no number satisfies all that is asked of `{name}`"
    most = max(map(abs, (limits["pct"][0][0], limits["pct"][1][0]))) if "pct" in limits else _INFINITE
    if "move" in limits and limits["move"][0][0] > most:
        yield "no number satisfies all that is asked of `pct` and `move`"


def _ranges(together: Sequence[Condition]) -> Iterator[tuple[str, tuple[float, bool], tuple[float, bool]]]:
    """Field, (lowest, whether it is left out), (highest, whether it is taken)."""
    nothing, everything = (-_INFINITE, False), (_INFINITE, True)
    for part in together:
        if isinstance(part, FieldIs) and part.field == "direction" and len(part.values) == 1:
            yield ("pct", (0.0, True), everything) if part.values[0] == "up" else ("pct", nothing, (0.0, False))
        if not isinstance(part, NumberIs):
            continue
        test = part.test
        if part.field == "move":
            yield "move", (0.0, False), everything
        for low, left_out in ((test.at_least, False), (test.more_than, True), (test.equals, False)):
            if low is not None:
                yield part.field, (low, left_out), everything
        for high, taken in ((test.at_most, True), (test.less_than, False), (test.equals, True)):
            if high is not None:
                yield part.field, nothing, (high, taken)
            if high is not None and part.field == "move":  # a small move is a small percentage, whatever its sign
                yield "pct", (-high, not taken), (high, taken)


def _subjects(together: Sequence[Condition]) -> Iterator[str]:
    named = [part for part in together if isinstance(part, SubjectIs) and not part.names]
    for first, second in pairwise(named):
        if not first.entities & second.entities:
            yield f"no subject is both {first.what} and {second.what}"


def covers(wide: frozenset[Shape], narrow: frozenset[Shape]) -> bool:
    """Whether everything on which `narrow` holds is something on which `wide` holds, as far as their parts tell."""
    return all(any(_weaker(part, other) for other in narrow) for part in wide)


def _weaker(wide: Shape, narrow: Shape) -> bool:
    if wide == narrow:
        return True
    both = isinstance(wide, tuple) and isinstance(narrow, tuple) and wide[0] == narrow[0] == "event"
    return both and covers(wide[1], narrow[1])  # type: ignore[index]


def details(found: frozenset[Shape]) -> Iterator[Shape]:
    """The smallest parts of shapes, by which those that may cover them are looked up."""
    for part in found:
        if isinstance(part, tuple) and part[0] == "event":
            yield from part[1]
        else:
            yield part
