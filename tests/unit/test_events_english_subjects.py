"""Who an English event is about: descriptions, times, places, measures and people are no companies; lists share out figures."""

import pytest

from tests.support.events import moves, only, said


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Data Firm Zorblat Jumps 5%", [("Zorblat", 5)]),
        ("Dutch Software Maker Zorblat Jumps 5%", [("Zorblat", 5)]),
        ("Japanese Bank Quillon Drops 4%", [("Quillon", -4)]),
        ("Chinese Hotel Chain Quillon Drops 4%", [("Quillon", -4)]),
        ("Gaming Company Quillon Drops 4%", [("Quillon", -4)]),
        ("Berlin-listed Quillon rose 4%", [("Quillon", 4)]),
        ("Zorblat Board Member's shares rose 3%", [("Zorblat", 3)]),
        ("Zorblat Q3 shares rose 3%", [("Zorblat", 3)]),
        ("Zorblat Holdings, Inc. (NASDAQ:ZRBL) Shares Dive 28%", [("Zorblat Holdings, Inc.", -28)]),
        ("Zorblat's ordinary share price fell 6%", [("Zorblat", -6)]),
        ("Shares of Domino's rose 3%", [("Domino's", 3)]),
        ("Domino's stock rose 3%", [("Domino's", 3)]),
        ("Pigeon and Gamble climbs 3%", [("Pigeon and Gamble", 3)]),
        ("Pigeon and Gamble climb 3%", [("Pigeon", 3), ("Gamble", 3)]),
        ("Bank for Oil and Gas climbed 3%", [("Oil and Gas", 3)]),
        ("Quillon Oil and Gas Co. climbed 3%", [("Quillon Oil and Gas Co.", 3)]),
        ("Pigeon & Gamble climbed 3%", [("Pigeon & Gamble", 3)]),
        ("P&Q rose 3%", [("P&Q", 3)]),
        ("First Capital Corp rose 3%", [("First Capital Corp", 3)]),
        ("Vietnam’s stocks rose 3%", [("Vietnam’s stocks", 3)]),
        ("Wall Street rose 3%", [("Wall Street", 3)]),
        ("Zorblat Index Ends 0.7% Lower", [("Zorblat Index", -0.7)]),
        ("Zorblat Weighs Options as Quillon Sinks 4%", [("Quillon", -4)]),
        ("Zorblat Extends Up 5%", [("Zorblat", 5)]),
        ("Gold, Silver Rise 2%", [("Gold", 2), ("Silver", 2)]),
        ("Gold, silver rise 2%", [("Gold", 2), ("silver", 2)]),
        ("Zorblat, Holders Gain 2%", [("Zorblat", 2)]),
        ("Copper traded in New York rose 2%", [("Copper", 2)]),
        ("Shares in Zorblat rose 2%", [("Zorblat", 2)]),
        ("Up 5% was Zorblat Corp", [("Zorblat Corp", 5)]),
        ("Crypto stocks like Zorblat (down 7.9%) fell", [("Zorblat", -7.9)]),
    ],
)
def test_the_name_in_the_phrase(text: str, found: list[tuple[str, float]]) -> None:
    assert moves(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Almost 20% of Germans see higher bills",
        "The Purchasing Managers Index rose 2%",
        "The Labor Office's consumer price index rose 2%",
        "In January, it was up 3% in Berlin, San Francisco rose 50%",
        "Water Bills Rise 5%",
        "Zorblat yields rose 0.5 percentage points",
        "Zorblat fell 0.5 percentage points",
        "Zorblat Net Income up 5%",
        "Zorblat Q1 Net up 5%",
        "Senator Quillon rose 5%",
        "Putin gained 5%",
        "YTD Price Performance: -5%",
        "Office space in Quillon has jumped 50%",
        "A 54% rally put shares among the best",
        "Jobless claims show a 40% increase in visits",
        "Rise the Most 34%",
        "Zorblat Premiums’s 5% Jump Ends",
        "Buys Quillon rose 5%",
        "(B) and (C) rose 5%",
        "Then Loses 90%",
        "Revenue at 3 billion yuan in May, up 5%",
        "Growth slowed to 3%, down from 5%",
        "(+5%)",
    ],
)
def test_what_names_nobody(text: str) -> None:
    assert moves(text) == []


@pytest.mark.parametrize(
    ("text", "title", "found"),
    [
        ("Shares of the tea maker rose 1%", "Zorblat opens a shop", [("Zorblat", 1)]),
        ("Shares of the old-line biopharma plunged 58%", "Zorblat ends a trial", [("Zorblat", -58)]),
        ("On Wednesday the stock climbed 6%", "Zorblat wins", [("Zorblat", 6)]),
        ("Bubble Tea Maker Slides 5%", "Zorblat debuts", [("Zorblat", -5)]),
        ("It took a 71% decline in its share price", "Zorblat falters", [("Zorblat", -71)]),
        ("There was a 9% drop in the company's shares", "Zorblat falters", [("Zorblat", -9)]),
        ("The stock rose 3%", "Warren Quillon speaks", []),
        ("The stock rose 3%", "Tokenization platform Zorblat plans a merger", [("Zorblat", 3)]),
        ("The stock rose 3%", "Zorblat Industries wins", [("Zorblat Industries", 3)]),
    ],
)
def test_who_is_meant_when_nobody_is_named(text: str, title: str, found: list[tuple[str, float]]) -> None:
    assert moves(text, title) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Zorblat rose 3%, Quillon 2% and Pibb Corp 1.5%.", [("Zorblat", 3), ("Quillon", 2), ("Pibb Corp", 1.5)]),
        ("Zorblat fell 3%, Quillon by 2%.", [("Zorblat", -3), ("Quillon", -2)]),
        ("Zorblat rose 3%, January 2%.", [("Zorblat", 3)]),
        ("Zorblat rose 3%, Quillon over 2%.", [("Zorblat", 3), ("Quillon", 2)]),
        ("Zorblat rose 3%, Quillon Down 2%.", [("Zorblat", 3), ("Quillon", -2)]),
        ("Zorblat, Quillon and Pibb rose 3%, 2% and 1% respectively", [("Zorblat", 3), ("Quillon", 2), ("Pibb", 1)]),
        ("Zorblat and Quillon gained 1.2% and 2.2%.", [("Zorblat", 1.2), ("Quillon", 2.2)]),
        ("Zorblat and Quillon closed 1.2% and 2.2% lower", [("Zorblat", -1.2), ("Quillon", -2.2)]),
        ("Zorblat and Quillon rose 3%, 2% and 1%", [("Zorblat", 3), ("Quillon", 3)]),
        ("Zorblat Shares +5%, Quillon Stock -2%", [("Zorblat", 5), ("Quillon", -2)]),
        ("Zorblat Corp (+5%) and Quillon Inc. (-2%) moved", [("Zorblat Corp", 5), ("Quillon Inc.", -2)]),
        ("Zorblat Corp is up +0.82 (+1.13%)", [("Zorblat Corp", 1.13)]),
        ("we saw services +5% there", []),
        ("Zorblat Corp is worth 3-5% more", []),
    ],
)
def test_lists_in_which_each_has_its_own_figure(text: str, found: list[tuple[str, float]]) -> None:
    assert moves(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Zorblat closed above 3,000 for the first time, up 1%", [("Zorblat", 1)]),
        ("Zorblat traded at $74, and was up 0.5%", [("Zorblat", 0.5)]),
        ("Zorblat sold goods for 3 billion yuan in 2024, up 5%", []),
        ("Zorblat rose on Monday by as much as 5%", [("Zorblat", 5)]),
        ("Zorblat rose from 5%", []),
        ("Zorblat raised its prices by 5%", []),
        ("Zorblat added at least 50% profit", []),
        ("Get up to 50% off", []),
        ("Zorblat shares surged up to 50%", [("Zorblat", 50)]),
        ("Zorblat doubles duties on steel", []),
        ("Zorblat shares doubled in a year", [("Zorblat", 100)]),
        ("Zorblat fell 60% in 2019", []),
        ("Three years ago, Zorblat fell 60%", []),
        ("Zorblat fell 60% this week", [("Zorblat", -60)]),
        ("Zorblat fell 6% in January 2024", []),
    ],
)
def test_a_figure_belongs_to_its_verb_and_to_our_days(text: str, found: list[tuple[str, float]]) -> None:
    assert moves(text) == found


@pytest.mark.parametrize(
    ("text", "subject", "stage"),
    [
        ("Regulator to give approval for Zorblat IPO", "Zorblat", "approved"),
        ("Quillon pauses plan for Zorblat's London listing", "Zorblat", "withdrawn"),
        ("Star manager's IPO of Zorblat Square is delayed", "Zorblat Square", "withdrawn"),
        ("Quillon Says Targeting Zorblat Robotics IPO by June", "Zorblat Robotics", "planned"),
        ("Quillon Prepares Best-Ever India IPO", "Quillon", "planned"),
        ("Zorblat's Best-Ever IPO Prices", "Zorblat", "priced"),
        ("Zorblat's IPO plans could be delayed", "Zorblat", "planned"),
        ("Zorblat plans to raise $200 million in an IPO", "Zorblat", "planned"),
        ("Zorblat raised $200 million in an IPO", "Zorblat", "priced"),
        ("Zorblat may go public", "Zorblat", "planned"),
        ("Zorblat Updates IPO Filing", "Zorblat", "filed"),
        ("The sponsor weighs an IPO of glass packaging maker Zorblat in May", "Zorblat", "planned"),
        ("Quillon opts out of IPO for Bill Pibb's Zorblat Fund", "Zorblat Fund", "planned"),
        ("Zorblat Bets on Growth To Prove IPO Credentials", "Zorblat", "planned"),
        ("Zorblat Robotics Explores Best-Ever IPO", "Zorblat Robotics", "planned"),
        ("Zorblat nears IPO", "Zorblat", "planned"),
        ("Zorblat to make its stock market debut on Monday", "Zorblat", "planned"),
        ("Zorblat shares rise in debut", "Zorblat", "listed"),
        ("Zorblat plans for IPO, readies a product", "Zorblat", "planned"),
    ],
)
def test_whose_listing_it_is(text: str, subject: str, stage: str) -> None:
    event = only(text)
    assert (event.type, event.subject, event.fields["stage"]) == ("ipo", subject, stage)


@pytest.mark.parametrize(
    "text",
    [
        "Zorblat went public in 2019",
        "Zorblat files for listing of $400 million worth of senior unsecured bonds",
        "Zorblat cancels its London listing",
        "Big IPOs",
        "Quillon Sinks After $489 Million IPO",
        "Quillon sinks below its IPO price",
        "Zorblat shares are listed on the Oslo exchange",
        "Zorblat prices underwritten public offering of common shares",
        "Few stubborn founders have ever cared to aim for an IPO",
        "The film was supposed to debut in May",
    ],
)
def test_no_listing_of_anybody(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Zorblat hit a record", [("new_high", "Zorblat")]),
        ("Zorblat hit a record $4,700", [("new_high", "Zorblat")]),
        ("Zorblat makes record $2 billion investment", []),
        ("Photos show risk to record US crop", []),
        ("Zorblat set for record", []),
        ("Its highest price target is $90", []),
        ("Zorblat paid shareholders of record", []),
    ],
)
def test_records_that_were_reached(text: str, found: list[tuple[str, str]]) -> None:
    assert said(text) == found


NAMES = ["Zorblat", "Quillon Industries", "Pibb Corp", "Vantor & Sons", "Elm Holdings Ltd."]


@pytest.mark.parametrize("first", NAMES)
@pytest.mark.parametrize("second", NAMES)
@pytest.mark.parametrize(
    ("frame", "one", "other"),
    [
        ("{} rose 3% and {} fell 2%", 3, -2),
        ("Shares of {} jumped 3%, while {} lost 2%", 3, -2),
        ("{} and {} rose 3% and 2%, respectively", 3, 2),
        ("{} shares gained 3%, {} 2%", 3, 2),
    ],
)
def test_swapped_names_swap_the_moves(frame: str, first: str, second: str, one: float, other: float) -> None:
    if first != second:
        assert moves(frame.format(first, second)) == [(first, one), (second, other)]
        assert moves(frame.format(second, first)) == [(second, one), (first, other)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("negation", ["did not", "failed to", "could not", "never"])
@pytest.mark.parametrize("happened", ["rise 3%", "hit a record high", "hit limit-up", "reach an all-time high"])
def test_what_is_negated_is_not_asserted(name: str, negation: str, happened: str) -> None:
    assert said(f"{name} {negation} {happened}") == []
    assert said(f"Shares of {name} {negation} {happened}") == []
