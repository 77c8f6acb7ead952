"""Whether an English clause tells of a time that is over: "went public in 2019", "in the previous quarter, X rose", "had fallen".

A time counts where it opens the clause ("In March, ...") or stands right behind what was asserted ("fell 17 % in January").
Guarantee: dates are judged by the day the item was published; unknown days make no year, month or day old. "Since March" and
"from the previous close" say how long, and make nothing old. It must not know event types.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime

from service.events.reading import Reading
from service.model.span import Span

_YEAR = re.compile(
    r"(?<![a-z])(?<!since )(?<!until )(?:in|of|during|between|back in|by end) (?:(?:early|late|mid|mid-|the|"
    r"[a-z]{3,9}\.?) )?(?P<year>(?:19|20)\d\d)(?!\d|[.,]\d)"
)
_AGO = re.compile(
    r"(?<![a-z])(?<!from )(?<!than )(?<!since )(?:(?:[a-z]+|\d+) months|(?:two|three|four|five|six|seven|ten|\d+|"
    r"several|many|a few) years|(?:a|one) decade|decades) (?:ago|earlier|before|prior)(?![a-z])"
)
_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_MONTH = (
    r"(?:early |late |mid-?\s?)?(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])\.?"
)
_DATED = re.compile(
    rf"(?<![a-z])(?<!since )(?<!until )(?:in|on|during|of|by|back in|between)(?: (?:[a-z]{{3,6}}day),?)? "
    rf"{_MONTH}(?: (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?(?:,? (?P<year>(?:19|20)\d\d))?"
)
_SPELL = r"(?:session|day|trading day|week|month|quarter|year|\d+ (?:days|weeks|months)|decade)"
_GONE = re.compile(
    rf"(?<![a-z])(?<!from )(?<!than )(?<!versus )(?<!vs )(?<!with )(?<!to )(?<!since )(?:the )?(?:"
    rf"(?:previous|prior|preceding) {_SPELL}|{_SPELL} (?:before|prior|earlier)(?= *(?:$|[^\w ]|and |but |to |on |as |while |"
    rf"amid ))|"
    rf"earlier (?:this|in the|that) (?:year|month)|that (?:same )?(?:year|month|quarter)|same (?:year|month|quarter)|"
    rf"(?:at th(?:e|at) time)(?! of (?:writing|publication))|back then|(?:the )?last time|in the past(?= *(?:$|[^\w ]))|"
    rf"in (?:past|previous|prior) [a-z]+s)(?![a-z])"
)
_LAST_YEAR = re.compile(r"(?<![a-z])(?<!from )(?<!than )(?<!since )(?<!versus )(?<!with )last year(?![a-z'’])")
_ALWAYS = re.compile(
    r"\W*(?:and |but |yet )?(?:historically|on average|typically|traditionally|normally|usually|(?:a|one) (?:year|month|"
    r"quarter) (?:ago|earlier|"
    r"before))(?![a-z])"
)
_LEAD = r"\W*(?:(?:and|but|while|back|as|even|yet) )*"
_WHEN = re.compile(rf"{_LEAD}when (?=[^,]{{3,90}},)")
_FRONTED = tuple(
    re.compile(_LEAD + pattern)
    for pattern in (
        rf"(?:(?:in|during|over|for|throughout|at|by|amid) )?{_GONE.pattern}",
        _DATED.pattern,
        _YEAR.pattern,
        _LAST_YEAR.pattern,
    )
)
_GAP = re.compile(
    r"(?:, (?=to |at ))?(?:[\s(]*(?:to|at|of|its|a|an|the|in|on|over|single|one|value|just|day|session|week|month|months|"
    r"days|two|three|four|five|"
    r"[$€£¥]?\d[\d.,]*[a-z%]*|percent|per cent|points?|yuan|dollars?|pence|cents?|shares?|stock|and|more|than|almost|per|gram|"
    r"ounce|barrel|ton|apiece|each|close|low|high|respectively)(?![a-z])\)?)*[\s(]*"
)
_HAD = re.compile(r"(?<![a-z])had (?:(?:[a-z]+ly|already|also|been|just|even|at one point|once|both|each|all) )*$")
_BY_NOW = re.compile(
    r"(?<![a-z])(?:by (?:mid-?day|noon|lunch|the|early|late|\d)|as of|at \d|so far|this (?:year|quarter|month|week|session|"
    r"morning)|today|"
    r"since|(?:year|month|week)-to-date|on the day)(?![a-z])"
)
"""What makes "had risen" a report of the day: by noon, at 1411 CET, this quarter."""
_REACH = 60
_HAD_REACH = 40
_NEW_YEAR = 1
"""Until the end of this month the year before is no history yet."""
_NEW_MONTH = 10
"""Until this day the month before is none, and neither is any day that is not further back."""


def is_past(reading: Reading, evidence: Span, clause: Span, planned: bool = False) -> bool:
    """Whether the words around the evidence, in the same clause, set it in a time that is over."""
    stop = min(clause.end, evidence.end + _REACH)
    match = _YEAR.search(reading.folded, evidence.start, stop)
    if match is not None and reading.published is not None:
        return _old_year(int(match["year"]), reading.published)
    if _AGO.search(reading.folded, clause.start, evidence.start) or _AGO.search(reading.folded, evidence.end, stop):
        return True
    return not planned and _is_over(reading, evidence, clause)


def _is_over(reading: Reading, evidence: Span, clause: Span) -> bool:
    folded = reading.folded
    if _ALWAYS.match(folded, clause.start, evidence.start):
        return True
    had = _HAD.search(folded, max(clause.start, evidence.start - _HAD_REACH), evidence.start)
    if had and not _BY_NOW.search(folded, clause.start, clause.end):
        return True
    return any(_tells_of_old(reading, place) for place in _times(folded, evidence, clause))


def _times(folded: str, evidence: Span, clause: Span) -> Iterator[str]:
    """The words that may say when: those the clause opens with, and those right behind the evidence."""
    when = _WHEN.match(folded, clause.start, evidence.start)
    if when:
        yield folded[when.end() : folded.index(",", when.end())]
    for pattern in _FRONTED:
        fronted = pattern.match(folded, clause.start, evidence.start)
        if fronted:
            yield fronted[0]
    gap = _GAP.match(folded, evidence.end, min(clause.end, evidence.end + _REACH))
    for pattern in (_GONE, _DATED, _LAST_YEAR):
        behind = pattern.search(folded, evidence.end, clause.end)
        if behind and gap and behind.start() <= gap.end():
            yield behind[0]


def _tells_of_old(reading: Reading, words: str) -> bool:
    if _GONE.search(words):
        return True
    published = reading.published
    if published is None:
        return False
    if published.month > _NEW_YEAR and _LAST_YEAR.search(words):
        return True
    year = _YEAR.search(words)
    if year and _old_year(int(year["year"]), published):
        return True
    dated = _DATED.search(words)
    return dated is not None and _old_month(dated, published.date())


def _old_year(year: int, published: datetime) -> bool:
    return year < published.year - 1 or (year == published.year - 1 and published.month > _NEW_YEAR)


def _old_month(named: re.Match[str], today: date) -> bool:
    """Whether a month, or a day of one, lies well before today; without a year it is the last one of that name."""
    month, day = _MONTHS[named["month"][:3]], int(named["day"] or 0)
    year = int(named["year"] or today.year - (month > today.month))
    back = (today.year - year) * 12 + today.month - month
    if day:
        return back > 1 or (back == 1 and today.day + 30 - day > _NEW_MONTH) or (back == 0 and today.day - day > _NEW_MONTH)
    return back > 1 or (back == 1 and today.day > _NEW_MONTH)
