"""What Chinese news say of daughters, owners, goods and businesses, and which of two figures counts."""

import pytest

from service.model.event import Status
from tests.support.events import everything, moves, only, said


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("服务器巨头甲与科技(ACM)股价大涨14%", [("甲与科技", 14)]),
        ("银行类股涨2%，旅游与餐饮类股跌3%", [("银行类股", 2), ("旅游与餐饮类股", -3)]),
        ("甲山科技和乙水股份涨3%", [("甲山科技", 3), ("乙水股份", 3)]),
        ("黄金和白银涨3%", [("黄金", 3), ("白银", 3)]),
        ("商品普涨 黄金白银涨逾2%", [("黄金", 2), ("白银", 2)]),
        ("WTI油价涨7%", [("WTI油价", 7)]),
        ("聚焦芯片的港股通甲山ETF乙水涨超3%", [("港股通甲山ETF乙水", 3)]),
        ("概念板块内甲山科技涨逾9%", [("甲山科技", 9)]),
        ("港股甲山涨超8%，甲山总市值超过百亿", [("甲山", 8)]),
        ("成分股中长飞光纤涨幅扩大至5%", [("长飞光纤", 5)]),
        ("甲山科技更名为乙水智能，今日涨4%", [("乙水智能", 4)]),
        ("截至发稿时间，甲山科技跌5.2%", [("甲山科技", -5.2)]),
        ("甲山科技开市即走弱，截至中午，跌幅约6.4%", [("甲山科技", -6.4)]),
        ("纽约尾盘欧元跌0.5%", [("欧元", -0.5)]),
        ("甲山科技解禁首日大跌18%", [("甲山科技", -18)]),
        ("WTI原油期货结算价跌3.1%", [("WTI原油期货", -3.1)]),
        ("WTI原油期货4月合约收涨2.6%", [("WTI原油期货4月合约", 2.6)]),
        ("乙水半导体巴黎上市股票跌5%", [("乙水半导体", -5)]),
        ("BOLT盘前股价因收购协议的报告而上涨21%", [("BOLT", 21)]),
        ("标普 500 指数收盘上涨0.7%", [("标普 500 指数", 0.7)]),
        ("在美国上市的Alder乙水ETF跌1.5%", [("Alder乙水ETF", -1.5)]),
        ("市场走强，关注前景的甲山互联互通指数盘中上涨0.5%", [("甲山互联互通指数", 0.5)]),
        ("波罗的海甲山指数跌0.4%", [("波罗的海甲山指数", -0.4)]),
        ("上证50股指期货(IH)远月合约跌0.8%", [("上证50股指期货(IH)远月合约", -0.8)]),
        ("黄金股票ETF午前上涨3%", [("黄金股票ETF", 3)]),
        ("BCD Inc (TSX:BCD)股票大跌，下挫6.1%", [("BCD Inc", -6.1)]),
        ("对手长飞光纤跌2%", [("长飞光纤", -2)]),
        ("甲山股份 （1999） 收報48.2元，升2.6%", [("甲山股份", 2.6)]),
    ],
)
def test_where_a_name_is_cut(text: str, found: list[tuple[str, float]]) -> None:
    assert moves(text) == found


def test_a_contract_belongs_to_its_commodity() -> None:
    assert only("WTI原油期货4月合约收涨2.6%").entity == only("WTI原油期货收涨2.6%").entity is not None


@pytest.mark.parametrize(
    "text",
    [
        "车用存储颗粒价格暴涨180%",
        "甲山颗粒、乙水板材等高端产品平均涨幅达60%",
        "甲山科技营收与利润双双走低，分别下跌30%和47%",
        "甲山科技在互动平台表示，可比销售额下降0.1%，美国分部上涨0.2%",
        "甲山科技公布调价公告，最高上涨30%",
        "甲山科技今年配额不足，降幅高达71%",
        "板块内45只个股平均走低2.7%",
        "甲山指数今早高开，上升股份比例为41.8%",
        "多国股指涨2%",
        "甲山科技走强，部分涨幅超过30%",
        "空间上完成了24%的涨幅",
        "甲山基金经理单月暴跌40%",
        "该持股价值飙升300%",
        "甲山科技：相对于另一市场股票的溢价升至逾50%",
        "甲山乙水楼三年前购入价升40%",
        "亏损降幅约64%",
        "甲山科技股价转跌，此前曾涨超4%",
        "甲山指数收复早间曾达2%的跌幅",
        "这样的修正相当于下跌7%",
    ],
)
def test_what_moved_that_is_no_share(text: str) -> None:
    assert moves(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("欧洲天然气价格飙升75%", [("欧洲天然气", 75)]),
        ("甲山、长飞光纤的年内价格涨幅为40%", [("甲山", 40), ("长飞光纤", 40)]),
        ("甲山ETF走高，场内价格涨逾5%", [("甲山ETF", 5)]),
        ("长飞光纤市值突破千亿，涨7%", [("长飞光纤", 7)]),
        ("甲山、乙一等领跌，跌幅超1%", [("甲山", -1), ("乙一", -1)]),
        ("瑞甲 （2999） 创52周高，见49元，收报48元，升8.4%", [("瑞甲", 8.4)]),
        ("高盛发布研报称，维持评级，股价累跌逾三成", []),
        ("高盛发表报告称，长飞光纤订单饱满，股价自年初到现在已跌去25%", [("长飞光纤", -25)]),
        ("长飞光纤净利润增长，股价涨6%", [("长飞光纤", 6)]),
    ],
)
def test_a_price_is_of_whom_the_words_before_tell(text: str, found: list[tuple[str, float]]) -> None:
    assert moves(text) == found


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("甲山科技一度涨6.1%，高见6.6元，最新报6.3元，涨1.8%", 1.8),
        ("甲山科技盘中最高涨超17%。截至发稿，甲山科技涨11.8%", 11.8),
        ("甲山科技一度涨6.1%", 6.1),
        ("甲山科技一度涨6.1%，乙水股份收涨2%", 6.1),
        ("甲山科技周二收跌9.5%，盘后一度涨逾11%", -9.5),
        ("盘后甲山科技一度涨逾11%，周二收跌9.5%", 11),
    ],
)
def test_an_intraday_extreme_gives_way_to_the_later_figure(text: str, figure: float) -> None:
    assert moves(text)[0] == ("甲山科技", figure)
    assert [subject for subject, _ in moves(text)].count("甲山科技") == 1


def test_a_longer_stretch_gives_way_to_the_session_unless_the_headline_tells_it() -> None:
    text = "甲山科技年内涨幅已超40%。截至收盘，甲山科技涨2.5%"
    assert moves(text) == [("甲山科技", 2.5)]
    assert moves(f"据悉，{text}", title="要闻") == [("甲山科技", 2.5)]
    assert moves("截至收盘，甲山科技涨2.5%", title="甲山科技年内涨超40%") == [("甲山科技", 40)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("甲山科技：控股子公司拟终止公开发行股票并在北交所上市", []),
        ("甲山科技公告称，公司参股公司乙水智能今日在科创板挂牌上市", [("乙水智能", "listed")]),
        ("甲山科技旗下丙火部门接洽多家银行，计划融资20亿美元进行IPO", []),
        ("甲山控股也在考虑让乙水集团进行IPO", [("乙水集团", "planned")]),
        ("甲山科技：拟分拆子公司Alder至境外上市", [("Alder", "planned")]),
        ("甲山股份：受公司案件影响乙水证券中止IPO", [("乙水证券", "withdrawn")]),
        ("甲山茶饮尚未上市，或可参照已经递交招股书的茶饮企业", []),
        ("其中在深交所上市的甲山地产专注于住宅", []),
        ("长飞光纤：公开发行公司债券已获准，将于27日起在深交所上市", []),
        ("张三、张四两兄弟这次冲击IPO", []),
        ("Acme Bolt将为投资组合公司安排 IPO", []),
        ("检测企业丁和基因的IPO申请上周获受理", [("丁和基因", "filed")]),
        ("江城丁和基因技术股份有限公司的IPO上周获受理", [("江城丁和基因技术股份有限公司", "filed")]),
        ("甲山科技递交发行新股并在联交所主板挂牌上市的申请", [("甲山科技", "filed")]),
        ("甲山科技创业板IPO申请正式获批", [("甲山科技", "approved")]),
        ("甲山科技创业板IPO上会获通过", [("甲山科技", "approved")]),
        ("甲山股份的参股企业乙水信托IPO已过港交所聆讯", [("乙水信托", "approved")]),
        ("甲山：已有270余家本地企业完成备案赴港上市", []),
        ("甲山科技即将上会IPO", [("甲山科技", "filed")]),
        ("ALDER传伦敦上市计划推迟到下半年", [("ALDER", "withdrawn")]),
        ("【新股IPO】甲山集团(01999)首挂收报9.3港元", [("甲山集团", "listed")]),
        ("Alder（美：ALD）零件供应商甲山股份（深：309999）拟于香港上市", [("甲山股份", "planned")]),
        ("甲山科技创纪录IPO重塑估值体系", [("甲山科技", "planned")]),
    ],
)
def test_whose_listing_it_is_and_how_far(text: str, found: list[tuple[str, str]]) -> None:
    events = [(one.subject, one.fields["stage"]) for one in everything(text) if one.type == "ipo"]
    assert [pair for pair in events if pair[0]] == found


def test_a_question_that_is_answered_with_no_is_denied() -> None:
    assert said("甲山科技明年将在香港IPO？公司回应：消息不实") == []
    (event,) = everything("甲山科技明年将在香港IPO？公司回应：消息不实")
    assert event.status is Status.DENIED
    assert [one.status for one in everything("甲山科技明年将在香港IPO？公司没有回应")] == [Status.PLANNED]


@pytest.mark.parametrize(
    ("text", "title", "subject"),
    [
        ("甲山智元科技股份有限公司科创板IPO将于8月7日上会", "甲山智元科创板IPO将于8月7日上会", "甲山智元科技股份有限公司"),
        ("江城甲山光电科技股份有限公司科创板IPO将上会", "甲山光电科创板IPO将上会", "江城甲山光电科技股份有限公司"),
        ("国内头部企业Bolt甲山通正式向港交所递交上市申请", "甲山通冲刺港股IPO", "甲山通"),
        ("江城乙水股份有限公司（以下简称“乙水科技”）科创板IPO获受理。乙水科技IPO有了新动态", "", "江城乙水股份有限公司"),
    ],
)
def test_the_short_and_the_legal_name_are_one_company(text: str, title: str, subject: str) -> None:
    assert only(text, title).subject == subject


def test_other_names_are_other_companies() -> None:
    text = "甲山光电科创板IPO将上会。江城乙水光电科技股份有限公司科创板IPO将上会。Acme科技科创板IPO将上会"
    assert [subject for _, subject in said(text)] == ["甲山光电", "江城乙水光电科技股份有限公司", "Acme科技"]


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("乙水指数创2019年11月5日以来新高", "2019年11月5日以来"),
        ("甲元兑乙币汇率续刷2023年5月以来新高", "2023年5月以来"),
        ("甲山指数创6月3日以来新高", "6月3日以来"),
        ("甲山股份股价创上市新高", "上市"),
        ("甲山指数创近三年新高", "近三年"),
    ],
)
def test_the_period_of_a_high_is_told_whole(text: str, period: str) -> None:
    assert only(text).fields["period"] == period


def test_a_high_of_last_year_is_history() -> None:
    text = "去年12月中，甲山科技股价创历史新高"
    assert said(text) == []
    assert [event.status for event in everything(text)] == [Status.HISTORICAL]


@pytest.mark.parametrize(
    "text",
    [
        "甲山科技股价升至盘中高点",
        "春节档量价齐升刷新历史纪录",
        "甲山仓位指数升至82%，该仓位刷新十周新高",
        "甲山存储合同价已创25年新高",
        "甲山科技该股股价势创历史新高",
        "甲山科技经营利润率达14%，同比提升8个百分点，创三年新高",
    ],
)
def test_what_is_no_high_of_a_price(text: str) -> None:
    assert [kind for kind, _ in said(text) if kind == "new_high"] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("中信期货：因港口超量补货，市场情绪转弱，今日跌停", []),
        ("甲山科技、乙水股份等人工智能概念高位人气股午后跌停", ["甲山科技", "乙水股份"]),
        ("多个品种跌停", [""]),
        ("甲山优选和乙水成长两只产品跌停", ["甲山优选", "乙水成长"]),
        ("连续3个“20CM”跌停！甲山股份股东无门", ["甲山股份"]),
        ("业绩下滑，甲山科技股价跌停", ["甲山科技"]),
    ],
)
def test_who_hit_the_lower_limit(text: str, found: list[str]) -> None:
    assert said(text) == [("limit_down", subject) for subject in found]
