"""Chinese events follow when company, figure and order are swapped; negation, doubt and nearness never add one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.events import moves, said

NAMES = ["甲山科技", "乙水股份", "丙火集团", "丁木智能", "戊土生物", "长飞光纤", "*ST己金", "庚辛-U", "粤壬癸A", "中芯国际"]
EPITHETS = ["", "人气股", "光通信龙头企业", "AI概念股", "并购重组的", "午后", "其中", "昨日"]
AFTERWARDS = ["", "股价", "盘中", "午后", "今日", "一度", "连续两个交易日"]
HAPPENED = [
    ("涨停", "limit_up"),
    ("封板", "limit_up"),
    ("3连板", "limit_up"),
    ("跌停", "limit_down"),
    ("炸板", "limit_up_broken"),
]
LISTINGS = [
    "向港交所提交上市申请书",
    "递表港交所",
    "科创板IPO获受理",
    "通过港交所上市聆讯",
    "启动上市辅导",
    "撤回上市申请",
    "今日招股",
]
percents = st.integers(1, 2999).map(lambda number: number / 100)
names = st.sampled_from(NAMES)


@settings(deadline=None)
@given(names, st.sampled_from(EPITHETS), st.sampled_from(AFTERWARDS), st.sampled_from(HAPPENED))
def test_the_company_is_the_same_whatever_stands_around_it(
    name: str, epithet: str, afterwards: str, happened: tuple[str, str]
) -> None:
    words, kind = happened
    assert (kind, name) in said(f"{epithet}{name}{afterwards}{words}")


@settings(deadline=None)
@given(st.lists(st.tuples(names, percents, st.booleans()), min_size=1, max_size=5, unique_by=lambda one: one[0]))
def test_each_name_of_a_list_keeps_its_own_figure(rows: list[tuple[str, float, bool]]) -> None:
    text = "，".join(f"{name}{'涨' if up else '跌'}{percent}%" for name, percent, up in rows)
    assert moves(text) == [(name, percent if up else -percent) for name, percent, up in rows]


@settings(deadline=None)
@given(names, st.sampled_from(["没有", "未能", "并未", "逼近", "险些", "有望", "预计", "若", "能否"]), st.sampled_from(HAPPENED))
def test_what_is_denied_near_or_expected_adds_no_event(name: str, word: str, happened: tuple[str, str]) -> None:
    assert said(f"{name}{word}{happened[0]}") == []


@settings(deadline=None)
@given(names, st.sampled_from(LISTINGS))
def test_a_listing_is_whose_name_stands_before_it(name: str, words: str) -> None:
    assert ("ipo", name) in said(f"{name}{words}")
    assert [one for one in said(f"{name}并未{words}") if one[0] == "ipo"] == []
