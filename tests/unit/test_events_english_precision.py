"""What English texts said of somebody else, of something without a price, or of no time that is news."""

from datetime import UTC, datetime

import pytest

from tests.support.events import item, moves, said
from tests.support.shipped import understand


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Redwood 200 utilities index rose 0.7% on Tuesday.", [("Redwood 200 utilities index", 0.7)]),
        ("Oslo closed early after a 1.9% drop in mining group Halden.", [("Halden", -1.9)]),
        (
            "Buyers went for shipbuilders, including Halden (HLD) and Morvik (MVK), which rose 4% and 6%.",
            [("Halden", 4.0), ("Morvik", 6.0)],
        ),
        (
            "Contracts on the Nasdaq 100 (NDX), the Dow Jones (DJIA), and the S&P 500 (SPX) rose 0.4%, 0.2%, and 0.3%.",
            [("Nasdaq 100", 0.4), ("Dow Jones", 0.2), ("S&P 500", 0.3)],
        ),
        ("The S&P 500 index .SPX shed 4 percent.", [("S&P 500 index", -4.0)]),
        ("The cheer in Paris went and the S&P 500 closed the week down 1.2%.", [("S&P 500", -1.2)]),
        ("Tall Oak Fund let go shares of Morvik (MVK) once the buyers came, after the stock rose 5%.", [("Morvik", 5.0)]),
        ("Tall Oak Fund put $3M in Morvik shares because the stock fell 8%.", [("Morvik", -8.0)]),
        ("Tall Oak Fund says the stock rose 5%.", [("Tall Oak Fund", 5.0)]),
        ("Morvik Marries Halden Shipyards and Surges 12%", [("Morvik", 12.0)]),
        ("Morvik Corp. bought Halden Inc. and rose 4%.", [("Morvik Corp.", 4.0)]),
        ("The Nasdaq Composite pulled all others along, jumping 3%.", [("Nasdaq Composite", 3.0)]),
        ("Apple opened higher on record sales, climbing 1%.", []),
        ("The fund manager cheered, climbing 1%.", []),
        ("Tall Oak Fund sold 300 shares last week after the stock rose 5%.", [("Tall Oak Fund", 5.0)]),
    ],
)
def test_whom_it_happened_to(text: str, expected: list[tuple[str, float]]) -> None:
    assert moves(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Halden, Morvik and Brightmoor Bank slid 4-7 percent.",
        'Halden Trust Reports\nPaid out ("Adjusted FFO") again rose 7.5%.',
        "Halden Corp told its owners that capital employed rose 33%.",
        "Drivers grumbled about a 40% jump in the cost at the pump.",
        "Halden Corp budgeted for a 44% rise in Cloud-powered looms.",
        "Morvik's GMV climbed 61 percent by autumn.",
        "Halden Oyj told of sales, without their tax VAT, were worth EUR 7 million, down 5.2%.",
        "Morgan Stanley Sees Nickel Climbing 12% by Spring",
        "Copper Heads for a 6% Gain",
        "After the flood of that spring the DAX went on to gain 12%.",
        "Brokers are calling the FTSE 100 up 0.4% this morning.",
        "Week-to-date it is up 3%.",
        "The krona slid 8% between June 2011 and April 2013.",
        "Fourteen months ago, Morvik shares fell 4%.",
        "The DAX erased a 2.2% gain by lunch.",
        "Dogecoin's market cap rose 9% by noon.",
    ],
)
def test_what_was_no_move_of_a_price(text: str) -> None:
    assert moves(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Halden sets attendance record at its theme park",
        'Halden gains\n"Turnover in Asia reached a record," Halden Corp said.',
        "Halden shares set a record in daily turnover.",
        "Halden Storm Does Harm to Record US Harvest",
        "Lakeside property prices reached a record high",
        "Halden Staff Cuts Jump to Highest Since March 2009",
        "Is Now the Time? Nobody buys at all-time highs.",
    ],
)
def test_what_was_no_record_of_a_price(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Halden's owners sold out following the stock's market debut.", []),
        ("Halden Robotics previously shelved an IPO in Oslo.", []),
        ("Its founder sold Halden paper years before it went public.", []),
        ("Primary Notes: IPO Action", []),
        (
            "Morvik Inc. and two investors including Brightmoor & Co. are planning to raise $9 million in an IPO.",
            [("ipo", "Morvik Inc.")],
        ),
    ],
)
def test_listings(text: str, expected: list[tuple[str, str]]) -> None:
    assert said(text) == expected


def test_more_words_say_more_than_a_bare_one() -> None:
    (event,) = understand(item("Morvik IPO. Morvik, a mender of bridges, opens its 40-crore initial share sale on May 3."))
    assert (event.subject, event.fields["stage"]) == ("Morvik", "priced")


def test_a_filing_that_is_weighed_is_planned() -> None:
    (event,) = understand(item("Morvik Mulls IPO Filing Before Easter"))
    assert event.fields["stage"] == "planned"


def test_in_february_the_year_before_is_history() -> None:
    text = "Morvik Inc. shares gained 31% in 2024."
    assert understand(item(text, published=datetime(2025, 2, 13, tzinfo=UTC))) == ()
    assert len(understand(item(text, published=datetime(2025, 1, 13, tzinfo=UTC)))) == 1
