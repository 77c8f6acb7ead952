"""`during` of an absence: the hours in which silence counts, written like any other `during`."""

from service.model.hours import Hours
from service.rules.building import Builder, Path
from service.rules.conditions.moment import WEEKDAYS, InSession, OnTheClock, bounds, parse_during
from service.rules.shape import parts


def parse_hours(builder: Builder, path: Path) -> Hours | None:
    """The hours at `path`; None if anything in them is wrong, which is reported."""
    before = len(builder.problems)
    found = parse_during(builder, path, None)
    if found is None or len(builder.problems) > before:
        return None
    sessions = [part for part in parts(found) if isinstance(part, InSession)]
    clocks = [part for part in parts(found) if isinstance(part, OnTheClock)]
    clock = tuple(bounds(window) for part in clocks for window in part.windows)
    weekdays = tuple(WEEKDAYS.index(day) for part in clocks for day in part.weekdays)
    zone = clocks[0].zone if clocks else sessions[0].calendars[0].zone
    markets = tuple(calendar for part in sessions for calendar in part.calendars)
    names = tuple(name for part in sessions for name in part.sessions)
    told = "; ".join([*(part.asked for part in sessions), *(part.asked for part in clocks)])
    return Hours(told, zone, clock, weekdays, markets, names)
