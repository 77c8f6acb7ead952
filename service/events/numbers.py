"""Percentages in English and Chinese: where they stand, how much they are, which way, and whether the text rounds them.

Digits (3.6 %, 5-6%, −3.2 %), words (百分之三点五, 两成半, a third, two percent), multiples (doubled, 翻两番, 涨1.5倍, 腰斩).
Guarantee: every span lies inside the searched range; values are unsigned, `sign` is what is written before the figure (0:
nothing, the verb alone says which way). The work is linear in the range.
It must not know what moved, and must not read numbers that are not shares of a whole (a third session, half a year, 三成功).
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from service.model.span import Span

_DIGITS = r"\d[\d,]*(?:\.\d+)?"
_UNIT = r"(?:%|percentage points?|percent(?![a-z])|per cent(?![a-z])|pct(?![a-z])|个百分点|个点)"
_HALF_UNIT = r"(?:\s?(?:%|percent|per cent|pct))?"
_PERCENT = re.compile(
    rf"(?P<sign>(?<![a-z0-9%.])[+-]|(?<![a-z])minus )?(?P<low>{_DIGITS})"
    rf"(?:{_HALF_UNIT}(?:[-~]|\s[-~]\s|\s?(?:至|到|to)\s?)(?P<high>{_DIGITS}))?\s?{_UNIT}"
)
_BETWEEN = re.compile(
    rf"(?<=between )(?:about |around |roughly )?(?P<low>{_DIGITS}){_HALF_UNIT}\sand\s(?P<high>{_DIGITS})\s?{_UNIT}"
)
_WORDED = re.compile(
    r"(?<![a-z-])(?P<count>half a|a quarter of a|(?<!as )a|one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|"
    r"thirty|forty|fifty) (?:percent(?![a-z])|per cent(?![a-z])|percentage point)"
)
_WORDED_VALUES = {
    "half a": 0.5, "a quarter of a": 0.25, "a": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0,
    "seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0, "fifteen": 15.0, "twenty": 20.0, "thirty": 30.0,
    "forty": 40.0, "fifty": 50.0,
}  # fmt: skip
_FRACTION = re.compile(
    r"(?<![a-z])(?:(?P<count>a|one|two|three|four)[ -](?P<part>tenth|fifth|quarter|third)s?|(?P<half>half))(?![a-z-])"
    r"(?! (?:an?|straight|consecutive|successive|times?|days?|weeks?|months?|years?|quarter|session|trading|party|person|round|"
    r"term|hours?|points?|dozen|past|million|billion|percent|per cent)(?![a-z]))"
)
_MUCH = re.compile(
    r"(?<![a-z])(?:by|lost|loses?|losing|sheds?|shedding|gain(?:ed|s)?|down|up|fell|falls|rose|rises|dropped|jumped|soared|plunged|"
    r"tumbled|surged)(?: (?:as much as|nearly|almost|about|around|roughly|some|over|more than|at least|just over|just under))?\s$"
)
"""What may stand before a fraction in words that says how much something moved: "lost a third", never "for a third week"."""
_FRACTIONS = {
    "tenth": (10.0, 20.0, 30.0, 40.0), "fifth": (20.0, 40.0, 60.0, 80.0), "quarter": (25.0, 50.0, 75.0, 100.0),
    "third": (33.3, 66.7, 100.0, 133.3),
}  # fmt: skip
_COUNTS = {"a": 0, "one": 0, "two": 1, "three": 2, "four": 3}
_TENTHS = re.compile(r"(?P<tenths>[一两二三四五六七八九])成(?P<half>半)?(?![功长员立为交本绩果份分熟品都])")
_HUNDREDTHS = re.compile(r"百分之(?P<number>\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百]+(?:点[零〇一二三四五六七八九]+)?)")
_DIGIT_VALUES = {"〇": 0, "两": 2} | {character: value for value, character in enumerate("零一二三四五六七八九")}
_MANIFOLD = re.compile(
    r"翻(?P<fan_bound>了|超|逾|近)*(?P<fan>[一二两三四五六\d])?番|翻(?P<bei_bound>了|超|逾|近)*倍|"
    r"(?P<more>\d+(?:\.\d+)?|[一二两三四五六七八九十])多?倍(?![市率速杠体股于])"
)
_MORE = re.compile(r"(?:涨|(?<!提)升|[涨升]幅|翻)[了约达]{0,2}(?:超过?|逾|近)?$")
"""What may stand before "3倍" that says it grew by so much; 是去年的3倍 says something else."""
_WORD_TIMES = re.compile(
    r"(?<![a-z])(?:(?P<word>doubl|tripl|quadrupl|halv)(?:ed|es|ing)|(?P<fold>two|three|four|five|six|seven|eight|nine|ten)-?fold)"
    r"(?![a-z])(?! (?:increase|rise|jump|gain|growth))|(?P<half>腰斩)"
)
_NO_OBJECT = re.compile(
    r"\s*$|\s?[^a-z0-9\s$€£]|\s(?:in|on|to|from|since|this|that|after|as|over|at|and|or|but|while|when|during|within|amid|by|last|"
    r"again|today|year|compared|so|for|before|between|following|thanks|because|despite|with)(?![a-z])"
)
"""What may follow "doubled" where the subject itself doubled: "tripled investments" is another matter."""
_WORD_VALUES = {"doubl": 100.0, "tripl": 200.0, "quadrupl": 300.0, "halv": 50.0}
_OVER = re.compile(r"(?:超过?|逾|达逾|突破|(?<![a-z])(?:over|more than|above|at least|exceeding|upwards? of|north of))\s*$")
_NEARLY = re.compile(r"(?:近|接近|将近|逼近|(?<![a-z])(?:nearly|almost|close to|just under|just shy of|approaching|under))\s*$")
_OVER_AFTER = re.compile(r"以上|多(?!头|空)| or more(?![a-z])| plus(?![a-z])")
_LOOK_BACK = 24


class Percent(NamedTuple):
    """One percentage; `span` covers the figure, its unit and its sign (-1, 0: none, 1); `bound` is over, nearly or exact."""

    span: Span
    value: float
    bound: str
    sign: int = 0


def percentages(folded: str, start: int, end: int) -> list[Percent]:
    """All percentages of the range, in the order of the text; of a range (1-3 %) the first figure counts, as a bound."""
    found: list[Percent] = []
    taken = start
    text = folded[start:end]
    for pattern, value, signs in _FORMS:
        if not any(sign in text for sign in signs):
            continue
        for match in pattern.finditer(folded, start, end):
            amount = value(match)
            if amount is not None:
                found.append(_percent(folded, start, match, amount))
    kept = []
    for one in sorted(found, key=lambda one: (one.span.start, -one.span.end)):
        if one.span.start >= taken:
            kept.append(one)
            taken = one.span.end
    return kept


def _before(match: re.Match[str]) -> str:
    return match.string[max(match.pos, match.start() - _LOOK_BACK) : match.start()]


def _digits(match: re.Match[str]) -> float:
    return float(match["low"].replace(",", ""))


def _worded(match: re.Match[str]) -> float:
    return _WORDED_VALUES[match["count"]]


def _fraction(match: re.Match[str]) -> float | None:
    if not _MUCH.search(_before(match)):
        return None
    return 50.0 if match["half"] else _FRACTIONS[match["part"]][_COUNTS[match["count"]]]


def _tenths(match: re.Match[str]) -> float:
    return _DIGIT_VALUES[match["tenths"]] * 10.0 + (5.0 if match["half"] else 0.0)


def _hundredths(match: re.Match[str]) -> float:
    number = match["number"]
    if number[0].isdigit() and number.isascii():
        return float(number)
    whole, _, part = number.partition("点")
    return float(f"{_counted(whole)}.{''.join(str(_DIGIT_VALUES[character]) for character in part) or 0}")


def _counted(text: str) -> int:
    """二十三 as 23: digits, tens and hundreds in their order."""
    total = digit = 0
    for character in text:
        unit = {"十": 10, "百": 100}.get(character)
        if unit is None:
            digit = _DIGIT_VALUES[character]
        else:
            total, digit = total + (digit or 1) * unit, 0
    return total + digit


def _manifold(match: re.Match[str]) -> float | None:
    if match["more"]:
        if not _MORE.search(_before(match)):
            return None
        return 100.0 * (float(match["more"]) if match["more"].isascii() else _counted(match["more"]))
    fan: str = match["fan"] or "一"
    return 100.0 * (2.0 ** (int(fan) if fan.isascii() else _counted(fan)) - 1.0)


def _word_times(match: re.Match[str]) -> float | None:
    if match["half"]:
        return 50.0
    if match["word"] and not _NO_OBJECT.match(match.string, match.end(), match.endpos):
        return None
    return _WORD_VALUES[match["word"]] if match["word"] else 100.0 * (_WORDED_VALUES[match["fold"]] - 1)


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], float | None], tuple[str, ...]], ...] = (
    (_PERCENT, _digits, ("%", "percent", "per cent", "pct", "点")),
    (_BETWEEN, _digits, ("between ",)),
    (_WORDED, _worded, (" percent", " per cent")),
    (_FRACTION, _fraction, ("tenth", "fifth", "quarter", "third", "half")),
    (_TENTHS, _tenths, ("成",)),
    (_HUNDREDTHS, _hundredths, ("百分之",)),
    (_MANIFOLD, _manifold, ("倍", "番")),
    (_WORD_TIMES, _word_times, ("doubl", "tripl", "quadrupl", "halv", "fold", "腰斩")),
)
"""How a figure may be written, how much it is then, and what the text must hold for it to be worth a look."""
_SIGNS = {"+": 1, "-": -1, "m": -1}


def _percent(folded: str, start: int, match: re.Match[str], value: float) -> Percent:
    groups = match.groupdict()
    sign = _SIGNS[groups["sign"][0]] if groups.get("sign") else 0
    inside = groups.get("fan_bound") or groups.get("bei_bound") or ""
    before = folded[max(start, match.start() - _LOOK_BACK) : match.start()] + inside
    if _OVER.search(before) or _OVER_AFTER.match(folded, match.end()):
        return Percent(Span(*match.span()), value, "over", sign)
    if groups.get("high"):
        return Percent(Span(*match.span()), value, "over" if float(groups["high"].replace(",", "")) > value else "nearly", sign)
    return Percent(Span(*match.span()), value, "nearly" if _NEARLY.search(before) else "exact", sign)
