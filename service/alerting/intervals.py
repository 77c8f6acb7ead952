"""Named stretches of time: hours of the day, days of the week, sessions of a market.

Guarantee: each stretch of a local schedule begins once and ends once, whatever the clock of its zone does that day: a time that a
clock leaves out is the first moment after the gap; of a time that it shows twice, a stretch begins at the first and ends at the
second, so that no clock on the wall shows a quiet hour when it is over. Pure: it is given the time. It must not know what the
hours are for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from service.alerting.calendar import Calendar
from service.model.routing import Spell

DAY = timedelta(days=1)
MIDNIGHT = time(0)
_FINE = timedelta(microseconds=1)

Between = tuple[time, time | None]
"""From a time of day to another; None is the end of the day. One that ends before it begins runs over midnight."""


def instant(day: date, clock: time, zone: tzinfo, *, later: bool = False) -> datetime:
    """The moment in UTC at which a clock shows that time; `later` is the second one of two."""
    first = datetime.combine(day, clock, zone).replace(fold=0)
    second = first.replace(fold=1)
    early, late = first.astimezone(UTC), second.astimezone(UTC)
    if early > late:  # the clock leaves this time out: its offset before the gap reads later than the one after it
        return _change(late, early, zone)
    return late if later else early


def _change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The moment between two at which the offset of a zone changes."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > _FINE:
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


@dataclass(frozen=True, slots=True)
class TimeInterval:
    """A named interval; what is given holds together, and nothing given is always.

    `times` and `weekdays` (Monday is 0) are read on the clock of `zone`; a stretch over midnight belongs to the day on which it
    begins. `sessions` are those of `calendar`.
    """

    name: str
    zone: tzinfo
    times: tuple[Between, ...] = ()
    weekdays: frozenset[int] = frozenset()
    calendar: Calendar | None = None
    sessions: frozenset[str] = frozenset()

    def spells(self, first: datetime, last: datetime) -> list[Spell]:
        """Its stretches that touch the time between two instants, in order, apart from each other."""
        found = _joined(self._hours(first, last))
        if self.calendar is not None:
            found = _both(found, _joined(self._sessions(self.calendar, first, last)))
        return [spell for spell in found if spell[0] <= last and spell[1] > first]

    def _hours(self, first: datetime, last: datetime) -> Iterator[Spell]:
        for day in _days(first, last, self.zone):
            if self.weekdays and day.weekday() not in self.weekdays:
                continue
            for begin, end in self.times or ((MIDNIGHT, None),):
                start = instant(day, begin, self.zone)
                if end is None:
                    yield start, instant(day + DAY, MIDNIGHT, self.zone)
                else:
                    yield start, instant(day if begin < end else day + DAY, end, self.zone, later=True)

    def _sessions(self, calendar: Calendar, first: datetime, last: datetime) -> Iterator[Spell]:
        clocks = {clock for part in (*calendar.regular, *calendar.half) for clock in (part.begin, part.end)}
        for day in _days(first, last, calendar.zone):
            edges = [instant(day, clock, calendar.zone) for clock in sorted({MIDNIGHT, *clocks})]
            for start, stop in pairwise([*edges, instant(day + DAY, MIDNIGHT, calendar.zone)]):
                if self.sessions.intersection(calendar.at(start).sessions):
                    yield start, stop


def _days(first: datetime, last: datetime, zone: tzinfo) -> Iterator[date]:
    """The local days between two instants, one more on each side."""
    day, end = first.astimezone(zone).date() - DAY, last.astimezone(zone).date() + DAY
    while day <= end:
        yield day
        day += DAY


def _joined(spells: Iterator[Spell]) -> list[Spell]:
    """In order, those that touch made one, empty ones left out."""
    found: list[Spell] = []
    for start, stop in sorted(spell for spell in spells if spell[0] < spell[1]):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(stop, found[-1][1])
        else:
            found.append((start, stop))
    return found


def _both(one: Sequence[Spell], other: Sequence[Spell]) -> list[Spell]:
    """What lies in both."""
    found: list[Spell] = []
    first = second = 0
    while first < len(one) and second < len(other):
        start, stop = max(one[first][0], other[second][0]), min(one[first][1], other[second][1])
        if start < stop:
            found.append((start, stop))
        if one[first][1] < other[second][1]:
            first += 1
        else:
            second += 1
    return found
