"""English futures are not the index they are on, and what "fresh" and "this year" say of a high."""

import pytest

from tests.support.events import item, moves, only
from tests.support.shipped import understand


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Nasdaq 100 futures slid 0.6% overnight.", ["Nasdaq 100 futures"]),
        ("Futures for the S&P 500 added 0.2%.", ["Futures for the S&P 500"]),
        ("Futures contracts tied to the DAX lost 0.7%.", ["Futures contracts tied to the DAX"]),
        ("DAX and S&P 500 futures slid 0.6% and 0.8% respectively.", ["DAX and S&P 500 futures", "S&P 500 futures"]),
        ("S&P 500 (SPX) and DAX E-mini futures slid 0.6%.", ["S&P 500 (SPX) and DAX E-mini futures", "DAX E-mini futures"]),
    ],
)
def test_futures_are_not_the_index(text: str, named: list[str]) -> None:
    events = understand(item(text))
    assert [event.subject for event in events] == named
    assert all(event.entity is None and event.subject_span and event.subject_span.of(text) == event.subject for event in events)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Futures on the S&P 500 and the DAX lost 0.3% and 0.5%, respectively.", [("Futures on the S&P 500", -0.3)]),
        ("DAX futures rose 0.3%, the S&P 500 0.5%.", [("DAX futures", 0.3)]),
    ],
)
def test_futures_that_have_no_name_of_their_own_are_nobody(text: str, found: list[tuple[str, float]]) -> None:
    assert moves(text) == found


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("The DAX and Brent futures rose 2%.", ["DAX.DE", "BRENT"]),
        ("Copper futures rose 2%.", ["COPPER"]),
        ("As futures trading began, the S&P 500 rose 2%.", ["SPX.US"]),
    ],
)
def test_what_stands_beside_futures_stays(text: str, entities: list[str]) -> None:
    assert [event.entity for event in understand(item(text))] == entities


def test_the_index_and_its_futures_are_two() -> None:
    assert moves("The S&P 500 fell 1%. S&P 500 futures rose 0.2%.") == [("S&P 500", -1.0), ("S&P 500 futures", 0.2)]


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("Silver climbed to fresh records on Thursday.", "record"),
        ("The DAX notched another record close.", "record"),
        ("Silver hit a new high.", None),
        ("The DAX rose to a fresh peak.", "fresh"),
        ("Silver hit a fresh six-month high.", "six-month"),
        ("Silver climbed to its highest level this year in London.", "this year"),
        ("Silver closed at its highest price of the year.", "of the year"),
        ("Silver hit a fresh high since 2021.", "since 2021"),
    ],
)
def test_the_period_of_a_high(text: str, period: str | None) -> None:
    assert only(text).fields.get("period") == period
