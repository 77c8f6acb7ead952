"""The same event said twice in one item is one event.

Two events are the same when type, subject and what tells two facts apart (kind, product, source) agree. Subjects agree when they
are the same entity, or names of which one begins with the other. The most complete mention stays, at the place of the first. A
figure is replaced by a closer one (3.04 % for "over 3 %").
Guarantee: order of first mentions; no more than MAX_EVENTS are asked for, so that comparing them stays cheap.
It must not compare events of different items.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from service.folding import fold
from service.model.event import Event, Status

_ROUNDING = 1.0
_APART = ("kind", "product", "source")
"""Fields that make two facts of one subject."""
MAX_EVENTS = 2_000
"""What one item may say in all; more is a data dump, and the rest of it is not read."""
_OF_A_PART = re.compile(r"(?!(?:share|stock|composite|average|benchmark)?index$)[a-z]+(?:index|sector|\d+)")
"""What makes another index of an index: the Nifty [Bank index], the S&P 500 [utilities sector]."""
_BEGINS = 2
"""Names that begin with each other have so many characters in common (shorter ones are the same only when they are equal)."""


def merged(events: Iterable[Event]) -> tuple[Event, ...]:
    """Each event once."""
    kept: list[Event] = []
    places: dict[tuple[str, ...], dict[int, str]] = {}
    for event in islice(events, MAX_EVENTS):
        about = (event.type, *(fold(str(event.fields.get(name, ""))) for name in _APART))
        keys = _keys(about, event)
        name = _bare(event.subject)
        met = ((place, other) for key in keys for place, other in places.get(key, {}).items())
        place = next((place for place, other in met if _same(kept[place].entity, other, event.entity, name)), None)
        if place is None:
            place = len(kept)
            kept.append(event)
        else:
            kept[place] = _joined(kept[place], event)
        for key in _keys(about, kept[place]):
            places.setdefault(key, {})[place] = _bare(kept[place].subject)
    named = {event.type for event in kept if event.subject and event.status is Status.ASSERTED}
    return tuple(event for event in kept if event.subject or event.type not in named)


def _keys(about: tuple[str, ...], event: Event) -> list[tuple[str, ...]]:
    """Where the same event can be met: under the entity, and under what the name begins with."""
    name = (*about, "name", _bare(event.subject)[:_BEGINS])
    return [(*about, "entity", event.entity), name] if event.entity else [name]


def same(one: Event, other: Event) -> bool:
    """Whether two events of one type and kind are about the same subject."""
    return _same(one.entity, _bare(one.subject), other.entity, _bare(other.subject))


def _same(one: str | None, first: str, other: str | None, second: str) -> bool:
    if one and other:
        return one == other
    if not first or not second:
        return first == second
    short, long = sorted((first, second), key=len)
    return long.startswith(short) and not _OF_A_PART.fullmatch(long, len(short))


def _bare(name: str) -> str:
    return "".join(character for character in fold(name) if character.isalnum())


def _joined(first: Event, second: Event) -> Event:
    """The earlier of two mentions, or the asserted one, completed by the other; more words say more than a bare one ("IPO")."""
    if first.status is not second.status:
        return first if first.status in (Status.ASSERTED, Status.PLANNED) else second
    bare = first.evidence == first.trigger and second.evidence != second.trigger
    fields = {**first.fields, **second.fields} if bare else {**second.fields, **first.fields}
    if _closer(first, second):
        fields |= {"pct": second.fields["pct"], "bound": second.fields["bound"]}
    longer = len(second.subject) > len(first.subject)
    fuller = longer and (_bare(second.subject).startswith(_bare(first.subject)) or _both_chinese(first.subject, second.subject))
    named = second if fuller else first
    return replace(
        first,
        subject=named.subject,
        subject_span=named.subject_span,
        entity=first.entity or second.entity,
        alias=first.alias or second.alias,
        fields=fields,
    )


def _both_chinese(one: str, other: str) -> bool:
    """上证指数 is the fuller name of 沪指, but XAU/USD none of 黄金."""
    return not any(character.isascii() for character in one + other)


def _closer(first: Event, second: Event) -> bool:
    """Whether the second figure is the exact one of what the first one rounds."""
    one, other = first.fields.get("pct"), second.fields.get("pct")
    if not isinstance(one, float) or not isinstance(other, float) or second.fields.get("bound") != "exact":
        return False
    return first.fields.get("bound") != "exact" and abs(one - other) <= _ROUNDING
