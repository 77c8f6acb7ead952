"""Times, durations and numbers as the reader writes them: on the reader's clock, and on that of the market beside it."""

from dataclasses import dataclass
from datetime import date as calendar_date
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal
from babel.units import format_unit

from service.web.i18n import gettext as _
from service.web.i18n import reader


@dataclass(frozen=True, slots=True)
class Market:
    """The clock of the exchanges of a country; `place` is what the pages' script knows it by."""

    zone: ZoneInfo

    def says(self, clock: str) -> str:
        """A time of this clock with its name."""
        if self is NEW_YORK:
            return _("%(time)s New York") % {"time": clock}
        return _("%(time)s Shanghai") % {"time": clock}


SHANGHAI = Market(ZoneInfo("Asia/Shanghai"))
NEW_YORK = Market(ZoneInfo("America/New_York"))


def market_of(entity: str | None) -> Market:
    """Whose clock matters for a security; mainland China's (and Hong Kong's, which is the same) where nothing is known."""
    return NEW_YORK if entity and entity.endswith(".US") else SHANGHAI


def here(when: datetime) -> datetime:
    """The same moment on the reader's clock."""
    return when.astimezone(reader().zone)


def clock_time(when: datetime) -> str:
    """Hour and minute on the reader's clock; UTC is named, the reader's own zone is not."""
    return f"{here(when):%H:%M}" if reader().zone_name else f"{when:%H:%M} UTC"


def date(when: datetime) -> str:
    """22 Dec 2025."""
    return format_date(here(when), "medium", locale=reader().locale)


def plain_date(day: calendar_date) -> str:
    """A day without a time, which is the same everywhere: 22 Dec 2025."""
    return format_date(day, "medium", locale=reader().locale)


def day_name(when: datetime) -> str:
    """Monday, 22 December 2025."""
    return format_date(here(when), "full", locale=reader().locale)


def weekday(when: datetime) -> str:
    """Mon."""
    return format_datetime(when, "E", locale=reader().locale)


def month_day(when: datetime) -> str:
    """22 Dec."""
    return format_datetime(when, _("d MMM"), locale=reader().locale)


def moment(when: datetime) -> str:
    """22 Dec 2025, 09:38."""
    return _("%(date)s, %(time)s") % {"date": date(when), "time": clock_time(when)}


def market_time(when: datetime, market: Market = SHANGHAI) -> str:
    """The market's clock with its name, and the weekday where it is another one there; "" where both clocks say the same."""
    mine, there = here(when), when.astimezone(market.zone)
    if reader().zone_name and mine.utcoffset() == there.utcoffset():
        return ""
    day = "" if there.date() == mine.date() else f"{weekday(there)} "
    return market.says(f"{day}{there:%H:%M}")


def market_clock(when: datetime, market: Market = SHANGHAI) -> str:
    """The market's hour and minute alone; "" where the reader's clock says the same."""
    there = when.astimezone(market.zone)
    return "" if here(when).utcoffset() == there.utcoffset() else f"{there:%H:%M}"


def market_name() -> str:
    """Whose clock a chart shows below the reader's."""
    return _("Shanghai")


def ago(then: datetime, now: datetime) -> str:
    """`then` as seen from `now`: "12 min ago", "in 40 sec", "now"."""
    if abs(now - then) < timedelta(seconds=1):
        return _("now")
    return format_timedelta(_rounded(then - now), threshold=1, add_direction=True, format="short", locale=reader().locale)


def lasting(length: timedelta) -> str:
    """Roughly how long: 40 sec, 12 min, 3 hrs, 5 days."""
    return format_timedelta(_rounded(abs(length)), threshold=1, format="short", locale=reader().locale)


def _rounded(length: timedelta) -> timedelta:
    """Down to whole units, so that "59 min" is not called an hour."""
    seconds = abs(round(length.total_seconds()))
    unit = next((unit for unit in (86400, 3600, 60) if seconds >= unit), 1)
    whole = timedelta(seconds=seconds // unit * unit)
    return whole if length >= timedelta(0) else -whole


_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def took(seconds: float) -> str:
    """A short time as a person says it, in at most two units: 0.4 secs, 12 secs, 3 mins 5 secs."""
    if seconds < 10:
        return _unit(round(seconds, 1), "second")
    whole = round(seconds)
    place = next(index for index, (_name, size) in enumerate(_UNITS) if whole >= size)
    words = []
    for name, size in _UNITS[place : place + 2]:
        if count := whole // size:
            words.append(_unit(count, name))
        whole %= size
    return ("" if reader().language == "zh" else " ").join(words)


def _unit(count: float, name: str) -> str:
    return format_unit(count, f"duration-{name}", "short", locale=reader().locale)


def number(value: float) -> str:
    """1,234."""
    return format_decimal(value, locale=reader().locale)


def iso(when: datetime) -> str:
    """For machines: 2025-12-22T01:38:00Z."""
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")
