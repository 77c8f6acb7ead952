"""Windows: whether a match, together with those that are remembered, is what a rule waits for. Pure: given occurrences and times.

The time of an occurrence is its item's publication, clamped to when it was fetched: a burst is a burst in the market, not in our
polling, and no outlet's wrong clock reaches into the future. What arrives late or out of order is put in its place. A burst is
told once: as long as full windows share an occurrence's time with what was told they are the same burst.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.folding import fold
from service.model.duration import format_duration
from service.model.hours import within
from service.model.window import Absence, Corroborated, Count, FirstTime, Occurrence, Spike, Told, Window
from service.model.window import Sequence as InOrder

LATE = timedelta(days=1)
"""How much later than its neighbours an item may come and still find them remembered."""
NAMED = 12
"""Subjects that a reason lists by name."""
SWEEP_GAP = timedelta(minutes=5)
"""When nobody swept for longer than this nobody was watching: silence then means nothing."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether the window fires, why or why not, on what, and what it has told of from now on.

    `fingerprint` is the happening's own, or "" where the window as such is the happening.
    """

    fires: bool
    reason: str
    members: tuple[Occurrence, ...] = ()
    told: Told | None = None
    fingerprint: str = ""


def moment(published: datetime | None, fetched: datetime) -> datetime:
    """When an item counts as having been published."""
    return min(published, fetched) if published else fetched


def value_of(occurrence: Occurrence, name: str) -> str:
    """What two occurrences must share (or not) to be the same in `name`; "" where the text does not say it."""
    if name == "subject":
        return occurrence.entity or " ".join(fold(occurrence.subject).split())
    if name == "entity":
        return occurrence.entity
    if name == "publisher":  # an outlet that does not name itself is known by its source
        return " ".join(fold(occurrence.publisher).split()) or occurrence.source
    return occurrence.source if name == "source" else ""


def key_of(window: Window, occurrence: Occurrence) -> str:
    """What the window keeps apart: each key has bursts of its own."""
    return occurrence.fingerprint if isinstance(window, Corroborated) else value_of(occurrence, _kept_apart(window))


def lacks(window: Window, occurrence: Occurrence) -> str:
    """What the window asks for and the occurrence does not say, so that it cannot count: `subject`, …; "" if nothing."""
    asked = (_kept_apart(window), window.distinct if isinstance(window, Count) else "")
    return next((name for name in asked if name and not value_of(occurrence, name)), "")


def _kept_apart(window: Window) -> str:
    if isinstance(window, InOrder):
        return window.same
    return window.per if isinstance(window, Count | Spike | FirstTime) else ""


def reach(window: Window) -> timedelta:
    """How far before and after a new occurrence others matter."""
    return window.within + window.baseline if isinstance(window, Spike) else window.within


def keep(window: Window) -> timedelta:
    """How long after its time (or its arrival) an occurrence is remembered."""
    return 2 * reach(window) + LATE if isinstance(window, Count | Spike) else reach(window) + LATE


def judge(
    window: Window, known: Sequence[Occurrence], new: Occurrence, *, told: Told | None = None, since: datetime | None = None
) -> Judgement:
    """What a new occurrence comes to beside those known of its key; `since` is when this rule began to be watched."""
    match window:
        case Count():
            return _count(window, known, new, told)
        case Spike():
            return _spike(window, known, new, told, since)
        case InOrder():
            return _sequence(window, known, new)
        case FirstTime():
            return _first_time(window, known, new)
        case Corroborated():
            return _corroborated(window, known, new)
        case _:
            return Judgement(False, f"seen: the {format_duration(window.within)} of silence that this rule waits for begin again")


def silent(window: Absence, *, last: datetime | None, told: Told | None, since: datetime, now: datetime) -> Judgement:
    """Whether nothing matched for long enough; `since` is from when on somebody was watching without a gap."""
    opened = window.hours.since(now) if window.hours else ((since, now),)
    if not opened:
        return Judgement(False, "outside of the hours in which something is expected", told=told)
    begin = max(moment for moment in (since, opened[0][0], last) if moment is not None)
    quiet, limit = within(opened, begin, now), format_duration(window.within)
    words = f"no match since {begin:%Y-%m-%d %H:%M:%S} UTC"
    if quiet < window.within:
        return Judgement(False, f"{words}, for less than {limit}{_counted(window)}", told=told)
    if told is not None and told.first >= begin:
        return Judgement(False, f"{words}: told already", told=told)
    return Judgement(True, f"{words}, for {limit} or longer{_counted(window)}", told=Told(begin, now))


def _counted(window: Absence) -> str:
    return f" (counted: {window.hours.told})" if window.hours else ""


def _count(window: Count, known: Sequence[Occurrence], new: Occurrence, told: Told | None) -> Judgement:
    members = _fullest([*known, new], new, window.within, window.distinct)
    have = len(_values(members, window.distinct))
    what = f"{have} {_counted_as(window, have)} within {format_duration(window.within)}"
    if have < window.at_least:
        return Judgement(False, f"{what}, {window.at_least} are needed", told=told)
    return _told_once(members, told, f"{what} ({window.at_least} are needed){_named(members, window.distinct)}")


def _counted_as(window: Count, have: int) -> str:
    if window.distinct:
        return f"different {window.distinct}s" if have != 1 else window.distinct
    return "matches" if have != 1 else "match"


def _spike(window: Spike, known: Sequence[Occurrence], new: Occurrence, told: Told | None, since: datetime | None) -> Judgement:
    members = _fullest([*known, new], new, window.within, "")
    end = members[-1].at - window.within
    before = sum(1 for one in known if end - window.baseline < one.at <= end)
    usual = before * (window.within / window.baseline)
    what = f"{len(members)} matches within {format_duration(window.within)}, {usual:.3g} are usual"
    if since is None or since > end - window.baseline:
        return Judgement(False, f"{what}, but what is usual is known only after {format_duration(reach(window))}", told=told)
    needed = max(window.least, window.factor * usual)
    if len(members) < needed:
        return Judgement(False, f"{what}: {needed:.3g} are needed", told=told)
    return _told_once(members, told, f"{what}: more than {window.factor:g} times as many{_named(members, 'subject')}")


def _told_once(members: tuple[Occurrence, ...], told: Told | None, reason: str) -> Judgement:
    span = Told(members[0].at, members[-1].at)
    if told is None or span.first > told.last:
        return Judgement(True, reason, members, span)
    joined = Told(min(told.first, span.first), max(told.last, span.last))
    if span.last < told.first:  # an older burst that arrives late is told, and the later one stays told
        return Judgement(True, reason, members, joined)
    return Judgement(False, f"{reason}: part of a burst that was told already", members, joined)


def _sequence(window: InOrder, known: Sequence[Occurrence], new: Occurrence) -> Judgement:
    """`new` may be either half: the other one may have come before it."""
    others = [one for one in known if bool(one.step) != bool(new.step) and one.item_id != new.item_id]
    halves = [(new, one) if new.step else (one, new) for one in others]
    pairs = [(first, then) for first, then in halves if timedelta(0) <= then.at - first.at <= window.within]
    limit = format_duration(window.within)
    if not pairs:
        missing = "what should follow it" if new.step else "what should come before it"
        return Judgement(False, f"{missing} was not seen within {limit}")
    first, then = max(pairs, key=lambda pair: (pair[0].at, -pair[1].at.timestamp()))
    reason = f"followed “{first.words or first.headline}” after {format_duration(then.at - first.at)} (at most {limit})"
    return Judgement(True, reason, (first, then), fingerprint=then.fingerprint)


def _first_time(window: FirstTime, known: Sequence[Occurrence], new: Occurrence) -> Judgement:
    others = [one for one in known if abs(one.at - new.at) <= window.within]
    limit = format_duration(window.within)
    name = value_of(new, window.per)
    if others:
        return Judgement(False, f"not the first time of {name} within {limit}: “{others[-1].headline or others[-1].words}”")
    return Judgement(True, f"the first time of {name} within {limit}", (new,), fingerprint=new.fingerprint)


def _corroborated(window: Corroborated, known: Sequence[Occurrence], new: Occurrence) -> Judgement:
    members = _fullest([*known, new], new, window.within, "publisher")
    outlets = _values(members, "publisher")
    what = f"reported by {len(outlets)} of {window.publishers} publishers within {format_duration(window.within)}"
    if len(outlets) < window.publishers:
        return Judgement(False, what)
    return Judgement(True, f"{what}: {', '.join(outlets)}", members, fingerprint=new.fingerprint)


def _fullest(all_: Iterable[Occurrence], new: Occurrence, within: timedelta, distinct: str) -> tuple[Occurrence, ...]:
    """Of all windows of this length that hold `new`, the one with the most (different) occurrences; the latest of equals."""
    near = sorted((one for one in all_ if abs(one.at - new.at) <= within), key=lambda one: (one.at, one.item_id))
    best = (0, 0)
    most, start = 0, 0
    counts: dict[str, int] = {}
    for end, last in enumerate(near):
        counts[_value(last, distinct, end)] = counts.get(_value(last, distinct, end), 0) + 1
        while last.at - near[start].at > within:
            value = _value(near[start], distinct, start)
            counts[value] -= 1
            if not counts[value]:
                del counts[value]
            start += 1
        if last.at >= new.at and near[start].at <= new.at and len(counts) >= most:
            best, most = (start, end), len(counts)
    return tuple(near[best[0] : best[1] + 1])


def _value(occurrence: Occurrence, distinct: str, number: int) -> str:
    return value_of(occurrence, distinct) if distinct else str(number)


def _values(members: Sequence[Occurrence], distinct: str) -> list[str]:
    """The different values among occurrences, as they are shown."""
    if not distinct:
        return [str(number) for number in range(len(members))]
    shown = {value_of(one, distinct): _shown(one, distinct) for one in reversed(members)}
    return [shown[value] for value in dict.fromkeys(value_of(one, distinct) for one in members)]


def _shown(occurrence: Occurrence, name: str) -> str:
    names = {"subject": occurrence.subject, "publisher": occurrence.publisher}
    return names.get(name, "") or value_of(occurrence, name)


def _named(members: Sequence[Occurrence], distinct: str) -> str:
    names = [name for name in _values(members, distinct or "subject") if name]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f": {', '.join(names[:NAMED])}{more}" if names else ""
