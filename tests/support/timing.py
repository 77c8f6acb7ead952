"""Routes with times, for tests: a file's text in, a Routing out; and moments on clocks that change."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from service.alerting.calendar import Calendar
from service.alerting.calendar_file import parse_calendars
from service.alerting.intervals import TimeInterval
from service.alerting.routes_file import parse_routes
from service.errors import Problem
from service.marked_yaml import load
from service.model.routing import Routing, Timing
from tests.support.shipped import documents

ZONES = (
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",  # at midnight
    "America/Havana",  # at midnight
    "Africa/Cairo",  # at midnight
    "Asia/Beirut",  # at midnight
    "Australia/Sydney",
    "Australia/Lord_Howe",  # by half an hour
)
"""Zones whose clocks were changed twice in 2025."""
STILL = ("Asia/Shanghai", "Asia/Kolkata", "UTC")
"""Zones whose clocks were not."""

RECEIVERS = """
receivers:
  - name: inbox
    targets: ["inbox://"]
  - name: desk
    targets: ["slack://${A}", "mailtos://${B}"]
  - name: boss
    targets: ["json://boss.example.com"]
time_intervals:
  - name: night
    times: 22:00-07:00
    timezone: Europe/London
  - name: weekend
    weekdays: sat-sun
    timezone: Europe/London
  - name: session
    calendar: XSHG
"""


@cache
def calendars() -> dict[str, Calendar]:
    """The shipped ones."""
    found, problems = parse_calendars(documents("calendars"))
    assert not problems
    return found


def routing(route: str, rest: str = RECEIVERS) -> Routing:
    """The routing of a file with this `route`."""
    found, problems = parse_routes(load(route + rest, "routes.yaml"), calendars())
    assert found is not None, "\n".join(map(str, problems))
    return found.routing


def timing(keys: str) -> Timing:
    """What a first route says of times, each key in a line of its own."""
    return routing("route:\n  receiver: inbox\n" + "".join(f"  {line}\n" for line in keys.splitlines())).root.timing


def problems(route: str, rest: str = RECEIVERS) -> list[Problem]:
    """What is wrong with a file with this `route`."""
    found, wrong = parse_routes(load(route + rest, "routes.yaml"), calendars())
    assert found is None
    return wrong


def at(text: str, zone: str = "UTC") -> datetime:
    """The moment at which a clock shows that: `2025-12-22 23:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def hours(begin: str, end: str, zone: str, name: str = "night") -> TimeInterval:
    """An interval of every day."""
    return TimeInterval(name, ZoneInfo(zone), ((time.fromisoformat(begin), None if end == "24:00" else time.fromisoformat(end)),))


@cache
def switches(zone: str, year: int = 2025) -> tuple[date, ...]:
    """The local days of a year that are not 24 hours long."""
    place, day, found = ZoneInfo(zone), date(year, 1, 1), []
    while day.year == year:
        begin = datetime.combine(day, time(12), place) - timedelta(days=1)
        if begin.utcoffset() != datetime.combine(day, time(12), place).utcoffset():
            found.append(day)
        day += timedelta(days=1)
    return tuple(found)
