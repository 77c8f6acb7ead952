"""Days on which clocks are changed: ten zones, both switches, quarters of an hour; each local schedule comes exactly once."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from service.alerting.digests import DigestTimes
from service.alerting.holding import hold
from service.alerting.intervals import instant
from tests.support.timing import STILL, ZONES, hours, switches

QUARTERS = [time(hour, minute) for hour in range(24) for minute in (0, 15, 30, 45)]
CHANGES = [(zone, number) for zone in ZONES for number in (0, 1)]
DAY = timedelta(days=1)


def span(zone: str, day: date) -> tuple[datetime, datetime]:
    """From noon two days before to noon two days after: noon is never left out."""
    place = ZoneInfo(zone)
    return datetime.combine(day - 2 * DAY, time(12), place), datetime.combine(day + 2 * DAY, time(12), place)


@pytest.mark.parametrize("zone", ZONES)
def test_the_zones_are_changed_twice(zone: str) -> None:
    assert len(switches(zone)) == 2


@pytest.mark.parametrize("zone", STILL)
def test_the_other_zones_are_not(zone: str) -> None:
    assert switches(zone) == ()


@pytest.mark.parametrize(("zone", "number"), CHANGES)
def test_a_digest_comes_once_each_day(zone: str, number: int) -> None:
    place, day = ZoneInfo(zone), switches(zone)[number]
    first, last = span(zone, day)
    for clock in QUARTERS:
        schedule = DigestTimes("Daily digest", place, (clock,))
        came, moment = [], first
        while (found := schedule.after(moment)) is not None and found <= last:
            came.append(found.astimezone(place))
            moment = found
        days = Counter(one.date() for one in came)
        assert set(days.values()) == {1}, (zone, clock, came)
        assert len(days) == 4
        for one in came:
            exists = datetime.combine(one.date(), clock, place).astimezone(UTC).astimezone(place).time() == clock
            if exists:
                assert (one.time(), one.fold) == (clock, 0), "at the first of two"
            else:
                before = (one.astimezone(UTC) - timedelta(seconds=1)).astimezone(place)
                assert before.utcoffset() != one.utcoffset(), "a time that the clock leaves out is the moment of the change"


@pytest.mark.parametrize(("zone", "number"), CHANGES)
@pytest.mark.parametrize("length", [90, 540])
def test_quiet_hours_begin_once_and_end_once_each_day(zone: str, number: int, length: int) -> None:
    place, day = ZoneInfo(zone), switches(zone)[number]
    first, last = span(zone, day)
    start, stop = first.astimezone(UTC), last.astimezone(UTC)
    for begin in [clock for clock in QUARTERS if clock.hour in (0, 1, 2, 3, 23)]:
        end = (datetime.combine(day, begin) + timedelta(minutes=length)).time()
        quiet = hours(f"{begin:%H:%M}", "24:00" if end == time(0) else f"{end:%H:%M}", zone)
        spells = quiet.spells(start, stop)
        inside = [spell for spell in spells if start < spell[0] and spell[1] < stop]
        assert len(spells) <= 5
        assert len(inside) >= 3
        for (_, over), (again, _) in pairwise(spells):
            assert over < again
        moment = start + DAY
        while moment < stop - DAY:
            clock = moment.astimezone(place).time()
            on_the_wall = begin <= clock < end if begin < end else clock >= begin or clock < end
            held = hold([quiet], [], moment)
            assert held is not None or not on_the_wall, (zone, begin, end, moment.astimezone(place))
            moment += timedelta(minutes=30)


@pytest.mark.parametrize("zone", STILL)
def test_where_no_clock_is_changed_every_day_is_like_the_other(zone: str) -> None:
    schedule = DigestTimes("Daily digest", ZoneInfo(zone), (time(2, 30),))
    moment, came = datetime(2025, 1, 1, tzinfo=UTC), 0
    while (found := schedule.after(moment)) is not None and found.year == 2025:
        assert came == 0 or found - moment == DAY
        came, moment = came + 1, found
    assert came == 365


def test_a_time_that_is_left_out_is_the_moment_after_the_gap() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert instant(date(2025, 3, 30), time(2, 30), berlin) == datetime(2025, 3, 30, 1, tzinfo=UTC)
    assert instant(date(2025, 3, 30), time(2, 30), berlin, later=True) == datetime(2025, 3, 30, 1, tzinfo=UTC)


def test_a_time_that_comes_twice_has_two_moments() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert instant(date(2025, 10, 26), time(2, 30), berlin) == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert instant(date(2025, 10, 26), time(2, 30), berlin, later=True) == datetime(2025, 10, 26, 1, 30, tzinfo=UTC)


def test_an_end_that_comes_twice_is_the_second_one() -> None:
    quiet = hours("22:00", "02:30", "Europe/Berlin")
    [night] = quiet.spells(datetime(2025, 10, 25, 22, tzinfo=UTC), datetime(2025, 10, 25, 23, tzinfo=UTC))
    assert night == (datetime(2025, 10, 25, 20, tzinfo=UTC), datetime(2025, 10, 26, 1, 30, tzinfo=UTC))
