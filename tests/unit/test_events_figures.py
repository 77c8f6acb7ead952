"""Who gets which figure, and which bare signs are moves."""

import pytest

from tests.support.events import item, moves, said
from tests.support.shipped import understand


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("长飞光纤、亨通光电分别涨3%、5%", [("长飞光纤", 3), ("亨通光电", 5)]),
        ("沪指、深成指、创业板指分别涨1.2%、2.3%和0.4%。", [("沪指", 1.2), ("深成指", 2.3), ("创业板指", 0.4)]),
        ("沪指、深成指分别涨1.2%，0.3%，成交放大5%", [("沪指", 1.2), ("深成指", 0.3)]),
        ("沪指、深成指分别涨1.2%、跌0.3%", [("沪指", 1.2), ("深成指", -0.3)]),
        ("沪指、深成指分别下跌1.2%，涨0.3%", [("沪指", -1.2), ("深成指", 0.3)]),
        ("截至收盘，沪指、深成指涨近1%、超2%", [("沪指", 1), ("深成指", 2)]),
        ("沪指、深成指涨超1%", [("沪指", 1), ("深成指", 1)]),
        ("沪指、深成指、创业板指分别涨1%、2%", [("沪指", 1), ("深成指", 1), ("创业板指", 1)]),
        ("Acme and Bolt rose 3% and 5%, respectively.", [("Acme", 3), ("Bolt", 5)]),
        ("Acme, Bolt and Wisesoft fell 3%, 1.5% and nearly 5% respectively", [("Acme", -3), ("Bolt", -1.5), ("Wisesoft", -5)]),
        ("Acme and Bolt rose 3 percent and 5 percent on Monday.", [("Acme", 3), ("Bolt", 5)]),
        ("Acme and Bolt rose 3%, 5% above May.", [("Acme", 3), ("Bolt", 3)]),
        ("Acme and Bolt rose 3%. 5% of it was lost again.", [("Acme", 3), ("Bolt", 3)]),
        ("Acme rose 3% and 5%", [("Acme", 3)]),
    ],
)  # fmt: skip
def test_each_name_gets_its_own_figure(text: str, wanted: list[tuple[str, float]]) -> None:
    assert moves(text) == wanted


def test_bounds_and_evidence_go_with_the_figure() -> None:
    text = "沪指、深成指分别涨近1%、超2%"
    first, second = understand(item(text))
    assert [one.fields["bound"] for one in (first, second)] == ["nearly", "over"]
    assert (first.evidence.of(text), second.evidence.of(text)) == ("涨近1%", "涨近1%、超2%")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Nikkei +0.2%, Hang Seng −0.9%", [("Nikkei", 0.2), ("Hang Seng", -0.9)]),
        ("Oneok (NYSE:OKE) +3.9% in trading", [("Oneok", 3.9)]),
        ("WD-40 shares +5.5% after an upgrade", [("WD-40", 5.5)]),
        ("沪指 +0.52%，深成指 -1.20%", [("沪指", 0.52), ("深成指", -1.2)]),
        ("长飞光纤（601869）+5.23%", [("长飞光纤", 5.23)]),
        ("Spread to Libor -0.5705%", []),
        ("YTD price performance: -9.1%", []),
        ("HOMAG Group NA -31.14%", []),
        ("同比分别为5.99%、-2.71%", []),
        ("沪指 3412.5 5-6%", []),
        ("the range is 5-6%", []),
        ("长飞光纤利润 +20.00%", []),
    ],
)
def test_a_sign_is_a_move_only_right_behind_a_name(text: str, wanted: list[tuple[str, float]]) -> None:
    assert moves(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("长飞光纤股价腰斩", [("长飞光纤", -50)]),
        ("长飞光纤股价翻两番", [("长飞光纤", 300)]),
        ("长飞光纤年内翻倍", [("长飞光纤", 100)]),
        ("长飞光纤涨百分之三点五", [("长飞光纤", 3.5)]),
        ("长飞光纤涨超1.5倍", [("长飞光纤", 150)]),
        ("Acme shares have tripled this year", [("Acme", 200)]),
        ("Acme shares halved", [("Acme", -50)]),
        ("Acme shares lost nearly a fifth on Monday", [("Acme", -20)]),
        ("Acme fell by a third", [("Acme", -33.3)]),
        ("Acme fell by half", [("Acme", -50)]),
        ("Acme rose for a third day", []),
        ("Acme doubled its budget", []),
        ("长飞光纤产能提升5倍", []),
    ],
)
def test_moves_in_words(text: str, wanted: list[tuple[str, float]]) -> None:
    assert moves(text) == wanted


def test_a_written_limit_is_a_limit_hit_and_a_move() -> None:
    assert said("炬光科技20%涨停") == [("limit_up", "炬光科技"), ("price_move", "炬光科技")]
    assert sorted(said("炬光科技涨20%涨停")) == [("limit_up", "炬光科技"), ("price_move", "炬光科技")]
    assert said("炬光科技5%跌停") == [("limit_down", "炬光科技"), ("price_move", "炬光科技")]
    assert said("炬光科技20cm涨停") == [("limit_up", "炬光科技")]
