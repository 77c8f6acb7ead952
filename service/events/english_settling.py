"""What one part of an item corrects in another: where a price ended after an extreme, and whose listing it is.

Guarantee: an event goes only because another one of its type stands in the item. It must not look for subjects.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from service.events.merging import same
from service.folding import fold
from service.model.event import Event, Status

_EXTREME = re.compile(
    r"(?<![a-z])(?:initially|briefly|at one point|at first|as much as|earlier (?:in the|on|today)|up to|intraday|"
    r"at the (?:open|start)|"
    r"opened|opening|had (?:been|risen|fallen|gained|lost)|(?:session|day['’]s|intraday) (?:high|low|peak))(?![a-z])"
)
_ENDED = re.compile(r"(?<![a-z])(?:clos(?:es?|ed|ing)|settl(?:es?|ed|ing)|finish(?:es|ed|ing)?|end(?:s|ed|ing)?)(?![a-z])")
_RECOVERED = re.compile(
    r"[^.;\n]{0,60}? before (?:recovering|paring|trimming|easing|retreating|rebounding|falling|slipping|climbing|settling)"
    r"(?:[^.;\n]|\.(?=\d)){0,60}?\d ?(?:%|per)"
)
_UNIT = re.compile(
    r"(?:ipo|offering|listing|flotation|sale)\)? (?:of|for) (?:[\w.'’-]+ ){0,6}?(?:unit|arm|subsidiary|division|business|"
    r"affiliate) $"
)
_UNIT_REACH = 120
_SENTENCE_REACH = 400
_SENTENCE = re.compile(r"\n|[.!?] (?=[A-Z])")
_PLANNED, _DONE = "planned", ("priced", "listed")
_LOOK_BACK = 48
_AT_OFFER = re.compile(
    r"(?<![a-z])(?:shares|stock|units|adrs|adss)(?![a-z]).{0,160}?(?:above|below|under|at|on ?to|around|near|from|over|off|"
    r"than) (?:the|"
    r"its|their) (?:offer(?:ing)?|issue|ipo|listing) price.{0,120} raised (?=[a-z]*[$€£¥]?\d)"
)
"""Shares that trade against the price at which money was raised are listed."""
_MANY = 300
"""An item that says more is a table, which tells no story."""


def settled(document: str, events: Sequence[Event]) -> list[Event]:
    """The events without the extremes of sessions whose end is told as well, and without the owners of what is to be listed."""
    if len(events) > _MANY:
        return list(events)
    moves = [event for event in events if event.type == "price_move" and _is_told_in_english(document, event)]
    ends = [move for move in moves if _ENDED.search(_words(document, move))]
    units = [event for event in events if event.type == "ipo" and _is_unit(document, event)]
    extremes = [move for move in moves if _given_back(document, move)]
    events = [_trading(document, event) for event in events]
    done = [event for event in events if event.fields.get("stage") in _DONE and _in_english(document, event)]
    return [
        _done(document, event, done)
        for event in events
        if not (event in extremes or _overtaken(document, event, ends) or _owns_one(document, event, units))
    ]


def _trading(document: str, event: Event) -> Event:
    """What was sold and trades by now is listed: the shares held the offer price after it raised $300 million in an IPO."""
    if event.fields.get("stage") != "priced" or not _in_english(document, event):
        return event
    if not _AT_OFFER.search(fold(_told_before(document, event.evidence.end))):
        return event
    return replace(event, status=Status.ASSERTED, fields={**event.fields, "stage": "listed"})


def _done(document: str, event: Event, done: Sequence[Event]) -> Event:
    """What an English item says is planned and elsewhere that it is done, is done."""
    if event.fields.get("stage") != _PLANNED or not _in_english(document, event):
        return event
    more = next((other for other in done if other.type == event.type and _alike(event, other)), None)
    return replace(event, status=more.status, fields={**event.fields, "stage": more.fields["stage"]}) if more else event


def _alike(one: Event, other: Event) -> bool:
    """Whether two names of an item mean one company: Acme Widget is PT Acme Widget Indonesia."""
    return same(one, other) or (bool(one.subject) and f" {fold(one.subject)} " in f" {fold(other.subject)} ")


def _in_english(document: str, event: Event) -> bool:
    counts = event.status in (Status.ASSERTED, Status.PLANNED)
    return counts and event.evidence.of(document).isascii()


def _is_told_in_english(document: str, event: Event) -> bool:
    return event.status is Status.ASSERTED and event.evidence.of(document).isascii()


def _overtaken(document: str, event: Event, ends: Sequence[Event]) -> bool:
    """Whether it is an extreme of a session, and the item tells where the session ended."""
    if event.type != "price_move" or not ends or event in ends or not _EXTREME.search(_words(document, event)):
        return False
    return any(same(event, end) and event.day == end.day for end in ends)


def _given_back(document: str, event: Event) -> bool:
    """Fell as much as 5 % before recovering to a loss of 3 %: what is said of the extreme is not where it stands."""
    after = fold(document[event.evidence.end : event.evidence.end + _SENTENCE_REACH])
    return _EXTREME.search(_words(document, event)) is not None and _RECOVERED.match(after) is not None


def _is_unit(document: str, event: Event) -> bool:
    """Whether the text says of the name that it is a part of somebody: a listing of its Indian unit Acme."""
    start = _place(event)
    return _UNIT.search(fold(document[max(0, start - _UNIT_REACH) : start])) is not None


def _owns_one(document: str, event: Event, units: Sequence[Event]) -> bool:
    """Whether the sentence that names a unit tells of the subject before it: "Bolt plans a listing of its unit Acme"."""
    if event.type != "ipo":
        return False
    return any(not same(event, unit) and event.subject.split(" ")[0] in _told_before(document, _place(unit)) for unit in units)


def _told_before(document: str, place: int) -> str:
    """The sentence as far as `place`."""
    before = document[max(0, place - _SENTENCE_REACH) : place]
    return before[max((match.end() for match in _SENTENCE.finditer(before)), default=0) :]


def _place(event: Event) -> int:
    return (event.subject_span or event.evidence).start


def _words(document: str, event: Event) -> str:
    """The evidence with the words before it that belong to the same part of the sentence."""
    start = max(0, event.evidence.start - _LOOK_BACK)
    before = fold(document[start : event.evidence.start])
    cut = max(before.rfind(mark) for mark in (". ", "\n", "; ", ", "))
    return before[cut + 1 :] + fold(event.evidence.of(document))
