"""Sums of money in English and Chinese: how much, in which currency, scaled to units.

¥48.85 million, US$1.2bn, HK$300 million, 3.5 billion euros, Rs 500 crore, 48.85亿元, 2000万美元, 4885万. `¥` alone is the yuan
(as Chinese news in English writes it); yen are called so. Guarantee: every span lies inside the searched range.
It must not know what the money is for.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from service.model.span import Span

_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_SCALES = {
    "thousand": 1e3, "k": 1e3, "lakh": 1e5, "million": 1e6, "mln": 1e6, "mn": 1e6, "m": 1e6, "crore": 1e7, "billion": 1e9,
    "bln": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12, "tn": 1e12, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7,
    "亿": 1e8, "十亿": 1e9, "百亿": 1e10, "千亿": 1e11, "万亿": 1e12,
}  # fmt: skip
_SIGNS = {
    "$": "USD", "us$": "USD", "usd": "USD", "hk$": "HKD", "hkd": "HKD", "a$": "AUD", "c$": "CAD", "s$": "SGD",
    "nt$": "TWD", "r$": "BRL", "€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP", "¥": "CNY", "cn¥": "CNY", "rmb": "CNY",
    "cny": "CNY", "jp¥": "JPY", "₹": "INR", "rs": "INR", "rs.": "INR", "inr": "INR", "₩": "KRW", "krw": "KRW",
}  # fmt: skip
_NAMES = {
    "us dollars": "USD", "dollars": "USD", "hong kong dollars": "HKD", "yuan": "CNY", "renminbi": "CNY", "rmb": "CNY",
    "yen": "JPY", "euros": "EUR", "euro": "EUR", "pounds": "GBP", "won": "KRW", "rupees": "INR", "元": "CNY",
    "元人民币": "CNY", "人民币": "CNY", "美元": "USD", "港元": "HKD", "港币": "HKD", "欧元": "EUR", "英镑": "GBP",
    "日元": "JPY", "韩元": "KRW", "新台币": "TWD", "新加坡元": "SGD", "澳元": "AUD",
}  # fmt: skip


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_MONEY = re.compile(
    rf"(?<![a-z\d.])(?P<sign>{_any(_SIGNS)})\s?(?P<signed>{_NUMBER})[\s-]?(?P<scale>(?:{_any(_SCALES)})(?![a-z]))?"
    rf"|(?<![a-z\d.])(?P<number>{_NUMBER})\s?(?:余|多)?(?P<much>{_any(_SCALES)})?\s?(?P<name>{_any(_NAMES)})(?<![a-z](?=[a-z]))"
    rf"|(?<![a-z\d.])(?P<bare>{_NUMBER})(?:余|多)?(?P<chinese>万亿|千万|百万|亿|"
    rf"万)(?![股吨辆台套份户人平名个家件颗元美港欧英日韩])"
)


class Money(NamedTuple):
    """One sum; a Chinese one without its currency is taken for yuan."""

    span: Span
    amount: float
    currency: str


def sums(folded: str, start: int, end: int) -> list[Money]:
    """All sums of the range, in the order of the text."""
    return [_money(match) for match in _MONEY.finditer(folded, start, end)]


def _money(match: re.Match[str]) -> Money:
    number = match["signed"] or match["number"] or match["bare"]
    scale = _SCALES.get(match["scale"] or match["much"] or match["chinese"] or "", 1.0)
    currency = _SIGNS[match["sign"]] if match["sign"] else _NAMES.get(match["name"] or "", "CNY")
    return Money(Span(*match.span()), round(float(number.replace(",", "")) * scale, 2), currency)
