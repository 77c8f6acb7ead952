"""When digests go out: at times of the day, on days of the week, on trading days only where a calendar is named.

Guarantee: each time of each such local day comes exactly once, also on days on which the clock is changed. Pure: it is given the
time.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from service.alerting.calendar import Calendar, Kind
from service.alerting.intervals import DAY, instant

LOOK_AHEAD = timedelta(days=45)
"""Longer than any holiday of a market."""


@dataclass(frozen=True, slots=True)
class DigestTimes:
    """Times of the day on the clock of `zone`; `days` of the week (Monday is 0, none: all), trading days of `calendar`."""

    title: str
    zone: tzinfo
    at: tuple[time, ...]
    days: frozenset[int] = frozenset()
    calendar: Calendar | None = None

    def after(self, moment: datetime) -> datetime | None:
        """The first moment of the schedule after another; None if none comes."""
        day, last = moment.astimezone(self.zone).date() - DAY, moment.astimezone(self.zone).date() + LOOK_AHEAD
        while day <= last:
            trading = self.calendar is None or self.calendar.kind(day) in (Kind.TRADING, Kind.HALF)
            if trading and (not self.days or day.weekday() in self.days):
                for clock in sorted(self.at):
                    found = instant(day, clock, self.zone)
                    if found > moment:
                        return found
            day += DAY
        return None
