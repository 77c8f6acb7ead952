"""Funding, launches, changes of management, views and shortages: what counts, whom it is about, and what does not count."""

from datetime import UTC, datetime

import pytest

from service.events.extract import extract
from service.events.money import sums
from service.folding import fold
from service.model.event import Event
from tests.support.events import everything, item, only, small, traced
from tests.support.shipped import understand, words

MORE = {"funding", "product_launch", "management_change", "analyst_view", "supply_shortage"}


def found(text: str, title: str = "", published: datetime | None = datetime(2025, 12, 22, 8, tzinfo=UTC)) -> list[Event]:
    return [event for event in understand(item(text, title, published)) if event.type in MORE]


def told(text: str, *names: str, title: str = "") -> list[tuple[object, ...]]:
    """(type, subject, fields asked for) of each event."""
    return [(event.type, event.subject, *(event.fields.get(name) for name in names)) for event in found(text, title)]


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("¥48.85 million", 48_850_000, "CNY"),
        ("48.85亿元", 4_885_000_000, "CNY"),
        ("US$1.2bn", 1_200_000_000, "USD"),
        ("HK$300 million", 300_000_000, "HKD"),
        ("$100m in cash", 100_000_000, "USD"),
        ("3.5 billion euros", 3_500_000_000, "EUR"),
        ("Rs 500 crore", 5_000_000_000, "INR"),
        ("2000万美元", 20_000_000, "USD"),
        ("2亿美元B2轮", 200_000_000, "USD"),
        ("增至4885万", 48_850_000, "CNY"),
        ("5,000 yen", 5_000, "JPY"),
        ("£7.5 million", 7_500_000, "GBP"),
        ("約３億港元", 300_000_000, "HKD"),
    ],
)
def test_money_is_scaled_to_units(text: str, amount: float, currency: str) -> None:
    (money,) = sums(fold(text), 0, len(text))
    assert (money.amount, money.currency) == (amount, currency)
    assert 0 <= money.span.start < money.span.end <= len(text)


@pytest.mark.parametrize(
    "text", ["1.2 million people", "300 shares", "3万股", "2亿", "12.5%", "Series A", "6 million in funding"]
)
def test_what_is_no_money(text: str) -> None:
    assert sums(fold(text), 0, len(text)) == ([] if text != "2亿" else sums("2亿", 0, 2))


@pytest.mark.parametrize(
    ("text", "subject", "counterparty", "amount"),
    [
        ("Zorblat has raised 42 million euros in a fresh funding round led by Bolt Capital.", "Zorblat", "Bolt Capital", 42e6),
        ("Zorblat Robotics has received a Series C investment of $18 million.", "Zorblat Robotics", None, 18e6),
        ("Zorblat closed a $57 million round of funding on Friday led by Friday", "Zorblat", None, 57e6),
        ("Acme, valued at $2 billion, raised money in a Series B led by Bolt Capital.", "Acme", "Bolt Capital", None),
        ("Acme closed a funding round at a valuation of $2 billion.", "Acme", None, None),
        ("支付科技公司Zorblat宣布完成F轮融资，公司估值46亿美元。", "Zorblat", None, None),
        ("绍兴甲山科技有限公司发生工商变更，同时新增绍兴乙水基金为股东。", "绍兴甲山科技有限公司", "绍兴乙水基金", None),
        ("量子计算公司甲山科技宣布完成1.6亿元天使+轮融资。本轮融资由乙水资本领投，丙火跟投。", "甲山科技", "乙水资本", 1.6e8),
        ("甲山生物完成近3亿美元战略融资，由原股东乙水创投和丙火领投。", "甲山生物", "乙水创投", 3e8),
        ("上海甲山获乙水集团增资7亿元。", "上海甲山", "乙水集团", 7e8),
        ("长飞光纤完成2亿元B轮融资", "长飞光纤", None, 2e8),
    ],
)  # fmt: skip
def test_funding(text: str, subject: str, counterparty: str | None, amount: float | None) -> None:
    assert told(text, "counterparty", "amount") == [("funding", subject, counterparty, amount)]


def test_a_name_given_in_brackets_is_known_later_too() -> None:
    (event,) = found("Zorblat (甲山机床) 今日获奖。Zorblat发生工商变更，同时新增乙水基金为股东。")
    assert (event.subject, event.alias, event.fields["counterparty"]) == ("Zorblat", "甲山机床", "乙水基金")


@pytest.mark.parametrize(
    "text",
    [
        "Zorblat Grid raised about $3 billion in a bond sale.",
        "Zorblat Airlines raises third-quarter forecast",
        "Quillon Capital announced a new venture capital fund",
        "They've secured $45 million in Series C funding",
        "The Senate advances a funding round bill",
        "两市融资余额合计增加31.4亿元",
        "某某科技拟完成A轮融资",
        "公司多轮融资完成",
        "2022年9月，甲山生物完成B轮融资",
        "面向物理智能的具身智能企业完成A轮融资",
    ],
)
def test_what_is_no_funding(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "maker", "products"),
    [
        ("ByteDance's Volcano Engine launched its Doubao 1.8 model and Seedance 1.5 pro for creation.", "ByteDance",
         ["Doubao 1.8", "Seedance 1.5 pro"]),
        ("Zorblat unveiled its new Comet Q7, Q7 Plus, and Q7 Ultra models in Oslo.", "Zorblat",
         ["Comet Q7", "Q7 Plus", "Q7 Ultra"]),
        ('Moore Threads unveiled its "Huagang" GPU architecture', "Moore Threads", ["Huagang"]),
        ("Apple Launches iPhone 17 Lineup", "Apple", ["iPhone 17"]),
        ("Zorblat Launches Comet Q7 Series Smartphones", "Zorblat", ["Comet Q7"]),
        ("China's Acme launched its Widget 3 phone", "Acme", ["Widget 3"]),
        ("As Jane Smith's Acme launched its Widget 3 phone, it rained", "Acme", ["Widget 3"]),
        ("London's Acme launched its Widget 3 phone", "Acme", ["Widget 3"]),
        ("Acme launched its Comet app, a toy", "Acme", ["Comet"]),
        ("甲山科技推出首个AI推理模型Zorb-Deep-3", "甲山科技", ["Zorb-Deep-3"]),
        ("智元机器人发布新一代大模型GO-2、GO-3", "智元机器人", ["GO-2", "GO-3"]),
        ("阿里巴巴发布企业级工作平台“悟空”", "阿里巴巴", ["悟空"]),
        ("卡西欧发布FS10S", "卡西欧", ["FS10S"]),
    ],
)  # fmt: skip
def test_launches(text: str, maker: str, products: list[str]) -> None:
    assert told(text, "product") == [("product_launch", maker, product) for product in products]


@pytest.mark.parametrize(
    "text",
    [
        "Zorblat Air Lines has released its 2023 10-K report.",
        "Acme plans to launch its Widget 3 phone.",
        "Acme launched its Widget 3 phone in 2019.",
        "The Federal Reserve released its Model 3 on Monday",
        "Acme launched April",
        "Acme launched Rocket",
        "Acme launched Comet",
        "Acme launched an AI model",
        "Acme launched a new service",
        "We launched the Widget 3 phone",
        "Zorblat rolls out AI-powered route planner",
        "In 2019 Acme launched its Widget 3 phone",
        "甲山光电发布公告称",
        "苹果将发布iPhone 18手机",
        "京东云推出基于DeepSeek的大模型",
        "商品平台推出“一键购买”等功能",
        "某科技推出AI眼镜",
        "某科技发布K3型号后",
        "上交所发布X1系统",
        "阿里巴巴发布Rocket",
    ],
)
def test_what_is_no_launch(text: str) -> None:
    assert found(text) == []


def test_a_launch_without_a_date_of_the_item_is_taken_as_news() -> None:
    (event,) = found("In 2019 Acme launched its Widget 3 phone", published=None)
    assert event.fields == {"product": "Widget 3"}


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("Tencent restructured its AI divisions, appointing a chief AI scientist.", "Tencent"),
        ("Zorblat AB hired Greta Quillon as its third chief executive officer", "Zorblat AB"),
        ("Quillon Energia SGPS SA Chief Executive Pedro Zorba resigned for family reasons", "Quillon Energia SGPS SA"),
        ("Jane Doe was named CEO of Acme Corp", "Acme Corp"),
        ("甲山地产选举丁木远为董事长", "甲山地产"),
        ("Adobe首席财务官离职", "Adobe"),
        ("贝佐斯卸任亚马逊首席执行官", "亚马逊"),
        ("腾讯昨日任命了新的首席执行官", "腾讯"),
        ("甲山发展：董事长丁木辞职", "甲山发展"),
        ("甲山银行公告，丁木清因工作调整辞去行长职务。", "甲山银行"),
    ],
)
def test_management(text: str, company: str) -> None:
    assert told(text) == [("management_change", company)]


@pytest.mark.parametrize(
    "text",
    [
        "Haiti names new prime minister",
        "Former Acme CEO John Doe stepped down",
        "Acme CEO weighs stepping down",
        "Zorblat Estates struck a debt restructuring pact",
        "挪威首相丁木宣布辞职",
        "丁木清因工作调整辞去行长职务",
        "智元首席科学家已离职？",
        "在2023年，甲山地产选举丁木远为董事长",
        "股东大会选举丁木远为董事长",
        "副董事长、总经理因个人原因辞职",
        "据悉辞去董事、董事长职务",
    ],
)
def test_what_is_no_change_of_management(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "views"),
    [
        ("CSC Financial expects sustained high computing power demand", [("computing power", "CSC Financial", "positive")]),
        ("Goldman Sachs says demand for memory chips is strong", [("memory chips", "Goldman Sachs", "positive")]),
        ("UBS says it is bullish on Thai stocks", [("Thai stocks", "UBS", "positive")]),
        ("The solar sector rallied. Citi sees weak demand and oversupply", [("solar", "Citi", "negative")]),
        ("Citi downgrades Zorblat Industries to neutral", [("Zorblat Industries", "Citi", "negative")]),
        ("Zorblat Raised to Hold From Reduce by DBS Group Research", [("Zorblat", "DBS Group Research", "positive")]),
        ("Jefferies Adjusts Price Target on Zorblat Group to $1,240 From $1,310", [("Zorblat Group", "Jefferies", "negative")]),
        ("HSBC Adjusts Price Target on Acme to $351 From $335", [("Acme", "HSBC", "positive")]),
        ("Zorblat Price Target Maintained at $38 by Truist Securities", [("Zorblat", "Truist Securities", "neutral")]),
        ("DBS initiates coverage of Acme at Sell", [("Acme", "DBS", "negative")]),
        ("DBS initiates coverage of Acme", [("Acme", "DBS", "neutral")]),
        ("head of Garden Tools.Mizuho downgraded Zorblat Foods to Neutral", [("Zorblat Foods", "Mizuho", "negative")]),
        ("Truist Securities says the stock has upside", []),
        ("野村将甲山电子目标股价从2600日元上调至3150日元", [("甲山电子", "野村", "positive")]),
        ("花旗上调甲山航空、美国乙水目标价", [("甲山航空", "花旗", "positive"), ("美国乙水", "花旗", "positive")]),
        ("摩根大通将甲山体育评级从“增持”下调至“跑输大盘”", [("甲山体育", "摩根大通", "negative")]),
        ("中信证券：维持甲山汽车买入评级", [("甲山汽车", "中信证券", "positive")]),
        ("摩根士丹利维持甲山芯片买入评级，并将目标价从61美元上调至74美元。", [("甲山芯片", "摩根士丹利", "positive")]),
        ("国盛证券研报称，继续看好煤炭板块", [("煤炭", "国盛证券", "positive")]),
        ("高盛给予该公司评级", []),
        ("某机构上调甲山电子目标价", []),
        ("上海证券报：上调甲山电子目标价", []),
        ("花旗上调花旗评级", []),
        ("花旗上调花旗银行目标价", []),
        ("联合资信维持公司主体评级为AA", []),
        ("Scope Ratings upgraded Ireland's credit rating to AA", []),
        ("Acme upgraded to Buy at Overweight", []),
    ],
)
def test_views(text: str, views: list[tuple[str, str, str]]) -> None:
    assert told(text, "source", "stance") == [("analyst_view", *view) for view in views]


@pytest.mark.parametrize(
    ("text", "good", "stage", "source", "horizon"),
    [
        ("CICC predicts fiber optics may face shortages within two years", "fiber optics", "forecast", "CICC",
         "within two years"),
        ("Zorblat Toys raises prices due to ongoing chip shortages", "chip", "asserted", None, None),
        ("According to Quillon, strikes exacerbate a shortage of single-deck trams", "single-deck trams", "asserted",
         "Quillon", None),
        ("Zorblat Says Comet Kit Will Be in Short Supply for Weeks", "Comet Kit", "forecast", "Zorblat", "for Weeks"),
        ("A looming natural gas shortage", "natural gas", "forecast", None, None),
        ("Acme warned of a shortage of rare earths in 2027", "rare earths", "forecast", "Acme", "in 2027"),
        ("8英寸碳化硅衬底供不应求", "8英寸碳化硅衬底", "asserted", None, None),
        ("高盛预计锌市场将持续短缺至2028年", "锌", "forecast", "高盛", "至2028年"),
    ],
)  # fmt: skip
def test_shortages(text: str, good: str, stage: str, source: str | None, horizon: str | None) -> None:
    assert told(text, "stage", "source", "horizon") == [("supply_shortage", good, stage, source, horizon)]


@pytest.mark.parametrize(
    "text",
    [
        "Manufacturers complain of labor shortages",
        "A growing shortage",
        "Shortages",
        "In short supply",
        "The end of the chip shortage",
        "Chip shortage is easing",
        "There is a shortage of very odd old wooden things",
        "养老护理人才紧缺",
        "没有证据表明存在燃料短缺",
        "短缺",
        "，供不应求",
        "内存芯片短缺已缓解",
    ],
)
def test_what_is_no_shortage(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Tencent launched its Widget 3 phone and rose 5%, its highest since May, "
        "while Acme, which raised $5 million in seed funding, fell 3%.",
        "Acme launched its Widget 3 phone. It rose 5%.",
        "Citi upgrades Acme to Buy, and Bolt Industries gained 3% to a record high",
        "腾讯控股推出X1芯片，股价涨5%，创历史新高。野村将甲山电子目标价上调，亨通光电涨停。",
        "甲山发展：董事长丁木辞职，股价跌停",
    ],
)
def test_types_read_on_their_own_change_nothing_for_the_others(text: str) -> None:
    lexicon, _ = words()
    others, _ = words(frozenset(MORE))
    assert [event for event in extract(item(text), lexicon) if event.type not in MORE] == list(extract(item(text), others))
    assert found(text)


ONE = """\
type: ring
en:
  triggers:
    - say: rang
"""
OTHER = """\
type: knock
aside: true
en:
  triggers:
    - say: knocked
      with: twice
      look: after
    - say: bumped
  blockers:
    - say: softly
      means: denied
      look: after
"""


def test_a_type_read_on_its_own_needs_its_companion() -> None:
    compiled = small(ONE, OTHER).compiled
    for text, wanted in (("acme knocked", 0), ("acme knocked twice", 2), ("acme bumped softly", 2), ("twice softly", 0)):
        assert len(compiled.hits(compiled.scan(text) or compiled.automaton.find_matches_as_indexes(text), text)) == wanted, text


def test_the_explanation_tells_a_clause_once() -> None:
    clauses = traced("Tencent rose 5%, Acme launched its Widget 3 phone, while it rained.")
    assert [[trace.type for trace in clause.triggers] for clause in clauses] == [["price_move", "product_launch"], []]
    assert [event.type for event in clauses[0].events] == ["price_move", "product_launch"]


def test_the_earlier_sentence_tells_who() -> None:
    assert told("Bolt Industries rose 5%. It launched its Widget 3 phone.", "product") == [
        ("product_launch", "Bolt Industries", "Widget 3")
    ]


def test_a_name_keeps_the_other_one_that_brackets_gave_it() -> None:
    (event,) = found("Acme (艾克米科技) rose 5%. Acme's Volcano Engine launched its Widget 3 phone.")
    assert (event.subject, event.alias) == ("Acme", "艾克米科技")


def test_taken_back_views_keep_their_status() -> None:
    assert all(event.status.value == "denied" for event in everything("Acme never launched its Widget 3 phone"))
    assert only("Acme faces a shortage of copper wire").fields["stage"] == "asserted"
