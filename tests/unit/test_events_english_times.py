"""English moves, highs and listings that are over, and those that only look so."""

from datetime import UTC, datetime

import pytest

from tests.support.events import item, moves, said
from tests.support.shipped import understand


@pytest.mark.parametrize(
    "text",
    [
        "Halden shares had slumped 6% once the warning came.",
        "In the preceding quarter, Halden shares rose 11%.",
        "Morvik shares, which had climbed 4% the previous week, stood still.",
        "The DAX gained 18% the year before.",
        "In 2018, shares of Halden leapt 25% on such news.",
        "During the 2008 crash the DAX fell 50%.",
        "The last time it rained so much, Morvik dropped 9% in a month.",
        "Halden plunged 14% in February.",
        "Halden plunged 14% on Nov. 3, the day of the fire.",
        "Back then, Halden fell 14%.",
        "Halden lost 14% in one day earlier this year.",
        "When the mayor was chosen in August, Morvik jumped 12%.",
        "Historically, the DAX has gained 1% by May.",
        "On average, the DAX rises 1.4% before Easter.",
        "In past cycles, copper rose 10%.",
        "Copper rose 3% in the previous session.",
        "A year earlier, Halden fell 8%.",
        "Last year, silver gained 20%.",
        "In March, Morvik fell 8%.",
    ],
)
def test_times_that_are_over(text: str) -> None:
    assert moves(text) == []


@pytest.mark.parametrize(
    ("text", "pct"),
    [
        ("Halden shares are off their best, down 4% since March.", -4.0),
        ("Halden shares had risen 4% by noon.", 4.0),
        ("Halden shares had fallen by 7% this quarter.", -7.0),
        ("Halden is up 3% from the previous week.", 3.0),
        ("Halden fell 3% on Dec. 19.", -3.0),
        ("Halden surged 8% in December.", 8.0),
        ("After sales for the previous quarter came out, Halden rose 5%.", 5.0),
        ("Halden, founded in 2009, rose 5%.", 5.0),
    ],
)
def test_times_that_are_not(text: str, pct: float) -> None:
    assert moves(text) == [("Halden", pct)]


def test_where_no_day_is_known_only_words_without_dates_make_history() -> None:
    assert [event.subject for event in understand(item("Halden fell 8% in March.", published=None))] == ["Halden"]
    assert understand(item("In the prior month, Halden fell 8%.", published=None)) == ()


@pytest.mark.parametrize(
    ("day", "counts"), [(datetime(2025, 12, 4, tzinfo=UTC), True), (datetime(2025, 12, 22, tzinfo=UTC), False)]
)
def test_the_month_before_is_news_for_some_days(day: datetime, counts: bool) -> None:
    assert bool(understand(item("Halden fell 8% in November.", published=day))) is counts


def test_an_old_listing_is_history_and_a_planned_one_is_not() -> None:
    assert said("Morvik went public in June.") == []
    assert said("Morvik plans an IPO in June.") == [("ipo", "Morvik")]


def test_where_a_session_ended_is_told_before_its_extreme() -> None:
    text = "Halden shares initially climbed 2.9%, only to fade and close down 1.5%."
    assert moves(text) == [("Halden", -1.5)]
    assert moves("Halden rose as much as 4%. Halden closed 1.5% higher.") == [("Halden", 1.5)]
    assert moves("Halden rose as much as 4%. Morvik closed 1.5% higher.") == [("Halden", 4.0), ("Morvik", 1.5)]
    assert moves("The DAX gave up early gains to close 0.7% lower.") == [("DAX", -0.7)]


def test_a_table_keeps_all_its_moves() -> None:
    rows = "".join(f"Firm{number} Corp closed up 1%.\n" for number in range(301))
    assert len(moves(rows)) == 301


def test_who_falls_after_hitting_a_record_hit_it() -> None:
    assert ("new_high", "Copper") in said("Copper eased after hitting a record high.")
    assert ("new_high", "bitcoin") in said("Shop floors are quiet and bitcoin retreats after touching a record high.")
    assert said("Investors were glad after hitting a record high.") == []
    assert moves("Copper steadied after rising 3% on Friday.") == []


def test_an_extreme_that_was_given_back_is_no_move() -> None:
    assert moves("Halden fell as much as 5% before recovering to a loss of 3.4% by noon.") == []


def test_a_close_on_an_old_day_is_history() -> None:
    assert moves("Halden fell $2 per share, or 26%, to close at $7.10 per share on August 30, 2024.") == []


@pytest.mark.parametrize("name", ["Hong Kong shares", "Key US stock indexes"])
def test_markets_are_indices(name: str) -> None:
    (event,) = understand(item(f"{name} closed at record highs."))
    assert event.fields["kind"] == "index"
