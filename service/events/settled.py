"""What one part of an item corrects in another: where a price ended after an extreme, and whose listing it is, the unit's or its owner's.

Guarantee: an event goes only because another one of its type stands in the item. It must not look for subjects.
"""

import re
from collections.abc import Sequence

from service.events.merging import same
from service.folding import fold
from service.model.event import Event, Status

_EXTREME = re.compile(
    r"(?<![a-z])(?:initially|briefly|at one point|at first|as much as|earlier (?:in the|on|today)|up to|intraday|at the (?:open|start)|"
    r"opened|opening|had (?:been|risen|fallen|gained|lost)|(?:session|day['’]s|intraday) (?:high|low|peak))(?![a-z])"
)
_ENDED = re.compile(r"(?<![a-z])(?:clos(?:es?|ed|ing)|settl(?:es?|ed|ing)|finish(?:es|ed|ing)?|end(?:s|ed|ing)?)(?![a-z])")
_UNIT = re.compile(
    r"(?:ipo|offering|listing|flotation|sale)\)? (?:of|for) (?:[\w.'’-]+ ){0,6}?(?:unit|arm|subsidiary|division|business|affiliate) $"
)
_UNIT_REACH = 120
_SENTENCE = re.compile(r"\n|[.!?] (?=[A-Z])")
_LOOK_BACK = 48
_PAIR = 2


def settled(document: str, events: Sequence[Event]) -> list[Event]:
    """The events without the extremes of sessions whose end is told as well, and without the owners of what is to be listed."""
    moves = [event for event in events if event.type == "price_move" and event.status is Status.ASSERTED]
    ends = [move for move in moves if _ENDED.search(_words(document, move))] if len(moves) >= _PAIR else []
    units = [event for event in events if event.type == "ipo" and _is_unit(document, event)]
    if not ends and not units:
        return list(events)
    return [event for event in events if not _overtaken(document, event, ends) and not _owns_one(document, event, units)]


def _overtaken(document: str, event: Event, ends: Sequence[Event]) -> bool:
    if event.type != "price_move" or event in ends or not _EXTREME.search(_words(document, event)):
        return False
    return _met(event, ends)


def _is_unit(document: str, event: Event) -> bool:
    """Whether the text says of the name that it is a part of somebody: a listing of its Indian unit Acme."""
    if event.subject_span is None:
        return False
    start = event.subject_span.start
    return _UNIT.search(fold(document[max(0, start - _UNIT_REACH) : start])) is not None


def _owns_one(document: str, event: Event, units: Sequence[Event]) -> bool:
    """Whether the sentence that names a unit opens with the event's subject: "Bolt hired banks for a listing of its unit Acme"."""
    for unit in units if event.type == "ipo" and event.subject else ():
        place = unit.subject_span.start if unit.subject_span else 0
        cut = max((match.end() for match in _SENTENCE.finditer(document, 0, place)), default=0)
        if not same(event, unit) and event.subject.split()[0] in document[cut:place]:
            return True
    return False


def _met(event: Event, ends: Sequence[Event]) -> bool:
    return any(same(event, end) and event.day == end.day for end in ends)


def _words(document: str, event: Event) -> str:
    """The evidence with the words before it that belong to the same part of the sentence."""
    start = max(0, event.evidence.start - _LOOK_BACK)
    before = fold(document[start : event.evidence.start])
    cut = max(before.rfind(mark) for mark in (". ", "\n", "; ", ", "))
    return before[cut + 1 :] + fold(event.evidence.of(document))
