"""The day of an event: the day the item was published, where the market is, unless the words name another.

Guarantee: pure arithmetic on the published time; unknown published time gives no day.
It must not read "since Monday" or "highest since 7 October" as the day of the event: those words say how long, not when.
"""

import re
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

_CHINA = timezone(timedelta(hours=8), "UTC+8")
_ZONES: dict[str, tzinfo] = {
    "SH": _CHINA, "SZ": _CHINA, "BJ": _CHINA, "HK": _CHINA, "TW": _CHINA, "SG": _CHINA,
    "US": ZoneInfo("America/New_York"), "T": timezone(timedelta(hours=9)), "KS": timezone(timedelta(hours=9)),
    "NS": timezone(timedelta(hours=5, minutes=30)), "L": ZoneInfo("Europe/London"), "DE": ZoneInfo("Europe/Berlin"),
    "BO": timezone(timedelta(hours=5, minutes=30)), "PA": ZoneInfo("Europe/Paris"), "AX": ZoneInfo("Australia/Sydney"),
}  # fmt: skip

_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_EN_WEEKDAYS = {name: number for number, name in enumerate("mon tue wed thu fri sat sun".split())}
_ZH_WEEKDAYS = {name: number for number, name in enumerate("一二三四五六日")} | {"天": 6}
_SINCE = r"(?<!since )(?<!from )(?<!until )(?<!after )(?<!before )"
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?"
_EN = re.compile(
    rf"{_SINCE}(?<![a-z])(?:{_MONTH}\.? (?P<mday>\d{{1,2}})(?!\d|[.,]\d)"
    rf"|(?<!\d)(?<!\d[.,])(?P<first>\d{{1,2}})(?:st|nd|rd|th)? (?!may [a-z]){_MONTH.replace('month', 'then')}"
    r"|(?P<last>last )?(?P<weekday>mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)day|"
    r"(?P<yesterday>yesterday))(?![a-z]|\.com)"
)
_ZH = re.compile(
    r"(?<![自从较至比])(?:(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<mday>\d{1,2})日|(?P<last>上)?(?:周|星期)(?P<weekday>[一二三四五六日天])|(?P<yesterday>昨日|昨天|昨夜))"
    r"(?!以来|至|起)"
)
_TOMORROW = 6
"""A weekday so many days back is tomorrow in another zone."""


def zone_of(entity: str | None) -> tzinfo | None:
    """Where a security trades, as far as its id says."""
    return _ZONES.get((entity or "").rpartition(".")[2])


def local_date(published: datetime, entity: str | None, language: str) -> date:
    """The calendar day of `published` where the security trades; without a zone it is Beijing's in Chinese news, else its own."""
    zone = zone_of(entity) or (_CHINA if language == "zh" else None)
    if published.tzinfo is None and language == "zh":
        published = published.replace(tzinfo=_CHINA)
    if published.tzinfo is None or zone is None:
        return published.date()
    return published.astimezone(zone).date()


def local_time(published: datetime, entity: str | None) -> time:
    """The time of day where the security trades, of Chinese news; a time without a zone is Beijing's."""
    moment = published if published.tzinfo else published.replace(tzinfo=_CHINA)
    return moment.astimezone(_ZONES.get((entity or "").rpartition(".")[2], _CHINA)).time()


def named_day(folded: str, start: int, end: int, today: date, language: str) -> date | None:
    """The last day that the range names, if it names one that is not after `today`."""
    found = None
    for match in (_ZH if language == "zh" else _EN).finditer(folded, start, end):
        day = _resolved(match, today)
        found = day if day is not None and day <= today else found
    return found


def _resolved(match: re.Match[str], today: date) -> date | None:
    if match["yesterday"]:
        return today - timedelta(days=1)
    if match["weekday"]:
        number = _ZH_WEEKDAYS.get(match["weekday"])
        wanted = _EN_WEEKDAYS[match["weekday"][:3]] if number is None else number
        back = (today.weekday() - wanted) % 7
        if number is None and back == _TOMORROW and not match["last"]:
            return None
        return today - timedelta(days=back or (7 if match["last"] else 0))
    groups = match.groupdict()
    written = groups.get("then") or match["month"]
    month, mday = _MONTHS.get(written) or int(written), int(groups.get("first") or match["mday"])
    for year in (today.year, today.year - 1):
        try:
            day = date(year, month, mday)
        except ValueError:
            continue
        if day <= today:
            return day
    return None
