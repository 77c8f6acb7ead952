from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from service.model.rule import Severity
from service.web import chart
from service.web.chart import BLOCK, GAP, HEIGHT, WINDOWS, Chart, Column, Window
from service.web.i18n import Reader, reading

NB = "\N{NO-BREAK SPACE}"

NOW = datetime(2025, 12, 22, 8, 40, tzinfo=UTC)
DAY = WINDOWS["24h"]
LAST = datetime(2025, 12, 22, 8, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")


def drawn_of(window: Window, *newest: Mapping[Severity, int]) -> Chart:
    """A chart that ends with these columns, the others being empty."""
    counts: list[Mapping[Severity, int]] = [{} for _ in range(window.columns - len(newest))]
    return chart.draw([*counts, *newest], window.borders(NOW, UTC_ZONE), window)


@pytest.fixture(autouse=True)
def in_english_and_utc() -> None:
    reading(Reader())


def percent(text: str) -> float:
    return float(text.removesuffix("%"))


def boxes(column: Column) -> list[tuple[Severity, float, float]]:
    return [(box.severity, box.y, box.height) for box in column.boxes]


@pytest.mark.parametrize(
    ("name", "start", "columns"),
    [
        ("24h", datetime(2025, 12, 21, 9, tzinfo=UTC), 24),
        ("7d", datetime(2025, 12, 15, 12, tzinfo=UTC), 28),
        ("30d", datetime(2025, 11, 23, tzinfo=UTC), 30),
    ],
)
def test_a_window_ends_with_the_column_of_now_and_is_aligned(name: str, start: datetime, columns: int) -> None:
    window = WINDOWS[name]
    borders = window.borders(NOW, UTC_ZONE)
    assert (borders[0], len(borders)) == (start, columns + 1)
    assert borders[-2] <= NOW < borders[-1]
    assert {later - earlier for earlier, later in pairwise(borders)} == {window.column}
    assert len(drawn_of(window).columns) == columns


def test_days_begin_at_midnight_where_the_reader_is_also_when_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    borders = WINDOWS["30d"].borders(datetime(2025, 11, 2, 12, tzinfo=UTC), berlin)
    assert {border.astimezone(berlin).hour for border in borders} == {0}
    assert [later - earlier for earlier, later in pairwise(borders)].count(timedelta(hours=25)) == 1  # 26 October
    assert borders[-1] == datetime(2025, 11, 2, 23, tzinfo=UTC)
    kathmandu = WINDOWS["24h"].borders(NOW, ZoneInfo("Asia/Kathmandu"))  # 5:45 ahead
    assert {border.minute for border in kathmandu} == {15}
    assert kathmandu[-2] <= NOW < kathmandu[-1]


def test_few_alerts_are_blocks_that_can_be_counted_the_gravest_at_the_bottom() -> None:
    drawn = drawn_of(DAY, {Severity.CRITICAL: 1, Severity.LOW: 2})
    step = BLOCK + GAP
    assert boxes(drawn.columns[-1]) == [
        (Severity.CRITICAL, HEIGHT - step, BLOCK),
        (Severity.LOW, HEIGHT - 2 * step, BLOCK),
        (Severity.LOW, HEIGHT - 3 * step, BLOCK),
    ]
    assert all(not column.boxes for column in drawn.columns[:-1])


def test_many_alerts_are_bars_that_fill_the_height_and_no_more() -> None:
    drawn = drawn_of(DAY, {Severity.INFO: 200}, {Severity.HIGH: 300, Severity.INFO: 100})
    assert boxes(drawn.columns[-1]) == [(Severity.HIGH, HEIGHT * 0.25, HEIGHT * 0.75), (Severity.INFO, 0, HEIGHT * 0.25)]
    assert boxes(drawn.columns[-2]) == [(Severity.INFO, HEIGHT / 2, HEIGHT / 2)]


@pytest.mark.parametrize("count", [1, 7, 8, 12, 13, 19, 20, 500])
def test_nothing_leaves_the_drawing(count: int) -> None:
    drawn = drawn_of(DAY, dict.fromkeys(Severity, count))
    for column in drawn.columns:
        assert percent(column.x) >= 0
        assert percent(column.x) + percent(column.width) <= 100
        for box in column.boxes:
            assert box.y >= -0.1
            assert box.height > 0
            assert box.y + box.height <= HEIGHT + 0.1


def test_every_column_says_in_words_what_it_shows() -> None:
    hours = drawn_of(DAY, {Severity.CRITICAL: 1, Severity.HIGH: 2000})
    assert hours.columns[-1].words == f"22 Dec 2025, 08:00 UTC – 09:00 UTC: 2,001 alerts (1{NB}critical, 2,000{NB}high)"
    assert hours.columns[0].words == "21 Dec 2025, 09:00 UTC – 10:00 UTC: no alerts"
    assert (hours.total, hours.tallest) == (2001, 2001)
    days = drawn_of(WINDOWS["30d"])
    assert days.columns[-1].words == "22 Dec 2025: no alerts"
    assert days.summary == "The last 30 days: no alerts"


def test_hours_are_labelled_on_both_clocks_and_days_by_date() -> None:
    hours = drawn_of(DAY).ticks
    assert [(tick.upper, tick.lower, tick.clock) for tick in hours] == [
        ("09:00", "17:00", "Shanghai"),
        ("15:00", "23:00", ""),
        ("21:00", "05:00", ""),
        ("03:00", "11:00", ""),
    ]
    days = drawn_of(WINDOWS["7d"]).ticks
    assert (days[0].upper, days[0].lower) == ("15 Dec", "Mon")
    assert len(days) == 7


def test_a_reader_on_the_markets_clock_sees_it_once() -> None:
    reading(Reader("zh", "Asia/Shanghai"))
    borders = DAY.borders(NOW, ZoneInfo("Asia/Shanghai"))
    drawn = chart.draw([{} for _ in range(24)], borders, DAY)
    assert [(tick.upper, tick.lower) for tick in drawn.ticks] == [("17:00", ""), ("23:00", ""), ("05:00", ""), ("11:00", "")]
    assert drawn.columns[0].words == "2025年12月21日 17:00 – 18:00：没有提醒"
    assert drawn.summary == "最近 24 小时：没有提醒"


def test_rules_are_ordered_by_how_often_they_fired_and_cut() -> None:
    counts = {("b", Severity.HIGH): 1, ("a", Severity.HIGH): 1, ("c", Severity.LOW): 3, ("c", Severity.CRITICAL): 1}
    found = chart.bars(counts, 2)
    assert [(bar.rule, bar.count) for bar in found] == [("c", 4), ("a", 1)]
    assert found[0].parts == (("0.000%", "25.000%", Severity.CRITICAL), ("25.000%", "75.000%", Severity.LOW))
    assert found[1].parts == (("0.000%", "25.000%", Severity.HIGH),)
    assert found[0].words == f"4 alerts (1{NB}critical, 3{NB}low)"
    assert chart.bars({}, 5) == ()
