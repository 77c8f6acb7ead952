"""Whom Chinese sentences name: epithets, quotes, brackets, places and objects around a name are no part of it."""

from datetime import UTC, datetime

import pytest

from service.events.extract import extract
from service.model.entity import Entity, EntityKind
from service.model.event import Status
from tests.support.events import item, moves, only, said, small


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("化工股甲山股份涨停", ["甲山股份"]),
        ("存储芯片龙头企业甲山科技涨停", ["甲山科技"]),
        ("并购重组的甲山家居竞价涨停", ["甲山家居"]),
        ("并行甲山涨停", ["并行甲山"]),
        ("因甲山科技涨停", ["甲山科技"]),
        ("“调味大王”甲山食品涨停", ["甲山食品"]),
        ("龙虎榜|甲山科技今日涨停 机构净买入", ["甲山科技"]),
        ("北交所甲山科技30cm涨停", ["甲山科技"]),
        ("千亿权重甲山光电涨停", ["甲山光电"]),
        ("甲山科技、乙水股份两只人气龙头涨停", ["甲山科技", "乙水股份"]),
        ("甲山科技20%涨停", ["甲山科技"]),
        ("甲山科技复牌后涨停", ["甲山科技"]),
        ("粤甲山A3连板", ["粤甲山A"]),
        ("甲山科技20CM4连板", ["甲山科技"]),
        ("市场焦点股甲山科技（4天2板）封涨停", ["甲山科技"]),
        ("3连板甲山控股：经营正常", ["甲山控股"]),
        ("CPO概念十余只成分股涨停", [""]),
        ("板块十余股涨停", [""]),
        ("十余只成分股涨停", [""]),
        ("74只涨停股", [""]),
        ("甲山科技（原乙水、丙火）、丁木智能涨停", ["甲山科技", "丁木智能"]),
        ("交易所对甲山火腿（3连板）下发关注函", ["甲山火腿"]),
        ("这家公司涨停", []),
        ("部分甚至涨停", []),
        ("第6次涨停", []),
        ("涨停股方面，甲山科技走强", []),
    ],
)
def test_what_stands_around_a_name_is_no_part_of_it(text: str, found: list[str]) -> None:
    assert [subject for kind, subject in said(text) if kind == "limit_up"] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("避险情绪助推黄金上涨2%", [("黄金", 2)]),
        ("受银价下跌5%影响", [("银价", -5)]),
        ("现货黄金站上3170美元/盎司，日内涨1.8%", [("现货黄金", 1.8)]),
        ("甲山集团港股涨超8%", [("甲山集团", 8)]),
        ("盛甲上海涨超8%", [("盛甲上海", 8)]),
        ("美国连锁餐厅Bolt Diner涨3%", [("Bolt Diner", 3)]),
        ("欧元/瑞郎上涨0.1%", [("欧元/瑞郎", 0.1)]),
        ("英国S&P/BMV指数、甲山指数涨1%", [("英国S&P/BMV指数", 1), ("甲山指数", 1)]),
        ("北证50指数探底回升涨超4%", [("北证50指数", 4)]),
        ("科创50指数半日涨2%", [("科创50指数", 2)]),
        ("A股涨1.2%", [("A股", 1.2)]),
        ("铂、钯跌3%", [("铂", -3), ("钯", -3)]),
        ("甲山科技连续大挫7%", [("甲山科技", -7)]),
        ("甲山科技开涨178%", [("甲山科技", 178)]),
        ("“甲山基金”DXAB跌近3%", [("DXAB", -3)]),
        ("某，跌3%", []),
        ("其中无烟煤价格811.5元/吨，较上期上涨4%", []),
        ("LME伦铜触及9200美元，现报9215美元/吨，日内上涨1.6%", [("LME伦铜", 1.6)]),
        ("现货白银向下跌破29美元/盎司，日内下跌2.7%", [("现货白银", -2.7)]),
        ("甲期货主力合约大幅拉升，日内涨12%", [("甲期货主力合约", 12)]),
        ("长飞光纤说，多只半导体牛股股价翻倍", []),
        ("甲山科技涨超两成，乙水股份涨近一成半", [("甲山科技", 20), ("乙水股份", 15)]),
        ("甲山科技股价翻倍，乙水股份股价腰斩", [("甲山科技", 100), ("乙水股份", -50)]),
        ("甲山科技年内涨超3倍，乙水股份涨幅达两倍", [("甲山科技", 300), ("乙水股份", 200)]),
        ("甲山科技涨百分之五，乙水股份跌百分之二十五", [("甲山科技", 5), ("乙水股份", -25)]),
        ("甲山科技跌百分之十，乙水股份跌百分之十二点", [("甲山科技", -10), ("乙水股份", -12)]),
        ("甲山科技涨３．５％报12.3元", [("甲山科技", 3.5)]),
        ("甲山科技涨幅收窄至3%", [("甲山科技", 3)]),
        ("甲山科技收益率上行2个基点", []),
        ("尽管价格已翻倍，甲山科技说", []),
        ("美国升级战争的概率超五成", []),
        ("日涨跌幅限制由6%变更为9%", []),
        ("甲山科技股价将于下周大涨40%", []),
        ("上海上涨4.2%", []),
        ("年内翻倍基达26只", []),
    ],
)
def test_moves_of_whom(text: str, found: list[tuple[str, float]]) -> None:
    assert moves(text) == found


def test_what_the_catalog_knows_is_never_cut() -> None:
    catalog = (Entity("1.SH", EntityKind.STOCK, names_zh=("并岭集体",)), Entity("2.SH", EntityKind.STOCK, names_zh=("以水",)))
    lexicon = small("type: halt\nzh: {triggers: [{say: 停牌}]}\n", entities=catalog)
    assert [event.subject for event in extract(item("以水、并岭集体停牌"), lexicon)] == ["以水", "并岭集体"]


def test_an_unknown_name_with_a_high_needs_a_price() -> None:
    assert said("某某首店创新高") == []
    assert said("某某首店股价创新高") == [("new_high", "某某首店")]
    assert said("甲山科技续创历史新高") == [("new_high", "甲山科技")]
    assert said("长飞光纤2026年5月销量达4170件，创历史新高") == []
    assert said("长飞光纤大涨，成交额达3亿元，股价创历史新高") == [("new_high", "长飞光纤")]
    assert said("长飞光纤公告称，上半年净利润5亿元，创历史新高") == []
    assert said("某地成为创新高地") == []
    assert said("甲山科技股价较6月创下的历史高点已回落65%") == [("price_move", "甲山科技")]


def test_a_board_that_opened_is_no_broken_limit() -> None:
    assert said("甲山科技、乙水股份炸板") == [("limit_up_broken", "甲山科技"), ("limit_up_broken", "乙水股份")]
    assert said("科创板开板七周年，甲山科技说") == []
    assert said("科创板迎来开板七周年") == []


def test_what_an_index_is_of_makes_it_no_commodity() -> None:
    assert only("黄金板块股价创历史新高").fields["kind"] == "index"
    assert only("黄金期货股价创历史新高").fields["kind"] == "other"


PUBLISHED = datetime(2025, 12, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("2019年，甲山科技登陆港交所", False),
        ("2024年3月甲山科技登陆港交所", False),
        ("2025年12月甲山科技登陆港交所", True),
        ("甲山科技登陆港交所", True),
    ],
)
def test_what_is_dated_long_ago_is_history(text: str, counts: bool) -> None:
    assert bool(said(text)) == counts
    undated = small("type: ipo\nfields: {stage: text, venue: text}\nzh: {triggers: [{say: 登陆港交所}]}\n")
    assert [event.status for event in extract(item(text, published=None), undated)] == [Status.ASSERTED]
