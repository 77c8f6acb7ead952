"""Hours in which something is expected: times of day on days of the week, sessions of markets, or both together.

Guarantee: each day by itself, so that no night counts; what begins before midnight belongs to the day on which it begins.
It must not know a calendar: markets are handed in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Protocol

Piece = tuple[datetime, datetime]
"""A piece of time in UTC, the first moment included and the last not."""
_DAY = timedelta(days=1)


class Market(Protocol):
    """What knows when a market is in a session."""

    def pieces(self, day: date, sessions: Sequence[str]) -> Sequence[Piece]:
        """When, on a day of its own clock, it is in one of `sessions`."""
        ...

    @property
    def examples(self) -> Sequence[date]:
        """Days of every kind that it knows of."""
        ...


@dataclass(frozen=True, slots=True)
class Hours:
    """`told` says them in words. No `clock` is the whole day, no `weekdays` (0 is Monday) are all, no `markets` ask nothing."""

    told: str = "every day"
    zone: tzinfo = UTC
    clock: tuple[tuple[time, time | None], ...] = ()
    weekdays: tuple[int, ...] = ()
    markets: tuple[Market, ...] = ()
    sessions: tuple[str, ...] = ()

    def on(self, day: date) -> tuple[Piece, ...]:
        """The pieces that belong to a day, in order."""
        if self.weekdays and day.weekday() not in self.weekdays:
            return ()
        clock = [self._piece(day, *ends) for ends in self.clock or ((time(0), None),)]
        if not self.markets:
            return _melted(clock)
        near = [day + number * _DAY for number in (-1, 0, 1)]  # their clocks are not this one
        open_ = [piece for market in self.markets for one in near for piece in market.pieces(one, self.sessions)]
        return _melted([(max(a[0], b[0]), min(a[1], b[1])) for a in clock for b in open_])

    def since(self, now: datetime) -> tuple[Piece, ...]:
        """The pieces of the day that is on, from its first to the end of its last; none where none has begun, or all are over.

        The day that `now` is in stays on until its midnight: what was reached with the last bell is noticed after it.
        """
        today = now.astimezone(self.zone).date()
        for day in (today, today - _DAY):
            pieces = self.on(day)
            if pieces and pieces[0][0] <= now and (day == today or now < pieces[-1][1]):
                return pieces
        return ()

    def _piece(self, day: date, begin: time, end: time | None) -> Piece:
        over = end is None or end <= begin
        last = datetime.combine(day + over * _DAY, end or time(0), self.zone)
        return datetime.combine(day, begin, self.zone).astimezone(UTC), last.astimezone(UTC)


def within(pieces: Sequence[Piece], begin: datetime, end: datetime) -> timedelta:
    """How much of the time from `begin` to `end` lies in the pieces."""
    return sum((max(min(last, end) - max(first, begin), timedelta(0)) for first, last in pieces), timedelta(0))


def _melted(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The same time without overlaps and empty pieces, in order."""
    found: list[Piece] = []
    for first, last in sorted(piece for piece in pieces if piece[0] < piece[1]):
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return tuple(found)
