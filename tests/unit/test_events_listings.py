"""Which listing of a company a price is of."""

import pytest

from service.events.extract import extract
from service.events.lexicon import Lexicon, compile_lexicon, parse_vocabulary
from service.marked_yaml import load
from service.model.entity import Entity, EntityKind
from tests.support.events import item
from tests.support.shipped import RULES

_STOCK = EntityKind.STOCK
ENTITIES = [
    Entity("600901.SH", _STOCK, ("Alder Optics",), ("甲山光电",)),
    Entity("0901.HK", _STOCK, (), ("甲山光电", "甲山光电股份")),
    Entity("600902.SH", _STOCK, ("Birch Steel",), ("乙水钢铁",)),
    Entity("9903.HK", _STOCK, ("Cedar Net",), ("丙林网络",)),
    Entity("DING.US", _STOCK, ("Dogwood Cars",), ("丁江汽车",)),
    Entity("WU.US", _STOCK, ("Elm Chips",), ("戊河芯片",), frozenset(("united-states",))),
    Entity("JI.AS", _STOCK, ("Fir Lithography",), ("己湖光刻",)),
    Entity("GENG.US", _STOCK, ("Ginkgo Foundry",), ("庚海代工",)),
]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    types = []
    for name in ("price_move", "limit_up", "ipo"):
        path = RULES / "events" / f"{name}.yaml"
        kind, problems = parse_vocabulary(load(path.read_text("utf-8"), path.name))
        assert kind is not None, problems
        types.append(kind)
    return compile_lexicon(types, {entity.id: entity for entity in ENTITIES})


def entities(lexicon: Lexicon, text: str, title: str = "") -> list[str | None]:
    return [event.entity for event in extract(item(text, title), lexicon)]


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("甲山光电涨超5%", "600901.SH"),
        ("A股走强，甲山光电涨超5%", "600901.SH"),
        ("港股走强，甲山光电涨超5%", "0901.HK"),
        ("乙水钢铁涨超5%", "600902.SH"),
        ("港股收盘，恒生指数收高，乙水钢铁涨超5%", None),
        ("恒指走低。个股方面，乙水钢铁跌5%", None),
        ("港股走弱，A股方面，乙水钢铁跌5%", "600902.SH"),
        ("A股、港股钢铁股走强，乙水钢铁涨超5%", "600902.SH"),
        ("乙水钢铁(00902)涨超5%", None),
        ("乙水钢铁（00902.HK）涨超5%", None),
        ("恒指走低，乙水钢铁（600902.SH）涨超5%", "600902.SH"),
        ("乙水钢铁涨5%，报48港元", None),
        ("乙水钢铁股价报48港元，涨5%", None),
        ("港股走强，乙水钢铁涨5%，报48元", "600902.SH"),
        ("乙水钢铁（00902）公布业绩。乙水钢铁涨超5%", None),
        ("港股走强，乙水钢铁涨停", "600902.SH"),
        ("美股大跌，乙水钢铁跌5%", "600902.SH"),
        ("热门中概股多数下跌，乙水钢铁跌5%", None),
        ("丙林网络涨超5%", "9903.HK"),
        ("A股走强，丙林网络涨超5%", "9903.HK"),
        ("热门中概股多数上涨，丙林网络涨超5%", None),
        ("受隔夜美股走强提振，丙林网络涨超5%", "9903.HK"),
        ("丁江汽车涨超5%", "DING.US"),
        ("恒生科技指数走高，丁江汽车涨超5%", None),
        ("恒生科技指数走高，戊河芯片涨超5%", "WU.US"),
        ("台股走高，庚海代工涨超5%", None),
        ("纳指走高，己湖光刻涨超5%", None),
        ("欧股走高，己湖光刻涨超5%", "JI.AS"),
        ("己湖光刻股价上涨5%，报1690美元/股", None),
        ("A股走强，己湖光刻涨超5%", "JI.AS"),
        ("Birch Steel shares rose 5%", "600902.SH"),
        ("Birch Steel's Hong Kong-listed shares rose 5%", None),
        ("Birch Steel rose 5% in Hong Kong trading", None),
        ("Cedar Net ADRs rose 5%", None),
    ],
)
def test_the_listing_of_the_market_that_the_text_speaks_of(lexicon: Lexicon, text: str, entity: str | None) -> None:
    assert entities(lexicon, text) == [entity]


def test_the_headline_names_the_market(lexicon: Lexicon) -> None:
    assert entities(lexicon, "2、乙水钢铁跌5%。", "港股收评") == [None]
    assert entities(lexicon, "1、恒指走低。2、乙水钢铁跌5%。", "收评") == ["600902.SH"]


def test_a_listing_itself_is_the_company_s(lexicon: Lexicon) -> None:
    assert entities(lexicon, "乙水钢铁递表港交所，拟在港股上市") == ["600902.SH"]
