"""What can never come to pass although every condition could hold: times that never come, windows that never fill.

Guarantee: only what is sure is said, so that silence means nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from service.model.duration import format_duration
from service.model.hours import Hours
from service.model.window import Absence, Corroborated, Count, FirstTime, Spike
from service.rules.condition import Condition
from service.rules.conditions.event import Happened
from service.rules.conditions.logic import AnyOf
from service.rules.conditions.moment import InSession, OnTheClock, bounds
from service.rules.conditions.origin import OriginIs
from service.rules.conditions.subject import SubjectIs
from service.rules.ruleset import CompiledRule
from service.rules.shape import impossible, joined, parts

_WEEK = tuple(date(2025, 12, 22) + timedelta(days=number) for number in range(7))
"""Any week is like any other where no calendar is asked."""
_ABOUT_EVENTS = ("subject", "entity")


def never(compiled: CompiledRule) -> tuple[str, str]:
    """Why a rule can never fire ("" if it may), and where that is written."""
    place = compiled.when.place
    asked = [part for part in _everything(compiled.when) if isinstance(part, InSession | OnTheClock)]
    if (why := _no_time(asked)) and not impossible(compiled.when):
        return why, asked[0].place
    return impossible(compiled.when) or _window(compiled), place


def never_graver(compiled: CompiledRule) -> Iterator[tuple[Condition, str]]:
    """The grades of a severity that no match can have, each with the reason."""
    asked = [part for part in parts(compiled.when) if isinstance(part, Happened)]
    for grade in compiled.grades:
        about = asked[0].about if grade.about_event and len(asked) == 1 else None
        if why := impossible(joined(about, grade.when) if about else grade.when):
            yield grade.when, f"severity `{grade.severity}` is never reached: {why}"


def _everything(condition: Condition) -> Iterator[Condition]:
    """What must hold together for an item, also of its event."""
    for part in parts(condition):
        yield part
        if isinstance(part, Happened):
            yield from _everything(part.about)


def _no_time(asked: Sequence[InSession | OnTheClock]) -> str:
    """Why no moment satisfies all that is asked of the time; a first moment of some piece would, if any did."""
    if not asked or any(all(part.holds(moment) for part in asked) for moment in _moments(asked)):
        return ""
    return f"there is no such time: {' and '.join(part.asked for part in asked)}"


def _moments(asked: Sequence[InSession | OnTheClock]) -> Iterator[datetime]:
    days = {day for part in asked if isinstance(part, InSession) for one in part.calendars for day in one.examples} or _WEEK
    for day in sorted(days):
        for part in asked:
            if isinstance(part, InSession):
                yield from (first for one in part.calendars for first, _ in one.pieces(day, part.sessions))
            else:
                starts = [bounds(window)[0] for window in part.windows or ("00:00-24:00",)]
                near = [day + timedelta(days=number) for number in (-1, 0, 1)]
                yield from (datetime.combine(one, start, part.zone).astimezone(UTC) for one in near for start in starts)


def _window(compiled: CompiledRule) -> str:
    window = compiled.rule.window
    match window:
        case None | Corroborated():
            return ""
        case Absence():
            return _hours(window)
        case Count():
            return _no_event(compiled, window.distinct, window.per) or _too_many(compiled, window)
        case Spike() | FirstTime():
            return _no_event(compiled, window.per)
        case _:
            return _no_event(compiled, window.same)


def _no_event(compiled: CompiledRule, *names: str) -> str:
    """Without an event no match has a subject."""
    asked = next((name for name in names if name in _ABOUT_EVENTS), "")
    return f"its window counts by {asked}, and only an event has one" if asked and not _asks_event(compiled.when) else ""


def _asks_event(condition: Condition) -> bool:
    return any(
        isinstance(part, Happened) or (isinstance(part, AnyOf) and any(map(_asks_event, part.children)))
        for part in parts(condition)
    )


def _too_many(compiled: CompiledRule, window: Count) -> str:
    if window.distinct and window.distinct == window.per:
        return f"of one {window.per} there are never different {window.distinct}s"
    most = min((len(names) for names in _choices(compiled, window.distinct)), default=window.at_least)
    if most < window.at_least:
        return f"it waits for {window.at_least} different {window.distinct}s, and its conditions allow {most}"
    return ""


def _choices(compiled: CompiledRule, distinct: str) -> Iterator[Sequence[str] | frozenset[str]]:
    """The sets that what is counted must be of."""
    for part in _everything(compiled.when):
        if isinstance(part, SubjectIs) and distinct in _ABOUT_EVENTS and not part.names:
            yield part.entities
        if isinstance(part, OriginIs) and part.part == distinct == "source":
            yield part.values


def _hours(window: Absence) -> str:
    if window.hours is None:
        return ""
    longest = max(_length(window.hours, day) for day in _days(window.hours))
    if not longest:
        return f"there is no such time: {window.hours.told}"
    if longest < window.within:
        limit, most = format_duration(window.within), format_duration(longest)
        return f"it waits for {limit} of silence, and its hours are at most {most} a day ({window.hours.told})"
    return ""


def _days(hours: Hours) -> list[date]:
    return sorted({day for market in hours.markets for day in market.examples} or _WEEK)


def _length(hours: Hours, day: date) -> timedelta:
    return sum((last - first for first, last in hours.on(day)), timedelta(0))
