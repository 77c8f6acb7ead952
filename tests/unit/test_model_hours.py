"""Hours of a clock, of markets, and of both."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.model.hours import Hours, within
from tests.support.rule_world import CALENDARS

DAY = date(2025, 12, 22)
"""A Monday."""
NEW_YORK = ZoneInfo("America/New_York")


def at(hour: int, minute: int = 0, day: int = 22) -> datetime:
    return datetime(2025, 12, day, hour, minute, tzinfo=UTC)


def test_hours_that_say_nothing_are_the_whole_day() -> None:
    assert Hours().on(DAY) == ((at(0), at(0, day=23)),)


@pytest.mark.parametrize(("hour", "opened"), [(21, None), (22, 22), (23, 22), (3, 22), (4, None)])
def test_hours_over_midnight_belong_to_the_day_on_which_they_begin(hour: int, opened: int | None) -> None:
    found = Hours(clock=((time(22), time(4)),)).since(at(hour))
    assert (found[0][0].hour if found else None) == opened


def test_the_weekday_of_hours_over_midnight() -> None:
    night = Hours(clock=((time(22), time(4)),), weekdays=(0,))
    assert [bool(night.since(moment)) for moment in (at(23), at(3, day=23), at(23, day=23))] == [True, True, False]


def test_times_of_day_that_overlap_are_one() -> None:
    twice = Hours(clock=((time(9), time(11)), (time(10), time(12)), (time(20), None)))
    assert twice.on(DAY) == ((at(9), at(12)), (at(20), at(0, day=23)))


def test_a_market_is_asked_by_its_own_clock() -> None:
    both = Hours(zone=UTC, markets=(CALENDARS["XSHG"], CALENDARS["XNYS"]), sessions=("open",))
    assert both.on(DAY) == ((at(1, 30), at(3, 30)), (at(5), at(7)), (at(14, 30), at(21)))
    assert both.on(date(2025, 12, 25)) == ((at(1, 30, 25), at(3, 30, 25)), (at(5, 0, 25), at(7, 0, 25))), "New York rests"


def test_clock_and_market_together() -> None:
    first_hour = Hours(zone=NEW_YORK, clock=((time(9), time(10, 30)),), markets=(CALENDARS["XNYS"],), sessions=("open",))
    assert first_hour.on(DAY) == ((at(14, 30), at(15, 30)),)


def test_how_much_of_a_time_lies_within() -> None:
    pieces = ((at(1), at(3)), (at(5), at(7)))
    assert within(pieces, at(2), at(6)) == timedelta(hours=2)
    assert within(pieces, at(3), at(5)) == timedelta(0)
    assert within((), at(3), at(5)) == timedelta(0)
