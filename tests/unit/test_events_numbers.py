"""Percentages in both languages."""

import pytest

from service.events.numbers import percentages
from service.folding import fold


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("surged over 3%", [(3.0, "over")]),
        ("jumped 3.6 percent", [(3.6, "exact")]),
        ("rose 4 per cent and fell 1,000%", [(4.0, "exact"), (1000.0, "exact")]),
        ("nearly 5%", [(5.0, "nearly")]),
        ("close to 7 percent", [(7.0, "nearly")]),
        ("at least 7% or 9% or more", [(7.0, "over"), (9.0, "over")]),
        ("between 1-3%", [(1.0, "over")]),
        ("10% to 20%", [(10.0, "over")]),
        ("涨超１２％", [(12.0, "over")]),
        ("涨近10%", [(10.0, "nearly")]),
        ("跌逾5%", [(5.0, "over")]),
        ("涨2.5个百分点", [(2.5, "exact")]),
        ("涨10%以上", [(10.0, "over")]),
        ("涨超两成", [(20.0, "over")]),
        ("涨三成半", [(35.0, "exact")]),
        ("股价翻倍", [(100.0, "exact")]),
        ("has doubled", [(100.0, "exact")]),
        ("between 3% and 5%", [(3.0, "over")]),
        ("rose between about 3 and 5 percent", [(3.0, "over")]),
        ("5-6%", [(5.0, "over")]),
        ("rose 3% and 5%", [(3.0, "exact"), (5.0, "exact")]),
        ("3.6 pct", [(3.6, "exact")]),
        ("two percent, half a percent, a quarter of a percentage point", [(2.0, "exact"), (0.5, "exact"), (0.25, "exact")]),
        ("over a percent", [(1.0, "over")]),
        ("as a percent of sales", []),
        ("lost nearly a fifth", [(20.0, "nearly")]),
        ("fell by a third", [(33.3, "exact")]),
        ("up more than two-thirds this year", [(66.7, "over")]),
        ("by half", [(50.0, "exact")]),
        ("down a quarter", [(25.0, "exact")]),
        ("up a third straight day", []),
        ("by half a point", []),
        ("the first half of the year, a third of investors", []),
        ("shares tripled, then halved", [(200.0, "exact"), (50.0, "exact")]),
        ("more than quadrupled since May", [(300.0, "over")]),
        ("up fivefold", [(400.0, "exact")]),
        ("a nine-fold increase in threats", []),
        ("tripled investments", []),
        ("约3%", [(3.0, "exact")]),
        ("近三成", [(30.0, "nearly")]),
        ("三成功", []),
        ("百分之三点五", [(3.5, "exact")]),
        ("百分之二十三", [(23.0, "exact")]),
        ("百分之一百二十", [(120.0, "exact")]),
        ("百分之十", [(10.0, "exact")]),
        ("百分之5.5", [(5.5, "exact")]),
        ("涨3个点", [(3.0, "exact")]),
        ("翻番", [(100.0, "exact")]),
        ("翻了一番", [(100.0, "exact")]),
        ("翻两番", [(300.0, "exact")]),
        ("翻3番", [(700.0, "exact")]),
        ("翻了近一倍", [(100.0, "nearly")]),
        ("翻超两倍", [(200.0, "over")]),
        ("近乎翻倍", [(100.0, "exact")]),
        ("涨1.5倍", [(150.0, "exact")]),
        ("涨幅超三倍", [(300.0, "over")]),
        ("是去年的3倍", []),
        ("提升5倍", []),
        ("市盈率30倍", []),
        ("腰斩", [(50.0, "exact")]),
        ("redoubled percent", []),
        ("5 percentage of", []),
        ("12 people", []),
    ],
)
def test_how_much_and_how_exactly(text: str, values: list[tuple[float, str]]) -> None:
    folded = fold(text)
    assert [(one.value, one.bound) for one in percentages(folded, 0, len(folded))] == values


def test_spans_cover_figure_and_unit_and_stay_in_range() -> None:
    text = "up 5%, down 7 percent"
    assert [one.span.of(text) for one in percentages(text, 0, len(text))] == ["5%", "7 percent"]
    assert [one.span.of(text) for one in percentages(text, 6, len(text))] == ["7 percent"]


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("+20.00%", [1]), ("-3.2%", [-1]), ("−3.2%", [-1]), ("–3.2%", [-1]), ("＋３％", [1]), ("minus 3%", [-1]), ("3%", [0]),
        ("5-6%", [0]), ("3%-5%", [0]), ("沪指-3%", [-1]), ("(-3%)", [-1]), ("2025-3%", [0]),
    ],
)  # fmt: skip
def test_the_sign_before_a_figure(text: str, signs: list[int]) -> None:
    folded = fold(text)
    assert [one.sign for one in percentages(folded, 0, len(folded))] == signs
