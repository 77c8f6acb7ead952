"""Percentages in English and Chinese: where they stand, how much they are, and whether the text rounds them.

Guarantee: every span lies inside the searched range; values are unsigned (the verb gives the sign).
It must not know what moved, and must not read numbers that are not shares of a whole.
"""

import re
from typing import NamedTuple

from service.model.span import Span

_DIGITS = r"\d[\d,]*(?:\.\d+)?"
_PERCENT = re.compile(
    rf"(?P<low>{_DIGITS})(?:(?:\s?(?:%|percent|per cent|pct))?(?:-|\s-\s|\s?(?:~|至|到|to)\s?)(?P<high>{_DIGITS}))?\s?"
    r"(?:%|percentage points?|percent(?![a-z])|per cent(?![a-z])|pct(?![a-z])|个百分点|个点)"
)
_TENTHS = re.compile(r"(?P<tenths>[一两二三四五六七八九])成(?P<half>半)?")
_TIMES = re.compile(r"翻(?:了)?(?:一)?[倍番]|(?<![a-z])doubl(?:ed|es|ing)(?![a-z])")
_HALVED = re.compile(r"腰斩")
_MULTIPLES = re.compile(
    r"(?<=[涨升翻])(?:幅|了|达|约|超过|[超近逾])*(?P<figure>(?P<times>\d+(?:\.\d+)?|[两二三四五六七八九十])倍)"
)
"""Risen by so many times its price: 涨超3倍 is 300 %."""
_HUNDREDTHS = re.compile(r"百分之(?P<figure>\d+(?:\.\d+)?|[一二三四五六七八九十]{1,3})")
_OVER = re.compile(
    r"(?:超过?|逾|达逾|突破|(?<![a-z])(?:over|more than|above|at least|exceeding|upwards? of|north of|some more than))\s*$"
)
_NEARLY = re.compile(r"(?:近|接近|将近|逼近|(?<![a-z])(?:nearly|almost|close to|just under|just shy of|approaching|under))\s*$")
_OVER_AFTER = re.compile(r"以上|多(?!头|空)| or more(?![a-z])| plus(?![a-z])")
_UNITS = "一二三四五六七八九"
_TENTH_VALUES = {
    "一": 10.0,
    "两": 20.0,
    "二": 20.0,
    "三": 30.0,
    "四": 40.0,
    "五": 50.0,
    "六": 60.0,
    "七": 70.0,
    "八": 80.0,
    "九": 90.0,
}
_LOOK_BACK = 16


class Percent(NamedTuple):
    """One percentage; `span` covers the figure and its unit, `bound` is over, nearly or exact."""

    span: Span
    value: float
    bound: str


def percentages(folded: str, start: int, end: int) -> list[Percent]:
    """All percentages of the range, in the order of the text; of a range (1-3 %) the first figure counts."""
    found = [_percent(folded, start, match.span(), _value(match["low"])) for match in _PERCENT.finditer(folded, start, end)]
    for match in _TENTHS.finditer(folded, start, end):
        half = 5.0 if match["half"] else 0.0
        found.append(_percent(folded, start, match.span(), _TENTH_VALUES[match["tenths"]] + half))
    for match in _TIMES.finditer(folded, start, end):
        found.append(_percent(folded, start, match.span(), 100.0))
    for match in _HALVED.finditer(folded, start, end):
        found.append(_percent(folded, start, match.span(), 50.0))
    for match in _MULTIPLES.finditer(folded, start, end):
        found.append(_percent(folded, start, match.span("figure"), 100 * _chinese(match["times"])))
    for match in _HUNDREDTHS.finditer(folded, start, end):
        found.append(_percent(folded, start, match.span(), _chinese(match["figure"])))
    return sorted(found)


def _chinese(digits: str) -> float:
    """A number below a hundred in digits or Chinese: 3.5, 两, 十五, 二十, 二十五."""
    if digits[0].isdigit():
        return float(digits)
    tens, ten, units = digits.replace("两", "二").rpartition("十")
    return float((10 * (_UNITS.find(tens[:1]) + 1 if tens else 1) if ten else 0) + (_UNITS.find(units[:1]) + 1 if units else 0))


def _value(digits: str) -> float:
    return float(digits.replace(",", ""))


def _percent(folded: str, start: int, place: tuple[int, int], value: float) -> Percent:
    before = folded[max(start, place[0] - _LOOK_BACK) : place[0]]
    if _OVER.search(before) or _OVER_AFTER.match(folded, place[1]):
        return Percent(Span(*place), value, "over")
    return Percent(Span(*place), value, "nearly" if _NEARLY.search(before) else "exact")
