"""Trading calendars: the shipped data against facts known from elsewhere, and what a file may not say."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.alerting.calendar import Calendar, Kind
from service.alerting.calendar_file import parse_calendar, parse_calendars
from service.marked_yaml import load
from tests.support.shipped import documents

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")


def shipped(name: str) -> Calendar:
    calendars, problems = parse_calendars(documents("calendars"))
    assert problems == []
    return calendars[name]


def days(calendar: Calendar, year: int) -> int:
    first = date(year, 1, 1)
    every = (first + timedelta(number) for number in range(366))
    return sum(calendar.kind(day) in (Kind.TRADING, Kind.HALF) for day in every if day.year == year)


def test_every_file_is_right_and_covers_the_same_years() -> None:
    calendars, problems = parse_calendars(documents("calendars"))
    assert problems == []
    assert sorted(calendars) == ["XHKG", "XNAS", "XNYS", "XSHE", "XSHG"]
    assert {(one.first, one.last) for one in calendars.values()} == {(date(2025, 1, 1), date(2027, 12, 31))}


@pytest.mark.parametrize(
    ("name", "year", "count"),
    [
        ("XSHG", 2025, 243),
        ("XSHE", 2025, 243),
        ("XNYS", 2025, 250),
        ("XNYS", 2026, 251),
        ("XSHG", 2026, 242),
        ("XNAS", 2026, 251),
    ],
)
def test_a_year_has_as_many_trading_days_as_its_market_says(name: str, year: int, count: int) -> None:
    assert days(shipped(name), year) == count


def test_markets_of_one_country_share_their_holidays() -> None:
    for one, other in (("XSHG", "XSHE"), ("XNYS", "XNAS")):
        first, second = shipped(one), shipped(other)
        assert (first.closed, first.half_days, first.working_weekends) == (
            second.closed,
            second.half_days,
            second.working_weekends,
        )


@pytest.mark.parametrize(
    ("name", "local", "has", "lacks"),
    [
        ("XSHG", "2025-12-22T09:20", {"call_auction", "closed", "before_open", "trading_day"}, {"open"}),
        ("XSHG", "2025-12-22T09:30", {"open", "morning"}, {"closed", "before_open"}),
        ("XSHG", "2025-12-22T11:29:59", {"open", "morning"}, {"lunch"}),
        ("XSHG", "2025-12-22T11:30", {"closed", "lunch"}, {"open", "after_close"}),
        ("XSHG", "2025-12-22T14:58", {"open", "afternoon", "closing_auction"}, set()),
        ("XSHG", "2025-12-22T15:00", {"closed", "after_close"}, {"open", "before_open"}),
        ("XSHG", "2025-10-01T10:00", {"closed", "holiday"}, {"working_day", "trading_day", "before_open", "after_close"}),
        ("XSHG", "2025-10-11T10:00", {"closed", "weekend", "working_day"}, {"trading_day", "open"}),
        ("XSHG", "2025-12-21T10:00", {"closed", "weekend"}, {"working_day"}),
        ("XHKG", "2026-02-16T13:30", {"closed", "half_day", "after_close", "trading_day"}, {"open", "afternoon"}),
        ("XHKG", "2026-02-16T12:05", {"closing_auction"}, {"lunch"}),
        ("XHKG", "2026-04-07T10:00", {"holiday"}, {"open"}),
        ("XNYS", "2025-11-28T14:00", {"closed", "half_day"}, {"open"}),
        ("XNYS", "2025-01-09T10:00", {"holiday"}, {"open"}),
        ("XNAS", "2025-11-28T14:00", {"after_hours"}, {"open"}),
        ("XNAS", "2025-11-26T08:00", {"pre_market", "before_open"}, {"open"}),
    ],
)
def test_what_an_instant_is(name: str, local: str, has: set[str], lacks: set[str]) -> None:
    calendar = shipped(name)
    sessions = calendar.at(datetime.fromisoformat(local).replace(tzinfo=calendar.zone)).sessions
    assert has <= sessions
    assert not lacks & sessions
    assert sessions <= set(calendar.sessions)


def test_an_instant_is_read_on_the_markets_own_clock_in_summer_and_in_winter() -> None:
    nyse = shipped("XNYS")
    for day, hour in (("2026-07-06", 13), ("2026-12-07", 14)):
        assert "open" in nyse.at(datetime.fromisoformat(f"{day}T{hour}:30:00+00:00")).sessions
        assert "open" not in nyse.at(datetime.fromisoformat(f"{day}T{hour}:29:00+00:00")).sessions


def test_beyond_the_data_weekdays_are_open_and_the_answer_says_so() -> None:
    told = shipped("XSHG").at(datetime(2031, 10, 1, 10, tzinfo=SHANGHAI))
    assert "open" in told.sessions
    assert told.told == (
        "Wed 2031-10-01 10:00 at XSHG: a trading day, open (morning); "
        "XSHG is known from 2025-01-01 to 2027-12-31; beyond, every weekday is taken as open"
    )
    assert "closed" in shipped("XSHG").at(datetime(2031, 10, 4, 10, tzinfo=SHANGHAI)).sessions


def test_what_is_computed_is_told_as_such() -> None:
    assert shipped("XSHG").doubt(date(2027, 2, 8)) == "the holidays of 2027 are computed, not announced"
    assert shipped("XSHG").doubt(date(2026, 2, 17)) == ""
    assert shipped("XNYS").doubt(date(2027, 3, 26)) == ""
    assert shipped("XHKG").at(datetime(2025, 12, 24, 10, tzinfo=SHANGHAI)).told == (
        "Wed 2025-12-24 10:00 at XHKG: a half day (Christmas Eve), open (morning)"
    )


FILE = """\
calendar: XTST
name: Test
zone: Asia/Shanghai
sessions: {morning: 09:30-11:30}
open: [morning]
years:
  2025: {status: announced, source: here}
"""


def wrong(old: str, new: str) -> list[str]:
    calendar, problems = parse_calendar(load(FILE.replace(old, new), "c.yaml"))
    assert calendar is None
    return [f"{problem.line}: {problem.message}" for problem in problems]


def test_a_small_file_is_enough() -> None:
    calendar, problems = parse_calendar(load(FILE, "c.yaml"))
    assert problems == []
    assert calendar is not None
    assert calendar.half == calendar.regular


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Asia/Shanghai", "Asia/Beijing", "3: `Asia/Beijing` is no time zone: write for instance Asia/Shanghai"),
        ("09:30-11:30", "9:30-11:30", "4: hours are written 09:30-11:30"),
        ("09:30-11:30", "11:30-09:30", "4: hours run from 00:00 to 23:59, and forwards"),
        ("09:30-11:30", "[a]", "4: hours are written 09:30-11:30"),
        ("09:30-11:30", "09:30-24:30", "4: hours run from 00:00 to 23:59, and forwards"),
        ("[morning]", "[evening]", "5: `evening` is none of `sessions`"),
        ("morning: 09:30-11:30", "morning: 09:30-11:30, closed: 11:30-12:00", "4: `closed` is known without being written"),
        (
            "source: here",
            "source: here, closed: {2025-13-01: x}",
            "7: `2025-13-01` is no day: write 2026-05-01 or 2026-05-01..2026-05-05",
        ),
        (
            "source: here",
            "source: here, closed: {2025-05-05..2025-05-01: x}",
            "7: `2025-05-05..2025-05-01` runs backwards, or for more than 31 days",
        ),
        ("source: here", "source: here, closed: {2026-05-01: x}", "7: `2026-05-01` is no day of 2025"),
        ("source: here", "source: here, closed: {9999-12-31: x}", "7: `9999-12-31` is no day of 2025"),
        ("source: here", "source: here, closed: {2025-05-01..2025-05-03: x, 2025-05-02: y}", "7: `2025-05-02` is written twice"),
        ("source: here", "source: here, working_weekends: [2025-05-01]", "7: `2025-05-01` is no weekend"),
        ("years:\n", "half_day: {morning: 09:30-10:00}\nyears:\n", ""),
        (
            "source: here}",
            "source: here, half_days: {2025-05-02: x}}",
            "6: there are half days, but no `half_day` says their sessions",
        ),
        ("  2025:", "  2027: {status: computed, source: x}\n  2025:", "6: a year is missing between others"),
    ],
)
def test_what_a_file_may_not_say(old: str, new: str, message: str) -> None:
    if message:
        assert wrong(old, new) == [message]
    else:
        assert parse_calendar(load(FILE.replace(old, new), "c.yaml"))[1] == []


def test_a_half_day_is_no_weekend() -> None:
    text = FILE.replace("open:", "half_day: {morning: 09:30-10:00}\nopen:").replace(
        "source: here", "source: here, half_days: {2025-05-03: x}"
    )
    _, problems = parse_calendar(load(text, "c.yaml"))
    assert [problem.message for problem in problems] == ["`2025-05-03` is a weekend"]


def test_a_name_belongs_to_one_file() -> None:
    found, problems = parse_calendars([load(FILE, "a.yaml"), load(FILE, "b.yaml"), load("x: 1", "c.yaml")])
    assert list(found) == ["XTST"]
    assert str(problems[0]) == "b.yaml:1:11: the calendar `XTST` is written twice"
    assert problems[1].file == "c.yaml"
