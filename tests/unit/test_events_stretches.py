"""Whether a move was one session's, or took longer."""

import pytest

from tests.support.events import understand_moves


@pytest.mark.parametrize(
    "text",
    [
        "甲山科技今年以来累计上涨42%",
        "今年以来，甲山科技涨42%",
        "甲山科技累计涨幅42%",
        "甲山科技大涨，股价累计上涨42%",
        "甲山科技股价涨幅已累计42%",
        "甲山科技股价较历史高点跌42%",
        "甲山科技本周涨12%",
        "甲山科技连续6日上涨12%",
        "甲山科技最近三个交易日涨12%",
        "甲山科技现价12.6元，较发行价跌42%",
        "Alder shares are up 42% so far this year",
        "Alder shares fell 42% from their May high",
        "Alder shares have gained 42% over the past three years",
        "Over the past 12 months, Alder shares have gained 42%",
        "Alder shares rose 42% since the election",
        "Alder shares rose 42% in December",
        "Alder shares fell 42% alone over the last 12 months",
    ],
)
def test_longer_than_a_session(text: str) -> None:
    assert understand_moves(text, "over") == ["longer"]


@pytest.mark.parametrize(
    "text",
    [
        "甲山科技涨12%",
        "甲山科技本周一涨12%",
        "甲山科技盘中涨12%",
        "甲山科技今年首个交易日涨12%",
        "甲山科技年内第三次盘中涨超12%",
        "连续8天涨停的甲山科技大跌9.5%",
        "甲山科技上市首日开盘较发行价涨42%",
        "Alder shares rose 42% on Friday",
        "Alder shares rose 42%, the most since 2020",
        "Alder shares rebounded 4% from the day's lows",
        "Alder shares rose 42% after a record year",
    ],
)
def test_one_session(text: str) -> None:
    assert understand_moves(text, "over") == ["session"]
