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
        ("between 1-3%", [(1.0, "exact")]),
        ("10% to 20%", [(10.0, "exact")]),
        ("涨超１２％", [(12.0, "over")]),
        ("涨近10%", [(10.0, "nearly")]),
        ("跌逾5%", [(5.0, "over")]),
        ("涨2.5个百分点", [(2.5, "exact")]),
        ("涨10%以上", [(10.0, "over")]),
        ("涨超两成", [(20.0, "over")]),
        ("涨三成半", [(35.0, "exact")]),
        ("股价翻倍", [(100.0, "exact")]),
        ("has doubled", [(100.0, "exact")]),
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
