"""The same event said twice in one item is one event.

Two events are the same when type, subject and what tells two facts apart (kind, product, source) agree. Subjects agree when they
are the same entity, names of which one begins with the other, or the short and the legal name of a Chinese company (甲山科技 of
南京甲山光电科技股份有限公司), or where a bracket said so. The most complete mention stays, at the place of the first. A
figure is replaced by a closer one (3.04 % for "over 3 %").
Guarantee: order of first mentions; no more than MAX_EVENTS are asked for, so that comparing them stays cheap.
It must not compare events of different items.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice

from service.folding import fold
from service.model.event import Event, Status

_ROUNDING = 1.0
_APART = ("kind", "product", "source")
"""Fields that make two facts of one subject."""
MAX_EVENTS = 2_000
"""What one item may say in all; more is a data dump, and the rest of it is not read."""
_OF_A_PART = re.compile(r"(?!(?:share|stock|composite|average|benchmark)?index$)[a-z]+(?:index|sector|\d+)|[a-z0-9]*futures")
"""What makes another index of an index, or no index: the Nifty [Bank index], the S&P 500 [utilities sector], [futures]."""
_BEGINS = 2
"""Names that begin with each other have so many characters in common (shorter ones are the same only when they are equal)."""
_PLACES = 4
"""A legal name has up to so many characters of a place before the name that the news uses."""
_NEAR = timedelta(days=4)
_SHORT = 3
"""Shorter names are not looked for in legal ones."""
_WORD = 3
_LEGAL = ("公司", "公司b", "公司w", "公司p")
"""How legal names end, share class and all."""
_LATIN_BEFORE = re.compile(r"[a-z0-9]+(?=[\u4e00-\u9fff])")
_FORM = re.compile(r"^pt (?=\w)")
"""The legal form that stands before the name: PT Gunung Sebelas of Indonesia."""
_Names = tuple[str, str]
"""Subject and alias without blanks and signs."""


def merged(events: Iterable[Event]) -> tuple[Event, ...]:
    """Each event once."""
    kept: list[Event] = []
    places: dict[tuple[str, ...], dict[int, _Names]] = {}
    for event in islice(events, MAX_EVENTS):
        about = (event.type, *(fold(str(event.fields.get(name, ""))) for name in _APART))
        keys = _keys(about, event)
        name = _names(event)
        met = ((place, other) for key in keys for place, other in places.get(key, {}).items())
        place = next((place for place, other in met if _same(kept[place].entity, other, event.entity, name)), None)
        if place is None:
            place = len(kept)
            kept.append(event)
        else:
            kept[place] = _joined(kept[place], event)
        for key in _keys(about, kept[place]):
            places.setdefault(key, {})[place] = _names(kept[place])
    named = {event.type for event in kept if event.subject and event.status is Status.ASSERTED}
    return tuple(event for event in kept if event.subject or event.type not in named)


def _keys(about: tuple[str, ...], event: Event) -> list[tuple[str, ...]]:
    """Where the same event can be met: under the entity, and under what the names begin with."""
    subject, alias = _names(event)
    begins = {subject[start : start + _BEGINS] for start in _starts(subject)} | ({alias[:_BEGINS]} if alias else set())
    names = [(*about, "name", begin) for begin in sorted(begins)]
    return [(*about, "entity", event.entity), *names] if event.entity else names


def _starts(name: str) -> Iterable[int]:
    """Where the short name may begin in a longer one: behind a place, or behind Latin letters."""
    if name.endswith(_LEGAL):
        return range(_PLACES + 1)
    latin = _LATIN_BEFORE.match(name)
    return (0, latin.end()) if latin else (0,)


def same(one: Event, other: Event) -> bool:
    """Whether two events of one type and kind are about the same subject."""
    return _same(one.entity, _names(one), other.entity, _names(other))


def _same(one: str | None, first: _Names, other: str | None, second: _Names) -> bool:
    if one and other:
        return one == other
    if not first[0] or not second[0]:
        return first[0] == second[0]
    if first[0] == second[1] or second[0] == first[1]:
        return True
    short, long = sorted((first[0], second[0]), key=len)
    if long.startswith(short):
        return not _OF_A_PART.fullmatch(long, len(short))
    return _is_short(short, long)


def _is_short(short: str, full: str) -> bool:
    """Whether the news would call the company `full` so: what follows a place, with words left out."""
    if len(short) < _SHORT or short.isascii():
        return False
    latin = _LATIN_BEFORE.match(full)
    if latin and full[latin.end() :] == short:
        return True
    start = full.find(short[:_BEGINS])
    if not full.endswith(_LEGAL) or not 0 <= start <= _PLACES:
        return False
    rest = iter(full[start + _BEGINS :])
    return all(character in rest for character in short[_BEGINS:])


def _names(event: Event) -> _Names:
    return _bare(event.subject), _bare(event.alias or "")


@lru_cache(maxsize=4_096)
def _bare(name: str) -> str:
    return "".join(character for character in _FORM.sub("", fold(name)) if character.isalnum())


def _joined(first: Event, second: Event) -> Event:
    """The earlier of two mentions, or the asserted one, completed by the other; more words say more than a bare one ("IPO")."""
    if first.status is not second.status:
        return first if first.status in (Status.ASSERTED, Status.PLANNED) else second
    planned = first.fields.get("stage", "planned") == "planned"
    bare = planned and first.evidence == first.trigger and (second.evidence != second.trigger or _is_one_word(first, second))
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
        day=_named_day(first, second),
        fields=fields,
    )


def _is_one_word(first: Event, second: Event) -> bool:
    """Whether the first one only says IPO, and the second one how far it is: 开启新股申购."""
    lengths = [one.trigger.end - one.trigger.start for one in (first, second)]
    return first.fields.get("stage") == "planned" and lengths[0] <= _WORD < lengths[1]


def _named_day(first: Event, second: Event) -> date | None:
    """Of two days for one fact the earlier, if it is near: that one was named, the other is that of publication."""
    one, other = first.day, second.day
    if one is None or other is None or first.fields.get("pct") != second.fields.get("pct"):
        return one
    return other if timedelta() < one - other <= _NEAR else one


def _both_chinese(one: str, other: str) -> bool:
    """上证指数 is the fuller name of 沪指, but XAU/USD none of 黄金."""
    return not any(character.isascii() for character in one + other)


def _closer(first: Event, second: Event) -> bool:
    """Whether the second figure is the exact one of what the first one rounds."""
    one, other = first.fields.get("pct"), second.fields.get("pct")
    if not isinstance(one, float) or not isinstance(other, float) or second.fields.get("bound") != "exact":
        return False
    return first.fields.get("bound") != "exact" and abs(one - other) <= _ROUNDING
