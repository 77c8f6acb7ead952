"""Trading calendars: which session of a market an instant falls into, and how certain that is.

Guarantees: an answer for every aware instant; weekdays that the data does not reach count as trading days, and the answer says
so. Times are those of the market's own zone, whatever the clock there did that day. Pure: it is given the instant.
It must not know any rule, and must not guess a holiday.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

DERIVED = ("open", "closed", "before_open", "after_close", "trading_day", "half_day", "working_day", "holiday", "weekend")
"""Names that every calendar knows beside its own sessions."""


class Kind(StrEnum):
    """What a day is to the market. A WORKING_WEEKEND is one that offices work to make up for a holiday: no market opens."""

    TRADING = "a trading day"
    HALF = "a half day"
    HOLIDAY = "a holiday"
    WEEKEND = "a weekend"
    WORKING_WEEKEND = "a working weekend, on which no market opens"


@dataclass(frozen=True, slots=True)
class Session:
    """A part of a trading day, `begin` included and `end` not."""

    name: str
    begin: time
    end: time


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as a market sees it: the names of everything it lies in, and the same in words."""

    sessions: frozenset[str]
    told: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """One market. `regular` and `half` are its sessions on whole and half days, `trading` those in which it is open.

    The data reaches from `first` to `last`; of the years in `computed` the holidays follow from law or custom, but were not
    announced yet when the data was written.
    """

    name: str
    title: str
    zone: tzinfo
    regular: tuple[Session, ...]
    half: tuple[Session, ...]
    trading: frozenset[str]
    first: date
    last: date
    closed: Mapping[date, str] = field(default_factory=dict)
    half_days: Mapping[date, str] = field(default_factory=dict)
    working_weekends: frozenset[date] = frozenset()
    computed: frozenset[int] = frozenset()

    @property
    def sessions(self) -> tuple[str, ...]:
        """Every name that may be asked for."""
        return (*dict.fromkeys(session.name for session in (*self.regular, *self.half)), *DERIVED)

    def kind(self, day: date) -> Kind:
        """What a day is."""
        if day in self.working_weekends:
            return Kind.WORKING_WEEKEND
        if day.weekday() >= 5:
            return Kind.WEEKEND
        if day in self.closed:
            return Kind.HOLIDAY
        return Kind.HALF if day in self.half_days else Kind.TRADING

    def doubt(self, day: date) -> str:
        """Why what is said of a day is not certain; "" if it is."""
        if not self.first <= day <= self.last:
            return f"{self.name} is known from {self.first} to {self.last}; beyond, every weekday is taken as open"
        return f"the holidays of {day.year} are computed, not announced" if day.year in self.computed else ""

    def pieces(self, day: date, sessions: Collection[str]) -> tuple[tuple[datetime, datetime], ...]:
        """When, on a day of its own clock, the market is in one of `sessions`, cut where any session begins or ends; in UTC."""
        edges = {time(0), *(edge for one in (*self.regular, *self.half) for edge in (one.begin, one.end))}
        starts = [datetime.combine(day, edge, self.zone).astimezone(UTC) for edge in sorted(edges)]
        ends = [*starts[1:], datetime.combine(day + timedelta(days=1), time(0), self.zone).astimezone(UTC)]
        return tuple(piece for piece in zip(starts, ends, strict=True) if self.at(piece[0]).sessions.intersection(sessions))

    @property
    def examples(self) -> tuple[date, ...]:
        """Days of every kind that it knows of: its special ones, and two weeks of others."""
        ordinary = (self.first + timedelta(days=number) for number in range(14))
        return (*ordinary, *self.closed, *self.half_days, *sorted(self.working_weekends))

    def at(self, instant: datetime) -> Moment:
        """The sessions that an aware instant lies in."""
        local = instant.astimezone(self.zone)
        day, clock = local.date(), local.time()
        kind = self.kind(day)
        table = {Kind.TRADING: self.regular, Kind.HALF: self.half}.get(kind, ())
        own = [session.name for session in table if session.begin <= clock < session.end]
        names = {*own, *self._derived(kind, table, clock, own)}
        state = "open" if "open" in names else "closed"
        words = f"{local:%a %Y-%m-%d %H:%M} at {self.name}: {kind.value}{self._named(day, kind)}, {state}"
        told = words + (f" ({', '.join(own)})" if own else "")
        return Moment(frozenset(names), "; ".join(part for part in (told, self.doubt(day)) if part))

    def _derived(self, kind: Kind, table: tuple[Session, ...], clock: time, own: list[str]) -> set[str]:
        names = {"open"} if self.trading.intersection(own) else {"closed"}
        names |= {
            Kind.TRADING: {"trading_day", "working_day"},
            Kind.HALF: {"trading_day", "working_day", "half_day"},
            Kind.HOLIDAY: {"holiday"},
            Kind.WEEKEND: {"weekend"},
            Kind.WORKING_WEEKEND: {"weekend", "working_day"},
        }[kind]
        hours = [session for session in table if session.name in self.trading]
        if hours and clock < min(session.begin for session in hours):
            names.add("before_open")
        if hours and clock >= max(session.end for session in hours):
            names.add("after_close")
        return names

    def _named(self, day: date, kind: Kind) -> str:
        name = {Kind.HOLIDAY: self.closed, Kind.HALF: self.half_days}.get(kind, {}).get(day, "")
        return f" ({name})" if name else ""
