"""Where a Chinese name ends and its verb begins, what undoes a move, and what has no price at all."""

import pytest

from service.model.event import Status
from tests.support.events import everything, moves, only, said


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("燕东微涨超5%，兆易创新跌2%", [("燕东微", 5), ("兆易创新", -2)]),
        ("恒大涨3%", [("恒大", 3)]),
        ("甲山科技股价周一收盘大涨逾4.5%", [("甲山科技", 4.5)]),
        ("甲山科技直线拉涨超7%", [("甲山科技", 7)]),
        ("甲山指数高开低走跌2.18%", [("甲山指数", -2.18)]),
        ("甲山指数扩大跌幅至6%", [("甲山指数", -6)]),
        ("甲山股价盘前扩大涨幅至4.1%", [("甲山", 4.1)]),
        ("甲山指数收盘初步下跌1.3%", [("甲山指数", -1.3)]),
        ("甲山指数开盘不久迅速转跌 现跌逾1.7%", [("甲山指数", -1.7)]),
        ("甲山盘后一路走高，涨幅扩大到41%", [("甲山", 41)]),
        ("伦敦金涨1%", [("伦敦金", 1)]),
        ("伦敦金属交易所甲期货涨1%", [("伦敦金属交易所甲期货", 1)]),
        ("甲山科技节后两个交易日合计涨幅为9.4%", [("甲山科技", 9.4)]),
        ("Bolt面临破产：股价大跌超30%", [("Bolt", -30)]),
        ("乙水闪存颗粒制造商甲山科技的股价，如今比3月中旬创下的纪录高点已回落52%", [("甲山科技", -52)]),
        ("甲山70指数走升，乙水指数逼近前高，全年升幅约18%", [("乙水指数", 18)]),
        ("甲山科技每股上涨6.8%至15.4港元", [("甲山科技", 6.8)]),
        ("甲山制药欧股下跌7.5%", [("甲山制药", -7.5)]),
        ("本月甲山科技已累升近57%", [("甲山科技", 57)]),
        ("甲山指数收于2431点 跌3.63%", [("甲山指数", -3.63)]),
        ("乙水综合股价指数（YSPI）一度涨至8000点，随后回落，现跌4%", [("乙水综合股价指数", -4)]),
        ("乙水股票基准指数下跌3%", [("乙水股票基准指数", -3)]),
        ("甲山70指数期货挽回早前跌幅 转涨0.3%", [("甲山70指数期货", 0.3)]),
        ("乙水标普/ASX200指数下跌0.24%", [("乙水标普/ASX200指数", -0.24)]),
        ("乙水S&P/TSX 综合指数周三走低0.9%", [("乙水S&P/TSX 综合指数", -0.9)]),
        ("甲山板机械零件 ETF 稳步上行，涨幅约 2.6%", [("甲山板机械零件 ETF", 2.6)]),
        ("甲山电子(01999.HK)和乙水科技(01998.HK)涨2%", [("甲山电子", 2), ("乙水科技", 2)]),
        ("成分股中长飞光纤涨5%", [("长飞光纤", 5)]),
        ("甲山走高，全球星涨超9%", [("全球星", 9)]),
        ("现甲元兑乙币跌0.65%", [("甲元兑乙币", -0.65)]),
        (
            "Bolt Acme Compania de Motores y Navegacion SAB de CV (BMV:BOLT)下跌2.09%（0.34点），Acme SAB (TSX:ACM)收盘时涨1.5%",
            [("Bolt Acme Compania de Motores y Navegacion SAB de CV", -2.09), ("Acme SAB", 1.5)],
        ),
        ("比特币回落到51308美元附近，过去12小时内跌3.3%", [("比特币", -3.3)]),
    ],
)
def test_where_a_name_ends(text: str, found: list[tuple[str, float]]) -> None:
    assert moves(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "甲山指数收复此前0.8%的跌幅",
        "甲山指数全数抹去早间曾达2.7%的跌幅",
        "甲山期货回吐了此前2.6%的涨幅",
        "共有56只产品跌幅超10%",
        "多只甲山ETF跌超7%",
        "比如涨超6%的乙水增值",
        "今年涨幅超过90%的基金只剩下三只",
        "个股平均仅上涨4.5%",
        "甲山电子布统一涨价30%",
        "甲山汤圆搜索量暴涨超600%",
        "甲山公司业务量下滑了50%",
        "正以翻倍式增长",
        "均比上月上升0.1个百分点",
        "跌幅比上月收窄3.5个百分点",
        "甲山20城房价指数预估上涨1.3%",
        "乙水CCL指数按周微升0.09%",
        "甲山所市价总值较去年同期的35万亿元上升44%",
        "甲山控股公告，营业额为208.32亿元，比去年度下跌28.0%",
        "预估下季合约价不再季增两成，而是上涨70-75%",
        "地缘冲突下价格跳涨12%",
    ],
)
def test_what_is_no_move_of_anything(text: str) -> None:
    assert moves(text) == []


def test_a_move_that_was_undone_is_history_and_the_next_clause_is_about_the_same() -> None:
    text = "乙水期货走弱；甲山期货抹去早盘2.8%的涨幅，随后转跌逾1%"
    assert moves(text) == [("甲山期货", -1)]
    assert [event.status for event in everything("甲山指数收复此前0.8%的跌幅")] == [Status.HISTORICAL]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("今日共计122股涨停", [""]),
        ("甲山国大幅减产 橡胶强劲涨停", ["橡胶"]),
        ("板块中长飞光纤、亨通光电涨停", ["长飞光纤", "亨通光电"]),
        ("权重长飞光纤涨停", ["长飞光纤"]),
        ("甲山股份集合竞价迎来“一”字涨停", ["甲山股份"]),
        ("甲山股份回封涨停", ["甲山股份"]),
        ("甲山科技：预计一季度亏损，七连板后提示风险", ["甲山科技"]),
        ("20CM两连板甲山股份：经营正常", ["甲山股份"]),
        ("不少30CM方向品种走弱", []),
        ("出现货币ETF涨停现象", []),
        ("前期连板龙头走弱", []),
    ],
)
def test_who_hit_the_limit(text: str, found: list[str]) -> None:
    assert [subject for kind, subject in said(text) if kind == "limit_up"] == found


def test_a_high_belongs_to_a_price() -> None:
    assert said("避险升温，原油迅速飙升至新高") == [("new_high", "原油")]
    assert said("国内外黄金价格创新高") == [("new_high", "黄金")]
    assert said("甲山黄金ETF持有量创历史新高") == []
    assert said("带动丙烯市场价格升至六年高点") == []


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("甲山科技港股IPO连同其境内股份“全流通”已获中国证监会备案", "approved"),
        ("甲山科技香港IPO的散户部分录得接近40倍认购", "priced"),
        ("甲山科技：拟在港交所主板上市", "planned"),
        ("甲山科技：决定终止公开发行股票并在北交所上市", "withdrawn"),
    ],
)
def test_how_far_a_listing_has_come(text: str, stage: str) -> None:
    event = only(text)
    assert (event.type, event.subject, event.fields["stage"]) == ("ipo", "甲山科技", stage)


@pytest.mark.parametrize(
    "text",
    [
        "甲山科技说，公司拟在香港开设一家全资销售公司",
        "已赴港上市的公司：甲山科技",
        "甲山科技针对IPO传闻回应",
        "甲乙协会公布第三批IPO现场检查名单",
        "A股迎重磅IPO；甲山科技说",
    ],
)
def test_what_is_no_listing(text: str) -> None:
    assert said(text) == []
