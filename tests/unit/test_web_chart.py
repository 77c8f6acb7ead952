from datetime import UTC, datetime, timedelta

import pytest

from service.model.rule import Severity
from service.web import chart
from service.web.chart import BLOCK, GAP, HEIGHT, WINDOWS, Column

NOW = datetime(2025, 12, 22, 8, 40, tzinfo=UTC)
DAY = WINDOWS["24h"]
LAST = datetime(2025, 12, 22, 8, tzinfo=UTC)


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
    assert window.start(NOW) == start
    assert start + window.length > NOW >= start + window.length - window.column
    assert len(chart.draw({}, window, NOW).columns) == columns


def test_few_alerts_are_blocks_that_can_be_counted_the_gravest_at_the_bottom() -> None:
    drawn = chart.draw({(LAST, Severity.CRITICAL): 1, (LAST, Severity.LOW): 2}, DAY, NOW)
    step = BLOCK + GAP
    assert boxes(drawn.columns[-1]) == [
        (Severity.CRITICAL, HEIGHT - step, BLOCK),
        (Severity.LOW, HEIGHT - 2 * step, BLOCK),
        (Severity.LOW, HEIGHT - 3 * step, BLOCK),
    ]
    assert all(not column.boxes for column in drawn.columns[:-1])


def test_many_alerts_are_bars_that_fill_the_height_and_no_more() -> None:
    other = LAST - timedelta(hours=1)
    drawn = chart.draw({(LAST, Severity.HIGH): 300, (LAST, Severity.INFO): 100, (other, Severity.INFO): 200}, DAY, NOW)
    assert boxes(drawn.columns[-1]) == [(Severity.HIGH, HEIGHT * 0.25, HEIGHT * 0.75), (Severity.INFO, 0, HEIGHT * 0.25)]
    assert boxes(drawn.columns[-2]) == [(Severity.INFO, HEIGHT / 2, HEIGHT / 2)]


@pytest.mark.parametrize("count", [1, 7, 8, 12, 13, 19, 20, 500])
def test_nothing_leaves_the_drawing(count: int) -> None:
    drawn = chart.draw({(LAST, severity): count for severity in Severity}, DAY, NOW)
    for column in drawn.columns:
        assert percent(column.x) >= 0
        assert percent(column.x) + percent(column.width) <= 100
        for box in column.boxes:
            assert box.y >= -0.1
            assert box.height > 0
            assert box.y + box.height <= HEIGHT + 0.1


def test_alerts_outside_the_window_are_not_counted() -> None:
    drawn = chart.draw({(LAST - timedelta(days=3), Severity.HIGH): 5, (LAST, Severity.HIGH): 1}, DAY, NOW)
    assert (drawn.total, drawn.tallest) == (1, 1)
    assert drawn.summary == "The last 24 hours: 1 alert (1 high)"


def test_every_column_says_in_words_what_it_shows() -> None:
    hours = chart.draw({(LAST, Severity.CRITICAL): 1, (LAST, Severity.HIGH): 2000}, DAY, NOW)
    assert hours.columns[-1].words == "22 Dec 2025, 08:00–09:00 UTC: 2,001 alerts (1 critical, 2,000 high)"
    assert hours.columns[0].words == "21 Dec 2025, 09:00–10:00 UTC: no alerts"
    days = chart.draw({}, WINDOWS["30d"], NOW)
    assert days.columns[-1].words == "22 Dec 2025: no alerts"
    assert days.summary == "The last 30 days: no alerts"


def test_hours_are_labelled_on_both_clocks_and_days_by_date() -> None:
    hours = chart.draw({}, DAY, NOW).ticks
    assert [(tick.upper, tick.lower) for tick in hours] == [
        ("09:00", "17:00"),
        ("15:00", "23:00"),
        ("21:00", "05:00"),
        ("03:00", "11:00"),
    ]
    assert [tick.names for tick in hours] == [("UTC", "Shanghai"), ("", ""), ("", ""), ("", "")]
    days = chart.draw({}, WINDOWS["7d"], NOW).ticks
    assert (days[0].upper, days[0].lower) == ("15 Dec", "Mon")
    assert len(days) == 7


def test_rules_are_ordered_by_how_often_they_fired_and_cut() -> None:
    counts = {("b", Severity.HIGH): 1, ("a", Severity.HIGH): 1, ("c", Severity.LOW): 3, ("c", Severity.CRITICAL): 1}
    found = chart.bars(counts, 2)
    assert [(bar.rule, bar.count) for bar in found] == [("c", 4), ("a", 1)]
    assert found[0].parts == (("0.000%", "25.000%", Severity.CRITICAL), ("25.000%", "75.000%", Severity.LOW))
    assert found[1].parts == (("0.000%", "25.000%", Severity.HIGH),)
    assert found[0].words == "4 alerts (1 critical, 3 low)"
    assert chart.bars({}, 5) == ()
