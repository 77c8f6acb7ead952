"""Chinese sentences: who, what, how much, and whether it happened."""

import pytest

from service.events.extract import extract
from service.model.entity import Entity, EntityKind
from service.model.event import Status
from tests.support.events import everything, item, moves, only, said, small


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A股午评：上海电力、华能蒙电涨停", ["上海电力", "华能蒙电"]),
        ("钢铁板块走强，甲山钢铁涨停，乙水特钢跟涨。", ["甲山钢铁"]),
        ("昨日东睦股份、联创电子和伯特利双双涨停", ["东睦股份", "联创电子", "伯特利"]),
        ("视觉中国等多股涨停", ["视觉中国"]),
        ("和远气体、昊华科技一字涨停", ["和远气体", "昊华科技"]),
        ("光学板块走强 甲山光学20cm涨停", ["甲山光学"]),
        ("【4连板三房巷：公司经营正常】", ["三房巷"]),
        ("中利集团7天5板，法尔胜2连板", ["中利集团", "法尔胜"]),
        ("以甲山陶瓷、乙水电子等为代表的概念股，尾盘集体涨停", ["甲山陶瓷", "乙水电子"]),
        ("以甲山陶瓷、乙水电子为代表的概念股集体涨停", ["甲山陶瓷", "乙水电子"]),
        ("4500亿市值巨头甲山铝业涨停", ["甲山铝业"]),
        ("人气股长飞光纤涨停", ["长飞光纤"]),
        ("赤峰黄金涨停", ["赤峰黄金"]),
        ("两市100只个股涨停", [""]),
        ("两市超百股涨停，其中长飞光纤涨停", ["长飞光纤"]),
        ("甲山合金(609999.SH)、乙水股份（旧名）涨停", ["甲山合金", "乙水股份"]),
        ("公司股票连续三个交易日涨停", []),
        ("AI公司MiniMax涨停", ["MiniMax"]),
    ],
)
def test_limits_and_whose_they_are(text: str, found: list[str]) -> None:
    assert [subject for kind, subject in said(text) if kind == "limit_up"] == found


@pytest.mark.parametrize(
    "text",
    [
        "长飞光纤未能涨停",
        "长飞光纤逼近涨停",
        "苹果期货涨跌停板幅度调整为13%",
        "长飞光纤有望涨停",
        "上一交易日共10只连板股",
        "数据显示涨停",
        "沪指涨停",
        "今日3连板，",
        "涨停",
    ],
)
def test_what_is_no_limit_up(text: str) -> None:
    assert [one for one in said(text) if one[0] == "limit_up" and one[1]] == []


def test_broken_limits_and_lower_ones() -> None:
    assert said("午后长飞光纤炸板") == [("limit_up_broken", "长飞光纤")]
    assert said("长飞光纤涨停打开") == [("limit_up_broken", "长飞光纤")]
    assert said("甲山汽车盘中触及跌停，现报8.41元") == [("limit_down", "甲山汽车")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("截至收盘，深成指涨1.37%，创业板指跌2.08%，沪指涨0.05%。", [("深成指", 1.37), ("创业板指", -2.08), ("沪指", 0.05)]),
        ("甲山(ZQX.US)涨超7.5%，乙水矿业、丙火黄金涨超4%", [("甲山", 7.5), ("乙水矿业", 4), ("丙火黄金", 4)]),
        ("现货白银日内跌幅扩大至3%", [("现货白银", -3)]),
        ("风华高科高开7%", [("风华高科", 7)]),
        ("股价翻倍。", []),
        ("摩尔线程股价翻倍", [("摩尔线程", 100)]),
        ("甲山家居公告称，公司股票复牌，股价数日内上涨61.3%", [("甲山家居", 61.3)]),
        ("北证50指数大涨超6%，此前一度跌超1%", [("北证50指数", 6)]),
        ("收评：创业板指涨超3%。截至收盘，创业板指涨3.04%", [("创业板指", 3.04)]),
        ("尽管过去一周黄金价格上涨2%", [("黄金", 2)]),
        ("腾讯控股跌超2%", [("腾讯控股", -2)]),
        ("Rocket Lab、AST SpaceMobile涨超3%", [("Rocket Lab", 3), ("AST SpaceMobile", 3)]),
        ("騰訊控股漲超２％", [("騰訊控股", 2)]),
    ],
)  # fmt: skip
def test_moves(text: str, found: list[tuple[str, float]]) -> None:
    assert moves(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "公司净利润同比下降19.82%",
        "全市场近50股跌超7%",
        "收盘价格涨幅偏离值累计达到17%",
        "利率升至5%",
        "长飞光纤预计上涨5%",
        "价格较上年同期（84元/kg）涨幅达57.4%",
    ],
)
def test_what_is_no_move(text: str) -> None:
    assert moves(text) == []


@pytest.mark.parametrize(
    ("text", "subject", "kind", "period"),
    [
        ("甲山装备20CM涨停创历史新高", "甲山装备", "stock", "record"),
        ("现货黄金一度触及1873.5美元，续刷历史新高", "现货黄金", "other", "record"),
        ("科创50指数刷新历史新高", "科创50指数", "index", "record"),
        ("甲山银行涨超7%，股价创历史新高", "甲山银行", "stock", "record"),
        ("人形机器人板块创近两年新高", "人形机器人板块", "index", "近两年"),
    ],
)
def test_highs(text: str, subject: str, kind: str, period: str) -> None:
    (event,) = [event for event in everything(text) if event.type == "new_high"]
    assert (event.subject, event.fields["kind"], event.fields["period"]) == (subject, kind, period)


@pytest.mark.parametrize(
    "text",
    [
        "LME铜库存大增，创2019年以来新高",
        "VLGC日租金走高，已突破7万美元/天，创近四年新高",
        "公司营业利润创历史新高",
        "长飞光纤接近创历史新高",
        "两市超百股创历史新高",
        "长飞光纤刷新日内新高",
        "房地美数据显示，按揭利率6.66%，创一年新高",
        "用户渗透率达41%，创历史新高",
    ],
)
def test_what_is_no_high(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "subject", "stage"),
    [
        ("甲山动力（绍兴）机床股份有限公司昨日向港交所提交上市申请书", "甲山动力（绍兴）机床股份有限公司", "filed"),
        ("甲山半导体于2026年5月19日正式启动上市辅导", "甲山半导体", "planned"),
        ("中国证监会正式受理参股公司甲山国际首次公开发行股票并上市的申请", "甲山国际", "filed"),
        ("SpaceX登陆纳斯达克", "SpaceX", "listed"),
        ("领益智造通过港交所上市聆讯", "领益智造", "approved"),
        ("森峰激光撤回上市申请", "森峰激光", "withdrawn"),
        ("MiniMax（简称“稀宇”）已启动A股IPO进程", "MiniMax", "planned"),
    ],
)
def test_listings(text: str, subject: str, stage: str) -> None:
    (event,) = [event for event in everything(text) if event.type == "ipo"]
    assert (event.subject, event.fields["stage"]) == (subject, stage)


def test_what_is_no_listing() -> None:
    assert said("上市公司应当披露。新品上市首日热销，可转债上市。这批股份是公司首次公开发行前所得") == []


def test_the_company_is_whom_the_item_is_about() -> None:
    text = "甲山科技股价大跌。截至午间收市，公司股价报3.26元，跌幅为4.9%。"
    assert moves(text) == [("甲山科技", -4.9)]
    text = "天娱数科(002354)公告称，公司股票今日涨停"
    assert said(text) == [("limit_up", "天娱数科")]
    event = only("长飞光纤(601869)公告。公司股票今日涨停")
    assert event.entity == "601869.SH"
    event = only("某某纤维(601869)公告称，股票涨停")
    assert (event.subject, event.entity) == ("某某纤维", "601869.SH")


def test_a_known_name_is_whole_even_with_a_verb_in_it() -> None:
    lexicon = small(
        "type: halt\nzh: {triggers: [{say: 停牌}]}\n", entities=(Entity("1.SH", EntityKind.STOCK, names_zh=("甲乙将军科技",)),)
    )
    (event,) = extract(item("甲乙将军科技停牌"), lexicon)
    assert (event.subject, event.entity) == ("甲乙将军科技", "1.SH")


def test_aliases_and_status() -> None:
    event = only("稀宇科技（简称“MiniMax”）涨停")
    assert (event.subject, event.alias) == ("稀宇科技", "MiniMax")
    (event,) = everything("长飞光纤未能涨停")
    assert event.status is Status.DENIED
