"""Words that may be names: when they are, and when they are not."""

import pytest

from service.events.entities import build_catalog
from service.events.gazetteer import build_gazetteer
from service.events.names import known_names, shared_names
from service.events.watchlist_csv import ListedEntity, parse_table
from service.folding import fold
from service.model.entity import Entity, EntityKind

LIST = """\
id,en,zh
TGT.US,Target Corporation,
GAP.US,"Gap Inc.",
WMT.US,Walmart Inc.,
NESN.SW,Nestlé SA,
HPQ.US,HP,
7269.T,Suzuki,
BBY.US,Best Buy,
EBAY.US,eBay,
HD.US,The Home Depot,
300024.SZ,,机器人
000591.SZ,,太阳能
601318.SH,,中国平安
000001.SZ,,平安银行
300760.SZ,,迈瑞医疗
000725.SZ,,京东方Ａ
600145.SH,,*ST新亿
MRK.US,Merck & Co.,
MRK.DE,Merck KGaA,
"""
BY_HAND = [
    Entity("GOLD", EntityKind.COMMODITY, ("gold",), ("黄金",)),
    Entity("ORCL.US", EntityKind.STOCK, ("Oracle",), ("甲骨文",)),
    Entity("AAPL.US", EntityKind.STOCK, ("Apple Inc",), ("苹果",)),
]
WORDS = frozenset({"target", "gap", "best buy", "oracle", "apple", "gold", "机器人", "太阳能", "苹果"})
CATALOG, _ = build_catalog([BY_HAND, list(parse_table(LIST.encode(), "list.csv").entities.values())])
GAZETTEER = build_gazetteer(CATALOG, WORDS)
VERBS = ("rose", "rises", "jumped", "hit", "涨", "跌停")


def named(text: str) -> list[tuple[str, str]]:
    """(text, entity) of the names that stand in a text, given where verbs of the market begin."""
    folded = fold(text)
    verbs = sorted(place for verb in VERBS if (place := folded.find(verb)) >= 0)
    return [(name.span.of(text), name.entity) for name in GAZETTEER.names(text, folded, verbs)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Target rose 5%", [("Target", "TGT.US")]),
        ("Target's shares jumped 5%", [("Target", "TGT.US")]),
        ("Analysts like Target (TGT) for its stores", [("Target", "TGT.US")]),
        ("Analysts like Target (NYSE: TGT) for its stores", [("Target", "TGT.US")]),
        ("Shares of Target were mixed", [("Target", "TGT.US")]),
        ("Target Corp. opened stores", [("Target Corp.", "TGT.US")]),
        ("Target Corp., a retailer, opened stores", [("Target Corp.", "TGT.US")]),
        ("Gap Inc. jumped", [("Gap Inc.", "GAP.US")]),
        ("Target said it would open stores", [("Target", "TGT.US")]),
        ("Walmart, Target and Best Buy rose 3%", [("Walmart", "WMT.US"), ("Target", "TGT.US"), ("Best Buy", "BBY.US")]),
        ("Best Buy and Walmart opened stores", [("Best Buy", "BBY.US"), ("Walmart", "WMT.US")]),
        ("Best Buy Co., Inc. opened", [("Best Buy Co., Inc.", "BBY.US")]),
        ("the target rose to 5", []),
        ("The Target rose to 5", []),
        ("Price Target rises at Acme", []),
        ("Target prices for Acme rose", []),
        ("a Target for the year", []),
        ("Target (AAPL) rose", []),
        ("Target (the retailer) rose", []),
        ("Target date passed", []),
        ("the gap between rich and poor rose", []),
    ],
)
def test_english_words_are_names_where_their_surroundings_show_it(text: str, found: list[tuple[str, str]]) -> None:
    assert named(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Maruti Suzuki rose 3%", []),
        ("Carmaker Suzuki rose 3%", [("Suzuki", "7269.T")]),
        ("Japanese Suzuki rose 3%", [("Suzuki", "7269.T")]),
        ("shares of Maruti Suzuki rose 3%", []),
        ("Shares in Suzuki rose 3%", [("Suzuki", "7269.T")]),
        ("The Suzuki rose 3%", [("Suzuki", "7269.T")]),
        ("suzuki rose 3%", []),
        ("eBay rose", [("eBay", "EBAY.US")]),
        ("ebay rose", [("ebay", "EBAY.US")]),
        ("HP rose 3%", [("HP", "HPQ.US")]),
        ("hp rose 3%", []),
        ("80 Hp engines", []),
        ("Nestle rose; Nestlé rose; NESTLE SA rose", [("Nestle", "NESN.SW"), ("Nestlé", "NESN.SW"), ("NESTLE SA", "NESN.SW")]),
        ("Home Depot rose", [("Home Depot", "HD.US")]),
        ("Walmart group rates", [("Walmart", "WMT.US")]),
        ("Walmarts rose", []),
        ("gold rose, Gold rose", [("gold", "GOLD"), ("Gold", "GOLD")]),
        ("Oracle rose", [("Oracle", "ORCL.US")]),
        ("the oracle rose", []),
        ("Apple picking season", []),
        ("Merck rose", []),
    ],
)
def test_longer_names_and_capitals(text: str, found: list[tuple[str, str]]) -> None:
    assert named(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("机器人涨停", [("机器人", "300024.SZ")]),
        ("机器人今日盘中股价涨5%", [("机器人", "300024.SZ")]),
        ("机器人（300024）发布公告", [("机器人", "300024.SZ")]),
        ("机器人（300024.SZ）发布公告", [("机器人", "300024.SZ")]),
        ("機器人涨停", [("機器人", "300024.SZ")]),
        ("迈瑞医疗、机器人、太阳能早盘走强", [("迈瑞医疗", "300760.SZ"), ("机器人", "300024.SZ"), ("太阳能", "000591.SZ")]),
        ("太阳能、迈瑞医疗走强", [("太阳能", "000591.SZ"), ("迈瑞医疗", "300760.SZ")]),
        ("太阳能：拟投资建厂", [("太阳能", "000591.SZ")]),
        ("机器人概念涨5%", []),
        ("工业机器人涨5%", []),
        ("机器人板块涨停潮", []),
        ("太阳能电池涨价", []),
        ("机器人、太阳能早盘走强", []),
        ("机器人与人类", []),
        ("机器人（601318）涨停", []),
        ("苹果期货涨5%", []),
        ("苹果涨5%", [("苹果", "AAPL.US")]),
        ("中国平安涨5%，平安银行涨5%", [("中国平安", "601318.SH"), ("平安银行", "000001.SZ")]),
        ("中国平安人寿涨", []),
        ("中国平安银行", [("平安银行", "000001.SZ")]),
        ("京东方涨，京东方Ａ涨，京东方A跌", [("京东方", "000725.SZ"), ("京东方Ａ", "000725.SZ"), ("京东方A", "000725.SZ")]),
        ("ST新亿跌停，*ST新亿跌停", [("ST新亿", "600145.SH"), ("*ST新亿", "600145.SH")]),
        ("迈瑞医疗业绩大涨", [("迈瑞医疗", "300760.SZ")]),
    ],
)
def test_chinese_words_are_names_where_their_surroundings_show_it(text: str, found: list[tuple[str, str]]) -> None:
    assert named(text) == found


def test_a_name_of_two_entities() -> None:
    assert known_names(CATALOG)["merck & co."].entity == "MRK.US" and "merck" not in known_names(CATALOG)
    first, second = (ListedEntity(f"{name}.US", EntityKind.STOCK, ("Acme",), file=f"{name}.csv") for name in "AB")
    assert known_names({"A.US": first, "B.US": second})["acme"].entity == "A.US"
    one, other = (Entity(f"{name}.US", EntityKind.STOCK, ("Acme",)) for name in "AB")
    assert known_names({"A.US": one, "B.US": other})["acme"].entity == "A.US"
    listed = ListedEntity("C.US", EntityKind.STOCK, ("Acme", "Acme"), file="c.csv")
    assert shared_names({"A.US": one, "C.US": listed, "T.US": Entity("T.US", EntityKind.STOCK, ("Tee",))}) == {
        "acme": ("A.US", "C.US")
    }
    assert known_names({"A.US": one, "C.US": listed})["acme"].entity == "A.US"


def test_nothing_is_cut_down_to_nothing() -> None:
    names = known_names({"X.US": ListedEntity("X.US", EntityKind.STOCK, (" Inc.", "X Group", "Group"), ("ST",), file="x.csv")})
    assert set(names) == {"inc.", "x group", "group", "st", "*st"}
