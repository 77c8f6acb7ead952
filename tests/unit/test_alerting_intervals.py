"""Stretches of time, quiet hours and the moments of digests."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from service.alerting.digests import DigestTimes
from service.alerting.holding import hold, opens
from service.alerting.intervals import TimeInterval
from service.model.routing import Spell
from tests.support.timing import at, calendars, hours, timing

LONDON = ZoneInfo("Europe/London")
WEEKEND = TimeInterval("weekend", LONDON, weekdays=frozenset({5, 6}))


def session(*names: str) -> TimeInterval:
    calendar = calendars()["XSHG"]
    return TimeInterval("session", calendar.zone, calendar=calendar, sessions=frozenset(names))


def told(spells: list[Spell], zone: str) -> list[str]:
    return [" to ".join(f"{moment.astimezone(ZoneInfo(zone)):%a %H:%M}" for moment in spell) for spell in spells]


def test_a_stretch_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    night = TimeInterval("night", LONDON, ((time(22), time(7)),), frozenset({4}))
    assert told(night.spells(at("2025-12-22 00:00"), at("2025-12-28 23:00")), "Europe/London") == ["Fri 22:00 to Sat 07:00"]


def test_days_that_touch_are_one_stretch() -> None:
    assert told(WEEKEND.spells(at("2025-12-22 00:00"), at("2025-12-28 23:00")), "Europe/London") == ["Sat 00:00 to Mon 00:00"]


def test_a_stretch_to_the_end_of_the_day() -> None:
    late = hours("20:00", "24:00", "Europe/London")
    assert told(late.spells(at("2025-12-22 21:00"), at("2025-12-22 22:00")), "Europe/London") == ["Mon 20:00 to Tue 00:00"]


def test_several_times_of_a_day() -> None:
    two = TimeInterval("meals", LONDON, ((time(12), time(13)), (time(18), time(19)), (time(12, 30), time(13, 30))))
    shown = told(two.spells(at("2025-12-22 11:00"), at("2025-12-22 23:00")), "Europe/London")
    assert shown == ["Mon 12:00 to Mon 13:30", "Mon 18:00 to Mon 19:00"]


def test_a_market_has_a_lunch_break_and_holidays() -> None:
    open_ = session("open")
    monday = open_.spells(at("2025-12-22 00:00", "Asia/Shanghai"), at("2025-12-22 23:59", "Asia/Shanghai"))
    assert told(monday, "Asia/Shanghai") == ["Mon 09:30 to Mon 11:30", "Mon 13:00 to Mon 15:00"]
    assert open_.spells(at("2025-10-01 00:00", "Asia/Shanghai"), at("2025-10-08 23:59", "Asia/Shanghai")) == []


def test_times_and_a_calendar_hold_together() -> None:
    calendar = calendars()["XSHG"]
    desk = TimeInterval("desk", LONDON, ((time(1), time(9)),), frozenset(), calendar, frozenset({"trading_day"}))
    both = desk.spells(at("2025-09-30 00:00"), at("2025-10-09 12:00"))
    assert told(both, "Europe/London") == ["Tue 01:00 to Tue 09:00", "Thu 01:00 to Thu 09:00"]


def test_nothing_is_held_where_no_hours_are_named() -> None:
    assert hold([], [], at("2025-12-22 23:00")) is None
    assert opens([], [], at("2025-12-22 23:00"))


def test_quiet_hours_hold_until_their_end() -> None:
    night = hours("22:00", "07:00", "Europe/London")
    assert hold([night], [], at("2025-12-22 21:59")) is None
    for moment in ("2025-12-22 22:00", "2025-12-23 00:00", "2025-12-23 06:59"):
        held = hold([night], [], at(moment))
        assert held is not None
        assert held.until == at("2025-12-23 07:00")
        assert held.reason == "held until Tue 2025-12-23 07:00 Europe/London: quiet hours `night`"
    assert hold([night], [], at("2025-12-23 07:00")) is None


def test_hours_that_follow_each_other_hold_until_the_last_ends() -> None:
    held = hold([hours("22:00", "07:00", "Europe/London"), WEEKEND], [], at("2025-12-26 23:30"))
    assert held is not None
    assert held.until == at("2025-12-29 07:00")
    held = hold([hours("22:00", "07:00", "Europe/London"), WEEKEND], [], at("2025-12-27 23:30"))
    assert held is not None
    assert "quiet hours `night` and `weekend`" in held.reason


def test_outside_of_active_hours_is_held_until_they_begin() -> None:
    held = hold([], [session("open")], at("2025-09-30 16:00", "Asia/Shanghai"))
    assert held is not None
    assert held.until == at("2025-10-09 09:30", "Asia/Shanghai")
    assert held.reason == "held until Thu 2025-10-09 09:30 Asia/Shanghai: outside of `session`"
    assert hold([], [session("open")], at("2025-10-09 09:30", "Asia/Shanghai")) is None


def test_one_of_several_active_hours_is_enough_and_quiet_hours_win() -> None:
    day, late = hours("09:00", "17:00", "UTC", "day"), hours("20:00", "21:00", "UTC", "late")
    assert hold([], [day, late], at("2025-12-22 20:30")) is None
    held = hold([], [day, late], at("2025-12-22 18:00"))
    assert held is not None
    assert held.until == at("2025-12-22 20:00")
    assert "outside of `day` and `late`" in held.reason
    held = hold([hours("09:00", "10:00", "UTC")], [day], at("2025-12-22 08:00"))
    assert held is not None
    assert held.until == at("2025-12-22 10:00")


def test_hours_that_never_open_hold_nothing_and_are_known() -> None:
    always = hours("00:00", "24:00", "UTC")
    assert hold([always], [], at("2025-12-22 08:00")) is None
    assert not opens([always], [], at("2025-12-22 08:00"))
    assert opens([hours("22:00", "07:00", "UTC")], [], at("2025-12-22 08:00"))
    assert opens([hours("22:00", "07:00", "UTC")], [], at("2025-12-22 23:00"))


@pytest.mark.parametrize(
    ("days", "clocks", "calendar", "after", "expected"),
    [
        ("", "17:30", "", "2025-12-22 17:29", "2025-12-22 17:30"),
        ("", "17:30", "", "2025-12-22 17:30", "2025-12-23 17:30"),
        ("", "08:30 17:30", "", "2025-12-22 09:00", "2025-12-22 17:30"),
        ("", "08:30 17:30", "", "2025-12-22 18:00", "2025-12-23 08:30"),
        ("4", "18:00", "", "2025-12-22 00:00", "2025-12-26 18:00"),
        ("", "17:30", "XSHG", "2025-09-30 18:00", "2025-10-09 17:30"),
        ("", "17:30", "XSHG", "2025-10-10 18:00", "2025-10-13 17:30"),  # a working weekend: no market opens
        ("2", "17:30", "XSHG", "2025-09-30 18:00", "2025-10-15 17:30"),
    ],
)
def test_when_a_digest_comes(days: str, clocks: str, calendar: str, after: str, expected: str) -> None:
    zone = "Asia/Shanghai"
    schedule = DigestTimes(
        "Daily digest",
        ZoneInfo(zone),
        tuple(time.fromisoformat(clock) for clock in clocks.split()),
        frozenset(map(int, days)),
        calendars().get(calendar),
    )
    assert schedule.after(at(after, zone)) == at(expected, zone)


def test_half_days_are_trading_days() -> None:
    calendar = calendars()["XNYS"]
    schedule = DigestTimes("Daily digest", calendar.zone, (time(20),), frozenset(), calendar)
    half = next(iter(sorted(calendar.half_days)))
    eve = datetime.combine(half, time(12), calendar.zone)
    assert schedule.after(eve) == datetime.combine(half, time(20), calendar.zone).astimezone(UTC)


def test_a_digest_that_never_comes() -> None:
    calendar = calendars()["XSHG"]
    assert DigestTimes("", calendar.zone, (time(20),), frozenset({6}), calendar).after(at("2025-12-22 00:00")) is None


def test_titles_of_digests() -> None:
    def title(keys: str) -> str:
        schedule = timing(f"digest: {{timezone: UTC, {keys}}}").digest
        assert schedule is not None
        return schedule.title

    assert title('at: "17:30"') == "Daily digest"
    assert title('at: "17:30", days: fri') == "Weekly digest"
    assert title('at: ["07:30", "17:30"], days: [fri]') == "Daily digest"
    assert title('at: "17:30", title: The close') == "The close"


def test_a_market_of_another_zone_is_read_on_its_own_clock() -> None:
    schedule = timing('digest: {at: "17:30", timezone: Europe/London, calendar: XSHG}').digest
    assert schedule is not None
    assert schedule.after(at("2025-09-30 18:00", "Europe/London")) == at("2025-10-09 17:30", "Europe/London")
