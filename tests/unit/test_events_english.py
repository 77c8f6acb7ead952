"""English sentences: who, what, how much, and whether it happened."""

import pytest

from service.model.event import Status
from tests.support.events import everything, moves, only, said


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Lumentum soared 10% and NVIDIA gained 4%.", [("Lumentum", 10), ("NVIDIA", 4)]),
        ("Changxin Borui (长芯博创) and Zhishang Technology (致尚科技) jumped over 12%.",
         [("Changxin Borui", 12), ("Zhishang Technology", 12)]),
        ("Shares of Acme Widgets fell 3.6 percent on Thursday.", [("Acme Widgets", -3.6)]),
        ("Acme shares were down 2.5% in early trading", [("Acme", -2.5)]),
        ("Acme Holdings Ltd. closed 3% higher", [("Acme Holdings Ltd.", 3)]),
        ("Acme posted a 3% gain", [("Acme", 3)]),
        ("Wisesoft Co., whose name implies victory, rose 10%", [("Wisesoft Co.", 10)]),
        ("In New York, Acme and Bolt Industries rose 3%.", [("Acme", 3), ("Bolt Industries", 3)]),
        ("Notably, Acme rose 3%", [("Acme", 3)]),
        ("The Nasdaq lost 1.7%. The S&P 500 was down 1.2%.", [("Nasdaq", -1.7), ("S&P 500", -1.2)]),
        ("Japan's Nikkei Up 2.3%; Brewers Rise", [("Nikkei", 2.3)]),
        ("Asian shares rose 1%", [("Asian shares", 1)]),
        ("Most Asian shares rose 1%", [("Asian shares", 1)]),
        ("Rain fell, Acme rose 5%", [("Acme", 5)]),
        ("Acme and (B) rose 5%", [("Acme", 5)]),
        ("Acme on Thursday in early trading on Monday, in the Friday session fell 3%", [("Acme", -3)]),
        ("A 12% plunge in Acme Corp followed.", [("Acme Corp", -12)]),
        ("Acme's 69% Plunge Wipes Out Billions", [("Acme", -69)]),
        ("software giant Microsoft rose 2%", [("Microsoft", 2)]),
        ("Shares pop 6% after Acme beats estimates", [("Acme", 6)]),
        ("Top gainer is Hang Seng Tech Index, which is up 2%", [("Hang Seng Tech Index", 2)]),
        ("Acme shares have doubled this year", [("Acme", 100)]),
        ("Acme and others rose 5%", [("Acme", 5)]),
        ("Bank of America rose 2%", [("Bank of America", 2)]),
    ],
)  # fmt: skip
def test_moves_and_whose_they_are(text: str, found: list[tuple[str, float]]) -> None:
    assert moves(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Coca-Cola's revenue rose 5%.",
        "Traffic at Acme increased 5%.",
        "Inflation slowed, prices paid rose 3%",
        "The savings rate dipped to 3.8%.",
        "Acme said its earnings, which rose 5%, were fine",
        "Acme reported earnings that nearly doubled",
        "Stocks rose 5%",
        "Acme could fall 20%",
        "Acme is expected to rise 5% this year",
        "Acme did not fall 5%",
        "A 60% surge in prices at the pump was a key driver",
        "It will be up (3%)",
        "5% rose",
        "The rain (heavy) rose 5%",
        "Acme in prose, 5%",
    ],
)
def test_what_is_no_move(text: str) -> None:
    assert moves(text) == []


def test_pronouns_mean_whom_the_text_was_about() -> None:
    text = "Zorblat General shares climbed on its results. The stock rose 9% to $14.20 Friday."
    assert moves(text) == [("Zorblat General", 9)]
    assert moves("It jumped 5%.", title="Acme Corp wins") == [("Acme Corp", 5)]
    assert moves("NEW YORK (AP) - Toll Brothers won. The company's shares rose 3%.") == [("Toll Brothers", 3)]
    assert moves("Reuters reported that Acme won. The shares rose 3%.") == [("Acme", 3)]
    assert moves("Bolt-backed Acme won a deal. The shares rose 3%.") == [("Acme", 3)]
    assert moves("Acme Bank won a case. The lender rose 3%.") == [("Acme Bank", 3)]
    assert moves("the shares rose 3%.") == []


def test_a_title_that_opens_with_the_name_wins_over_who_says_so() -> None:
    assert moves("Greta Quillon smiled. The shares rose 3%.", title="Domino's CEO doubles down") == [("Domino's", 3)]
    assert moves("Klarna is about to pay. The shares rose 3%.", title="Swedish giant enters Crypto") == [("Klarna", 3)]


@pytest.mark.parametrize(
    ("text", "kind", "period"),
    [
        ("The Tongdaxin CPO Index rose to hit fresh highs.", "index", "fresh"),
        ("Zorblat stock is still trading at all-time-high levels", "stock", "record"),
        ("Oil Hits Four-Month High as Tankers Sit Idle", "other", "Four-Month"),
        ("Asian shares quietly rallied to the highest since 2017", "index", "since 2017"),
        ("Acme shares closed at a 52-week high", "stock", "52-week"),
        ("Acme futures hit their highest level on record", "other", "record"),
        ("Acme hit another peak; Acme hit new highs", "stock", None),
    ],
)
def test_highs_their_kind_and_how_long_since(text: str, kind: str, period: str | None) -> None:
    event = only(text)
    assert (event.type, event.fields["kind"], event.fields.get("period")) == ("new_high", kind, period)


@pytest.mark.parametrize(
    "text",
    [
        "Gold retreated from its record high.",
        "Gold Holds Near Record as Tension Rises",
        "CAC 40 Set to Pull Back from a Record High",
        "Acme's sales hit a record high",
        "Acme's margin rose to record highs, hitting a new high again",
        "Bond yields rose to the highest since 2009",
        "Acme approaches all-time high",
    ],
)
def test_what_is_no_high(text: str) -> None:
    assert [one for one in said(text) if one[0] == "new_high"] == []


def test_a_clause_without_subject_goes_on_about_the_same() -> None:
    text = "Yangtze Optical Fibre and Cable (长飞光纤) rocketed to a limit-up after market open, reaching record highs."
    assert said(text) == [("limit_up", "Yangtze Optical Fibre and Cable"), ("new_high", "Yangtze Optical Fibre and Cable")]
    assert said("Acme rose 3.9% to A$2.35, its highest since May") == [("price_move", "Acme"), ("new_high", "Acme")]
    assert said("Acme's difficulty hit an all-time high, rising 5.6%") == []
    assert said("The deal supports Intel's push, boosting its stock by up to 3.6%", "Intel wins") == [("price_move", "Intel")]


def test_brackets_decide_over_english_names_and_give_the_alias() -> None:
    event = only("Shenzhen Tellus (特发信息) hit limit-up.")
    assert (event.subject, event.entity, event.alias) == ("Shenzhen Tellus", "000070.SZ", "特发信息")
    event = only("Fibre Maker (601869.SH) hit limit-up.")
    assert (event.entity, event.alias) == ("601869.SH", "")
    event = only("Chip firm Nvidia Inc (NASDAQ:NVDA) rose 3%")
    assert event.entity == "NVDA.US"
    later = "Moore Threads (摩尔线程) unveiled a chip. Moore Threads is eyeing an IPO."
    assert only(later).alias == "摩尔线程"
    assert said("(hit) limit-up") == []


@pytest.mark.parametrize(
    ("text", "subject", "stage"),
    [
        ("Domestic GPU firms like Moore Threads are eyeing IPOs", "Moore Threads", "planned"),
        ("Zorblat India files draft papers at Sebi for Rs 740 crore IPO", "Zorblat India", "filed"),
        ("Zorblat Transit Inc. filed publicly for an IPO", "Zorblat Transit Inc.", "filed"),
        ("Coffee Day IPO: Should you care?", "Coffee Day", "planned"),
        ("Coffee Day IPO opens for subscription", "Coffee Day", "priced"),
        ("Acme shelves its Hong Kong listing", "Acme", "withdrawn"),
        ("Acme wins approval for its IPO", "Acme", "approved"),
        ("Acme makes its trading debut", "Acme", "listed"),
        ("QX Quillonstadt Said to Hire Banks for IPO", "QX Quillonstadt", "planned"),
        ("Bankers await the IPO of Acme Robotics.", "Acme Robotics", "planned"),
        ("Bankers await the IPO of Acme's parts unit.", "Acme", "planned"),
        ("Bankers await the IPO of Acme and soon", "Acme", "planned"),
    ],
)
def test_listings_and_their_stage(text: str, subject: str, stage: str) -> None:
    event = only(text)
    assert (event.type, event.subject, event.fields["stage"]) == ("ipo", subject, stage)
    assert event.status is (Status.ASSERTED if stage == "listed" else Status.PLANNED)


@pytest.mark.parametrize(
    "text",
    ["The stock has fallen since its IPO.", "Acme sponsors the pre-IPO market", "A job listing hints at Acme plans", "IPO of"],
)
def test_what_is_no_listing(text: str) -> None:
    assert said(text) == []


def test_what_is_denied_is_said_to_be_denied() -> None:
    (event,) = everything("Acme failed to hit limit-up.")
    assert (event.type, event.subject, event.status) == ("limit_up", "Acme", Status.DENIED)
    assert said("Acme failed to hit limit-up.") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Zorblat shares hit 5% lower circuit", [("limit_down", "Zorblat"), ("price_move", "Zorblat")]),
        ("Acme surged by the daily limit", [("limit_up", "Acme")]),
        ("Hang Seng Index hit limit-up", []),
        ("The yuan tested its daily limit as it rose", []),
    ],
)
def test_limits(text: str, found: list[tuple[str, str]]) -> None:
    assert said(text) == found
