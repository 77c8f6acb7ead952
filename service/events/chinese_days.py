"""The day of what Chinese news tells: where the sentence says it, else the last session of the market it happened on.

Guarantee: pure arithmetic on the published time; weekends are no sessions, holidays are not known.
It must not look for subjects.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from service.events.days import local_date, local_time, named_day
from service.model.span import Span

_DAY = r"(?P<day>(?:\d{1,2}月)?\d{1,2}日|[上本]?(?:周|星期)[一二三四五六日天]|昨[日天夜])"
_HEAD = re.compile(
    rf"[^\d,。;:]{{0,3}}(?:(?:当地|北京|美东|美国|香港)时间)?{_DAY}(?![电讯元起至到前后内线均的你早晚财复要盘~—-])"
)
"""A sentence that opens with a day tells of that day in all its clauses."""
_BEFORE = re.compile(rf"(?<![自从较至比截\d月]){_DAY},\s?$")
"""值得注意的是，[6月18日，]公司股价涨停"""
_DAY_ALONE = re.compile(
    r"(?<![\d月年第.近前连过去每续几个共内计])(?P<mday>\d{1,2})日(?=下跌|上涨|[大微小收]|[早午]盘|午后|晚间|开盘|股价)"
)
"""美元指数[17日]下跌: no month is needed for a day that is near."""
_NEAR = 10
_OLD = timedelta(days=270)
"""即将于7月16日申购: a day of last year is told with its year."""
_YEAR = re.compile(r"\d{4}年|去年")
_STREAK = re.compile(r"\d+天\d+板|[\d一二两三四五六七八九十]+连?板")
_OPENED = re.compile(r"\([^()\d]{0,4}$")
"""甲山科技（[5天4板]）高开2%: what it has done before today."""
_OUTSIDE = re.compile(r"盘前|夜盘|期货|期指|今[日天早]")
_CLOSED = re.compile(r"隔夜|收[涨跌盘报高低]")
_COINS = re.compile(r"(?<!人民)币|以太|(?<![a-z])(?:btc|eth|sol|xrp)(?![a-z])|加密|埃及|沙特|以色列|迪拜|卡塔尔")
"""What is traded on Saturdays or Sundays."""
_CHINESE = frozenset(("SH", "SZ", "BJ", "CN", "HK"))
_MORNING, _OPEN, _AMERICAN_MORNING = time(9), time(9, 30), time(4)
"""Before the auction there is no price of the day; in New York trading before the open begins at four."""
_SATURDAY = 5
_REACH, _WORD = 60, 12


class Told(NamedTuple):
    """Where something is told: its clause, its sentence, and the words that say so."""

    clause: Span
    sentence: Span
    evidence: Span


def chinese_day(folded: str, published: datetime, place: str, told: Told, traded: bool) -> date:
    """The day that the clause or the head of its sentence names, else that of the last session at the place (an entity's id).

    What is not `traded` has the day of publication.
    """
    beijing = local_date(published, None, "zh")
    named = named_day(folded, told.clause.start, told.clause.end, beijing, "zh") or _alone(folded, told.clause, beijing)
    named = named or _at_the_head(folded, told, beijing)
    today = local_date(published, place, "zh")
    if named is not None and named <= today and (today - named < _OLD or _says_the_year(folded, told.clause)):
        return named
    return _last_session(folded, today, published, place, told) if traded else today


def _says_the_year(folded: str, clause: Span) -> bool:
    return _YEAR.search(folded, max(0, clause.start - _WORD), clause.end) is not None


def _at_the_head(folded: str, told: Told, today: date) -> date | None:
    start = told.clause.start
    head = _BEFORE.search(folded, max(told.sentence.start, start - _WORD), start)
    head = head or _HEAD.match(folded, told.sentence.start, start)
    if head is None:
        return None
    return named_day(folded, *head.span("day"), today, "zh") or _numbered(head["day"], today)


def _last_session(folded: str, day: date, published: datetime, place: str, told: Told) -> date:
    if _COINS.search(folded, max(told.clause.start, told.evidence.start - _REACH), told.evidence.end):
        return day
    if _not_yet(folded, local_time(published, place), place.rpartition(".")[2], told):
        day -= timedelta(days=1)
    return day - timedelta(days=max(0, day.weekday() - _SATURDAY + 1))


def _not_yet(folded: str, clock: time, market: str, told: Told) -> bool:
    """Whether the market has had no price yet at that time; midnight is the time of news that has none."""
    start = told.evidence.start
    if clock == time(0) or _OUTSIDE.search(folded, max(told.clause.start, start - _REACH), told.evidence.end):
        return False
    if _OPENED.search(folded, max(0, start - _WORD), start) and _STREAK.match(folded, start):
        return clock < _OPEN
    if market == "US":
        said = max(told.sentence.start, start - _REACH)
        return clock < (_OPEN if _CLOSED.search(folded, said, told.evidence.end) else _AMERICAN_MORNING)
    return market in _CHINESE and clock < _MORNING


def _alone(folded: str, span: Span, today: date) -> date | None:
    found = None
    for match in _DAY_ALONE.finditer(folded, *span):
        found = _numbered(match["mday"], today) or found
    return found


def _numbered(text: str, today: date) -> date | None:
    """The last day of that number, if it is near."""
    number = re.match(r"\d{1,2}(?!\d|月)", text)
    days = (today - timedelta(days=back) for back in range(_NEAR))
    return next((day for day in days if number and day.day == int(number[0])), None)
