"""How long a move took: a session, or longer (this month, since January, from its peak, over the past year).

Guarantee: only the words around the figure are looked at; where they say nothing, it was a session.
It must not decide whether there was a move.
"""

import re

from service.events.facts import Fields, Found

_NUMBER = r"(?:\d+|[一两二三四五六七八九十]+)"
_LONG = (
    r"(?:今年(?!首个)|年内(?!首次)|年初|去年|全年|[上下]半年|季度|累计|累[涨跌升]|以来(?!最|首|单)|至今|迄今|"
    r"[本上]周(?![一二三四五六日天末])|(?<!当日)周内|[本上当全]月|月内|单月|(?:过去|最近|近|短短)[^,。;]{0,6}[天日周月年]|"
    rf"连续?{_NUMBER}个?(?:交易)?日|{_NUMBER}(?:个交易日|个?月|年多?|周|天|日)(?:内|来|间|累|[涨跌](?!停))|[一两]年多|"
    r"[自从较比距][^,。;]{0,30}?(?:高点|低点|高位|低位|峰值|谷底|年初|发行价|招股价|首日|月初|月底|年底))"
)
_ZH_BEFORE = re.compile(rf"{_LONG}(?P<rest>[^,。;]{{0,14}})$")
_ZH_SINCE = re.compile(r"(?:今年以来|年初至今|年初以来|年内|今年|去年|[本上]月以?来?|[本上]周),$")
"""今年以来,[甲山科技涨42%]"""
_ZH_INSIDE = re.compile(r"累计|累[涨跌升]")
_SESSION = re.compile(
    r"今[日天早]|单日|日内|盘中|盘[前后初]|[早午]盘|午后|尾盘|收盘|开盘|集合竞价|首日|首个交易日|隔夜|昨|[涨跌]停的|板的"
)
_FIRST_DAY = re.compile(r"首日|首挂|挂牌|新股|暗盘|开盘|今日上市")
"""A first day is measured by the issue price, and is one session."""
_MONTHS = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_MANY = (
    r"(?:just|only|about|nearly|over|under|less than|more than|the|past|last|previous|prior|a|one|two|three|four|five|six|\d+)"
)
_STRETCH = (
    r"(?:(?:so far )?(?:this|last) (?:year|quarter|month|week)(?! high| low)|year[- ]to[- ]date|ytd|so far in 20\d\d|"
    rf"(?:over|in|during|for|within) (?:{_MANY} )+(?:\w+ )?(?:days|weeks?|months?|quarters?|years?|decades?|sessions?)|"
    rf"in (?:{_MONTHS}|20\d\d)|"
    rf"since (?:the |its |their |last |early |late |mid-)*(?:{_MONTHS}|20\d\d|(?:[\w.'’-]+ ){{0,4}}"
    r"(?:start|beginning|end|election|ipo|debut|listing|lows?|highs?|peak|inauguration))|"
    r"from (?!(?:the |its |their )?(?:day|session|intraday|morning))(?:[\w.'’-]+ ){1,5}?"
    r"(?:highs?|peaks?|lows?|record|debut|ipo price|offer price))(?![a-z])"
)
_EN_AFTER = re.compile(
    r"(?:,? (?:or so|each|apiece|respectively|already|overall|alone|net|(?:in|of its) value"
    r"|in (?:its|the) (?:share|stock) price))*"
    rf",? \(?{_STRETCH}"
)
_EN_BEFORE = re.compile(rf"(?<![a-z]){_STRETCH}[, ]")
_REACH = 48
_CLAUSE = 80
_WORD = 8


def stretch(found: Found) -> Fields:
    """The field `over` of a move."""
    longer = _chinese(found) if found.language == "zh" else _english(found)
    return {"over": "longer" if longer else "session"}


def _chinese(found: Found) -> bool:
    folded, said = found.reading.folded, found.say.start
    start = max(found.sentence.start, said - _REACH)
    start = max(start, folded.rfind(",", start, said) + 1)
    before = _ZH_BEFORE.search(folded, start, said)
    if before is not None:
        if "行价" in before[0] or "股价" in before[0]:
            return _FIRST_DAY.search(folded, found.sentence.start, found.evidence.end) is None
        return _SESSION.search(before["rest"]) is None
    if _ZH_INSIDE.search(folded, said, found.evidence.end) is not None:
        return True
    since = _ZH_SINCE.search(folded, max(found.sentence.start, start - _WORD), start)
    return since is not None and _SESSION.search(folded, start, said) is None


def _english(found: Found) -> bool:
    folded = found.reading.folded
    if _EN_AFTER.match(folded, found.evidence.end) is not None:
        return True
    return _EN_BEFORE.search(folded, max(found.clause.start, found.evidence.start - _CLAUSE), found.evidence.start) is not None
