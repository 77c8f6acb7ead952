"""What Chinese news only retell, forecast, deny or sell: no events; and listings by the words of calendars and notices."""

import pytest

from service.model.event import Status
from tests.support.events import everything, moves, said


@pytest.mark.parametrize(
    "text",
    [
        # the streak of the days before, beside how the share opens
        "市场焦点股甲山科技（4天2板）高开3.1%",
        "军工板块乙水航空（11天7板）低开0.6%",
        "丙火重工（5天3板）平开",
    ],
)
def test_a_streak_beside_the_opening_is_history(text: str) -> None:
    assert "limit_up" not in [kind for kind, _ in said(text)]
    assert [event.status for event in everything(text) if event.type == "limit_up"] == [Status.HISTORICAL]


def test_who_is_at_the_limit_at_the_auction_is_told() -> None:
    assert ("limit_up", "乙水航空") in said("甲山科技（4天2板）高开3.1%、乙水航空（3天2板）竞价涨停")


@pytest.mark.parametrize(
    "text",
    [
        "甲山科技上涨概率超六成，达70%",
        "【甲山科技：控股股东拟向乙水升转让24.5%股份】",
        "【甲市长自称物价回落支持率达61% 外界存疑】",
        "这是甲山指数跌修正的200%延伸",
        "【七成产品滞涨 甲山理财净增于0.5%】",
    ],
)
def test_only_words_of_degree_stand_between_a_verb_and_its_figure(text: str) -> None:
    assert moves(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("甲山科技涨幅一度扩大至12%", [("甲山科技", 12)]),
        ("甲山科技升28点或0.4%", [("甲山科技", 0.4)]),
        ("甲山科技全年涨幅大约在27.5%", [("甲山科技", 27.5)]),
        ("甲山科技涨幅拉升至6%", [("甲山科技", 6)]),
        ("甲山原油期货周一盘初高开涨3%", [("甲山原油期货", 3)]),
        ("甲山科技自历史高点回落近40%", [("甲山科技", -40)]),
        ("甲山综指收跌3.2%，本月至今已累跌近12%", [("甲山综指", -3.2)]),
        ("光通信概念股甲山、Bolt盘前均跌超3%", [("甲山", -3), ("Bolt", -3)]),
    ],
)
def test_degrees_and_what_they_are_measured_from(text: str, found: list[tuple[str, float]]) -> None:
    assert moves(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "火腿价格大涨15%\n消费旺盛。养殖端走势向上，近两周累计回升12.5%",
        "水果价格走高，其中甜橙的涨幅更是达到了17%",
        "甲山货运总载货量上升8.8%",
        "有消息称长飞光纤旗下公司发布新品，涨3%",
    ],
)
def test_goods_without_a_market_do_not_move(text: str) -> None:
    assert moves(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("纯碱价格走低，乙二醇跌4.1%", [("乙二醇", -4.1)]),
        ("产品价格走高，甲山股价涨4.1%，甲山受益", [("甲山", 4.1)]),
    ],
)
def test_what_is_traded_moves_beside_prices(text: str, found: list[tuple[str, float]]) -> None:
    assert moves(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "分析师预测白银可能达到70美元之上，创下历史新高",
        "甲山地产名列榜单前茅，行业排名创下历史新高",
        "投资者对日元的看空情绪升至三年来最高水平",
        "昨日仅有5艘船只通过甲山海峡，创一个月以来新低",
    ],
)
def test_no_highs_of_what_is_forecast_or_has_no_price(text: str) -> None:
    assert said(text) == []


def test_a_forecast_before_the_price_of_today_takes_nothing_back() -> None:
    assert said("长飞光纤预计两条新产线明年一季度末全部建成投产，股价创历史新高") == [("new_high", "长飞光纤")]


@pytest.mark.parametrize(
    "text",
    [
        "与新船一同到来的，是一批深海采矿企业IPO的浪潮",
        "甲山雄安办公楼正式挂牌",
        "甲山产业研究院正式挂牌，员工入驻",
        "【甲山科技：完成配售新H股】甲山科技公告称，配售完成后已发行H股增加",
        "甲山科技与承配人订立协议，拟发行H股",
        "有报道称，甲山科技计划本月提交IPO申请。对此，公司回应称消息不实",
    ],
)
def test_no_listing_of_nobody_offices_and_placings(text: str) -> None:
    assert [kind for kind, _ in said(text) if kind == "ipo"] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("【甲山科技：首次公开发行A股股票并在创业板上市发行公告】", [("甲山科技", "priced")]),
        ("甲山科技(688999.SH)首次公开发行A股股票并在创业板上市的申请获中国证监会准许", [("甲山科技", "approved")]),
        (
            "【甲山科技：首次公开发行A股股票并在创业板上市发行公告】甲山科技首次公开发行A股股票并在创业板上市的申请获中国证监会准许",
            [("甲山科技", "priced")],
        ),
        ("周一可申购北交所新股甲山科技，周四可申购科创板新股乙水股份。", [("甲山科技", "priced"), ("乙水股份", "priced")]),
        ("呼吸机药企Alder申请在纳斯达克上市", [("Alder", "filed")]),
    ],
)
def test_listings_in_calendars_and_notices(text: str, found: list[tuple[str, str]]) -> None:
    ipos = [event for event in everything(text) if event.type == "ipo"]
    assert [(event.subject, event.fields["stage"]) for event in ipos] == found
