"""Whom English texts go on about, and what goes on about nothing that has a price."""

import pytest

from tests.support.events import item, moves, said
from tests.support.shipped import understand


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Halden Corp. rose 2%. Morvik Inc. said it sold its mill. Its shares fell 3%.",
            [("Halden Corp.", 2), ("Morvik Inc", -3)],
        ),
        ("Halden Corp. rose 2%. Morvik reported a loss. Shares fell 3%.", [("Halden Corp.", 2), ("Morvik", -3)]),
        ("Halden Corp. rose 2%. Nvidia opened a plant. The stock gained 4%.", [("Halden Corp.", 2), ("Nvidia", 4)]),
        ("Morvik Corp. lost its chief. Halden Bank analysts were calm. The stock rose 4%.", [("Morvik Corp.", 4)]),
        ("Morvik Corp. lost its chief. Nobody at the mill cared. The stock rose 4%.", [("Morvik Corp.", 4)]),
        ("However, Nvidia’s rise was long, and counting the bad day, the stock has gained 41%.", [("Nvidia", 41)]),
    ],
)
def test_the_company_is_who_opens_the_sentence_before(text: str, expected: list[tuple[str, float]]) -> None:
    assert [(name.rstrip("."), pct) for name, pct in moves(text)] == [(name.rstrip("."), pct) for name, pct in expected]


def test_a_title_that_the_text_does_not_bear_out_names_nobody() -> None:
    text = (
        "A paper of the weavers' union speaks of calm on the looms, even after a 30% fall from the peak, and of thrift among all."
    )
    assert moves(text, title="Weavers Remain Quite Fond of Linen") == []
    assert moves("Its shares fell 3%.", title="Morvik Corp Loses Chief") == [("Morvik Corp", -3)]


def test_a_person_is_nobody_to_go_on_about() -> None:
    text = "In early April, Rowan Tarn made up his mind."
    assert moves(text, title="City's Biggest Float of the Year Rallies 33%") == []


def test_what_is_quoted_is_a_thing() -> None:
    assert moves('"Quest" game maker Halden Corp said it sold more. Shares of the company rose 3%.') == [("Halden Corp", 3)]
    assert moves("“Nvidia is doing well these days,” said a buyer. The stock rose 3%.") == [("Nvidia", 3)]


def test_the_comma_ends_what_is_said_by_the_way() -> None:
    assert said("Halden, which makes boats and owns Morvik Shipyards, began trading on the Nasdaq.") == [("ipo", "Halden")]
    assert moves("Halden, Norway's largest maker of boats, rose 3%.") == [("Halden", 3)]


@pytest.mark.parametrize(
    "text",
    [
        "Halden Corp shipped 8 million units, down 12%.",
        "Halden Corp earned FFO of $1.20 per share, up 5%.",
        "Halden Corp said selling prices rose 3%.",
        "Cinema ticket prices rose 3%.",
        "And ticket prices rose 3%.",
        "Copper stocks rose 3% m/m.",
        "Photo by Harbour Images Having risen by as much as 9% in spring, Morvik now rests.",
    ],
)
def test_what_has_no_price(text: str) -> None:
    assert moves(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Singapore dollar rose 1%.", ["Singapore dollar"]),
        ("The Jamaican dollar rose 1%.", ["Jamaican dollar"]),
        ("The strong dollar rose 1%.", ["dollar"]),
        ("The South Korean won rose 1%.", ["South Korean won"]),
        ("Oslo liked a 2.5% jump in the oil and gas sector.", ["oil and gas sector"]),
        (
            "Both Nikkei 225 and Hang Seng indices shed 3% and 2%.",
            ["Nikkei 225", "Hang Seng"],
        ),
        ("Small beside the S&P 500 index's SPX gain of 8.5% it was.", ["S&P 500 index"]),
        ("Battered Hungarian shares rose 3%.", ["Hungarian shares"]),
        ("Halden at 6940.01 (-0.06%) and S&P 500 closed at 6940.01 (-0.06%)", ["S&P 500"]),
        ("The Nifty fell 1%. The Nifty Bank index fell 2%.", ["Nifty", "Nifty Bank index"]),
    ],
)
def test_what_has_one(text: str, expected: list[str]) -> None:
    assert [subject for subject, _ in moves(text)] == expected


def test_prices_of_two_goods() -> None:
    assert said("Crude oil and gasoline prices rallied to 1-week highs.") == [("new_high", "Crude oil")]


def test_whose_listing_it_is() -> None:
    title = "Halden Said to Hire Bank for $1 Billion India IPO"
    text = "Halden Plc asked two banks about a possible initial public offering of Welsh unit Morvik Care Co."
    assert said(text, title=title) == [("ipo", "Morvik Care Co")]
    assert said("Morvik Corp shares slid in their Oslo Stock Exchange debut.") == [("ipo", "Morvik Corp")]
    assert said("Saudi IPO Spree Deepens as oil sags") == []
    assert said("Morvik built two mills since an initial public offering (IPO).") == []


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("Morvik opens at 31 kroner in Nasdaq debut", "listed"),
        ("Morvik dropped in its Oslo debut.", "listed"),
        ("Morvik is the next initial share sale opening on May 3.", "priced"),
        ("Morvik is set to hit the street with its Rs 80-crore IPO.", "planned"),
        ("Morvik explores IPO to raise funds", "planned"),
        ("Morvik raised $80 million in its IPO.", "priced"),
        ("Morvik IPO booked 3 times", "priced"),
        ("Morvik announced a flotation.", "planned"),
        ("Shipbuilder Morvik's IPO\nMorvik, which makes boats, began trading on the Nasdaq.", "listed"),
    ],
)
def test_how_far_a_listing_is(text: str, stage: str) -> None:
    (event,) = understand(item(text))
    assert (event.type, event.subject, event.fields["stage"]) == ("ipo", "Morvik", stage)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Halden's GMV grew 8 percent while Morvik's rose 3 percent.", []),
        ("Shares of the loom unit of embattled builder Halden Group more than doubled.", []),
        ("Tall Oak Fund jumped 22% this year.", []),
        ("Tall Oak Fund (HGF) jumped 22%.", ["Tall Oak Fund"]),
        ("India VIX jumped 5%.", ["India VIX"]),
        ("Halden Motors pulled down the Redwood Car index, tumbling nearly 4 percent.", ["Halden Motors"]),
        ("Halden's 5% gain was no surprise.", ["Halden"]),
    ],
)
def test_parts_and_possessions(text: str, expected: list[str]) -> None:
    assert [subject for subject, _ in moves(text)] == expected


def test_listings_of_what_somebody_owns() -> None:
    assert said("Halden's Morvik Wool Works Is Said to Mull Oslo IPO") == [("ipo", "Morvik Wool Works")]
    assert said("Halden, Brightmoor Weigh IPO or Sale of Morvik University") == [("ipo", "Morvik University")]


def test_whose_debut_its_debut_is() -> None:
    text = "Morvik Base Industries slid badly in its trading debut."
    assert ("ipo", "Morvik Base Industries") in said(text, title="Oslo Base Methanol Unit Falls in Debut")
    text = "Boat selling platform Halden Holdings Inc. told more of its initial public offering."
    assert ("ipo", "Boat") not in said(text, title="Halden Plans IPO")


def test_where_it_is_listed_is_not_who_is() -> None:
    assert said("Shares jumped in its New York Stock Exchange debut.") == []
    assert said("Morvik Corp. rose in its London Stock Exchange debut.") == [("ipo", "Morvik Corp.")]
    assert said("Ahead of its London Stock Exchange IPO, the firm hired two bankers.") == []


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("Morvik Plans to Cut IPO\nMorvik Inc. raised $1.5 billion in its IPO.", "priced"),
        ("Morvik plans an IPO.\nMorvik is mulling filing publicly for an IPO.", "planned"),
        ("Morvik to go ahead with IPO plan", "planned"),
        ("Morvik's IPO Taps a Rally\nThe boatbuilder's $514 million IPO was fully subscribed.", "priced"),
    ],
)
def test_what_is_done_is_no_plan(text: str, stage: str) -> None:
    assert {event.fields["stage"] for event in understand(item(text)) if event.type == "ipo"} == {stage}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("By Jane Roe Morvik shares were up 42%.", ["Morvik"]),
        ("The top losers: ON Semiconductor Corp, down 6.2%.", ["ON Semiconductor Corp"]),
        ("Halden Corp raised its chief's pay to $3 million for the year -- up a third.", []),
        ("Halden Corp traded at 31 -- up a third since May.", ["Halden Corp"]),
        ("Development Aid Drops 23%", []),
        ("Keep an eye on Your Clever Tickers rose nearly 3%.", []),
        ("James Tarn rose 3%.", []),
        ("James Tarn shares rose 3%.", ["James Tarn"]),
    ],
)
def test_names_and_what_stands_beside_them(text: str, expected: list[str]) -> None:
    assert [subject for subject, _ in moves(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "James Tarn set the league record for doubles.",
        "Halden set records for the most boats in a day.",
        "Morvik Air (IPO-MVK.AX) flies twice a day.",
        "Morvik came to Oslo in 2021 at an initial public offering price near $31.",
    ],
)
def test_no_event_of_a_security(text: str) -> None:
    assert said(text) == []


def test_a_rubric_is_no_name() -> None:
    (event,) = understand(item("Morvik Care IPO Story continues below Notice The firm opens on May 3."))
    assert event.subject == "Morvik Care"


def test_descriptions_of_a_listing_are_no_company() -> None:
    assert said("Halden-Backed Morvik Is Pursuing Future Vietnam IPO") in ([], [("ipo", "Morvik")])
    assert said("Coal Miner Jumps in Biggest Indonesian IPO of 2025") == []


def test_one_company_under_two_names_is_listed_under_both() -> None:
    title = "Morvik Andal Rises 20% After the Largest Oslo IPO This Year"
    text = "Shares of PT Morvik Andal Norge leapt on the first day of trading."
    assert {event.fields["stage"] for event in understand(item(text, title)) if event.type == "ipo"} == {"listed"}


@pytest.mark.parametrize(
    "text",
    [
        "M&A rose 70 percent in November.",
        "Cheer drove copper to within a whisker of a record 9,000 kroner.",
        "The Dow made small moves from the record highs of Wednesday.",
    ],
)
def test_what_only_looks_like_a_move_or_a_high(text: str) -> None:
    assert said(text) == []


def test_all_of_a_list_are_its_names() -> None:
    assert ("new_high", "Nasdaq") in said("S&P 500, Dow, Nasdaq All Close at Record Highs")


def test_a_brand_with_a_nation_is_no_market() -> None:
    text = "Shares of the clothes seller fell 12%."
    assert moves(text, title="American Kestrel Shares Plunge After Retailer Cuts Outlook") == [("American Kestrel", -12)]
