"""Times, durations and figures as readers of each language and zone write them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from service.web import times
from service.web.i18n import Reader, reading

NOW = datetime(2025, 12, 22, 20, 30, tzinfo=UTC)
CHINESE = Reader("zh", "Asia/Shanghai")


@pytest.fixture(autouse=True)
def in_english_and_utc() -> Iterator[None]:
    reading(Reader())
    yield
    reading(Reader())


@pytest.mark.parametrize(
    ("seconds", "words", "chinese"),
    [
        (0, "now", "刚刚"),
        (40, "40 sec ago", "40秒前"),
        (60, "1 min ago", "1分钟前"),
        (3599, "59 min ago", "59分钟前"),
        (3 * 3600, "3 hr ago", "3小时前"),
        (86400, "1 day ago", "1天前"),
        (-90, "in 1 min", "1分钟后"),
    ],
)
def test_how_long_ago(seconds: int, words: str, chinese: str) -> None:
    then = NOW - timedelta(seconds=seconds)
    assert times.ago(then, NOW) == words
    reading(CHINESE)
    assert times.ago(then, NOW) == chinese


@pytest.mark.parametrize(
    ("seconds", "words", "chinese"),
    [
        (0.04, "0 secs", "0秒"),
        (9.94, "9.9 secs", "9.9秒"),
        (12.4, "12 secs", "12秒"),
        (60, "1 min", "1分钟"),
        (185, "3 mins 5 secs", "3分钟5秒"),
        (7800, "2 hrs 10 mins", "2小时10分钟"),
        (273600, "3 days 4 hrs", "3天4小时"),
    ],
)
def test_how_long_something_took(seconds: float, words: str, chinese: str) -> None:
    assert times.took(seconds) == words
    reading(CHINESE)
    assert times.took(seconds) == chinese


def test_without_a_zone_times_are_utc_and_say_so() -> None:
    assert times.moment(NOW) == "22 Dec 2025, 20:30 UTC"
    assert times.market_time(NOW) == "Tue 04:30 Shanghai"
    assert times.day_name(NOW) == "Monday, 22 December 2025"


def test_times_are_told_on_the_readers_clock_and_the_markets_beside_it() -> None:
    reading(Reader("en", "Europe/Berlin"))
    assert times.moment(NOW) == "22 Dec 2025, 21:30"
    assert times.market_time(NOW, times.market_of("600000.SH")) == "Tue 04:30 Shanghai"
    assert times.market_time(NOW, times.market_of("NVDA.US")) == "15:30 New York"
    assert times.market_clock(NOW) == "04:30"


def test_a_reader_on_the_markets_clock_is_told_it_once() -> None:
    reading(CHINESE)
    assert times.moment(NOW) == "2025年12月23日 04:30"
    assert times.market_time(NOW) == times.market_clock(NOW) == ""
    assert times.market_time(NOW, times.market_of("NVDA.US")) == "纽约 周一 15:30"
    assert times.day_name(NOW) == "2025年12月23日星期二"
    assert times.plain_date(date(2025, 12, 22)) == "2025年12月22日"
    assert times.lasting(timedelta(hours=1)) == "1小时"


def test_new_york_knows_summer_and_what_is_unknown_is_chinas() -> None:
    summer = datetime(2025, 7, 1, 13, 30, tzinfo=UTC)
    assert times.market_time(summer, times.market_of("X.US")) == "09:30 New York"
    assert {times.market_of(name) for name in (None, "", "oil", "00700.HK", "600000.SH")} == {times.SHANGHAI}


def test_figures_and_machine_times() -> None:
    assert (times.number(1234567), times.iso(NOW)) == ("1,234,567", "2025-12-22T20:30:00Z")
