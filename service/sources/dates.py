"""The dates that feeds write, in all their spellings, as aware UTC datetimes.

Guarantee: no exception, no time zone of this machine, nothing later than ten minutes from `now`. What cannot be read is None.
The spellings: RFC 822 and its abuses, ISO 8601 and W3C, asctime, US, Chinese.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from service.model.moment import YEARS

MAX_LENGTH = 80
_FUTURE = timedelta(minutes=10)
_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_ZONES: Mapping[str, float] = {
    **dict.fromkeys(("UT", "UTC", "GMT", "Z", "WET"), 0),
    **dict.fromkeys(("CET", "MEZ", "MET", "WEST", "BST", "WAT"), 1),
    **dict.fromkeys(("CEST", "MESZ", "EET", "SAST", "CAT"), 2),
    **dict.fromkeys(("EEST", "MSK", "EAT", "TRT"), 3),
    "GST": 4,
    "PKT": 5,
    "IST": 5.5,
    **dict.fromkeys(("ICT", "WIB"), 7),
    **dict.fromkeys(("HKT", "SGT", "MYT", "PHT", "AWST", "BJT"), 8),
    **dict.fromkeys(("JST", "KST"), 9),
    "AEST": 10,
    "AEDT": 11,
    "NZST": 12,
    "NZDT": 13,
    "BRT": -3,
    **dict.fromkeys(("ART", "ADT"), -3),
    **dict.fromkeys(("AST", "EDT"), -4),
    **dict.fromkeys(("EST", "CDT"), -5),
    **dict.fromkeys(("CST", "MDT"), -6),
    **dict.fromkeys(("MST", "PDT"), -7),
    **dict.fromkeys(("PST", "AKDT"), -8),
    "AKST": -9,
    "HST": -10,
}
_CHINA = timedelta(hours=8)

_CLOCK = r"(?P<h>\d{1,2})[:：](?P<mi>\d{2})(?:[:：](?P<s>\d{2})(?:[.,]\d+)?)?(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?"
_ZONE = r"(?:\s*(?P<z>[+-]\d{2}:?\d{2}|[+-]\d{1,2}|(?:GMT|UTC)[+-]\d{1,2}(?::?\d{2})?|[A-Za-z]{1,5})\b)?"
_WEEKDAY = r"(?:[A-Za-z]{3,9}\.?\s*,?\s+)?"
_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"(?P<y>\d{{4}})[-/.](?P<mo>\d{{1,2}})[-/.](?P<d>\d{{1,2}})(?:(?:\s*[Tt]\s*|\s+){_CLOCK}{_ZONE})?",
        rf"(?P<y>\d{{4}})(?P<mo>\d{{2}})(?P<d>\d{{2}})(?:[Tt\s]?(?P<h>\d{{2}}):?(?P<mi>\d{{2}}):?(?P<s>\d{{2}})?{_ZONE})?",
        rf"(?P<y>\d{{4}})\s*年\s*(?P<mo>\d{{1,2}})\s*月\s*(?P<d>\d{{1,2}})\s*日?(?:\s*{_CLOCK}{_ZONE})?",
        rf"{_WEEKDAY}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?P<name>[A-Za-z]{{3,9}})\.?,?[\s-]+(?P<y>\d{{4}}|\d{{2}})"
        rf"(?:,?[Tt\s]\s*{_CLOCK}{_ZONE})?",
        rf"{_WEEKDAY}(?P<name>[A-Za-z]{{3,9}})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})"
        rf"(?:,?\s+(?:at\s+)?{_CLOCK}{_ZONE})?",
        rf"{_WEEKDAY}(?P<name>[A-Za-z]{{3,9}})\s+(?P<d>\d{{1,2}})\s+{_CLOCK}\s+(?:(?P<z>[A-Z]{{1,5}}|[+-]\d{{4}})\s+)?(?P<y>\d{{4}})",
        r"(?P<y>\d{4})-(?P<mo>\d{2})",
    )
)


def read_date(text: str, now: datetime, *, chinese: bool = False) -> datetime | None:
    """The moment, or None. `chinese` decides what has two meanings: a missing zone and "CST" are then China's time."""
    text = " ".join(text[: MAX_LENGTH + 1].split())
    if not text or len(text) > MAX_LENGTH:
        return None
    text = re.sub(r"\s*\([^()]*\)$", "", text)
    for form in _FORMS:
        if found := form.fullmatch(text):
            moment = _moment(found, chinese=chinese)
            return now if moment is not None and moment > now + _FUTURE else moment
    return None


def _moment(found: re.Match[str], *, chinese: bool) -> datetime | None:
    parts = found.groupdict()
    month = _MONTHS.get(parts["name"][:3].lower(), 0) if parts.get("name") else int(parts["mo"])
    offset = _offset(parts.get("z") or "", chinese=chinese)
    try:
        moment = datetime(_year(parts["y"]), month, int(parts.get("d") or 1), *_clock(parts), tzinfo=UTC)
        return (moment - offset).astimezone(UTC) if moment.year in YEARS and offset is not None else None
    except (ValueError, OverflowError):
        return None


def _year(text: str) -> int:
    """RFC 2822's reading of two digits."""
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 50 else 1900)


def _clock(parts: Mapping[str, str | None]) -> tuple[int, int, int]:
    hour, minute, second = (int(parts.get(name) or 0) for name in ("h", "mi", "s"))
    if half := parts.get("half"):
        hour = hour % 12 + (12 if half in "Pp" else 0)
    return hour, minute, min(second, 59)  # a leap second is the second before


def _offset(zone: str, *, chinese: bool) -> timedelta | None:
    name = zone.upper()
    if name == "" or name == "CST":
        return _CHINA if chinese else timedelta(hours=_ZONES.get(name, 0))
    if name in _ZONES:
        return timedelta(hours=_ZONES[name])
    found = re.fullmatch(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?", name, re.ASCII)
    if found is None:
        return timedelta(0)  # a name that nobody knows: its hours are at most a day off
    hours, minutes = int(found[2]), int(found[3] or 0)
    if hours > 14 or minutes > 59:
        return None
    return timedelta(hours=hours, minutes=minutes) * (-1 if found[1] == "-" else 1)
