"""How values are put into words on the pages. Pure.

It knows no event type, source or notifier by name: a new kind needs no line here.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from service.model.event import FieldValue

MARKET_ZONE = ZoneInfo("Asia/Shanghai")
MARKET_PLACE = "Shanghai"

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LATIN = re.compile(r"[A-Za-z]+")
_BOUNDS = {"over": "over ", "nearly": "nearly ", "exact": ""}
_NOT_IN_A_LINK = re.compile(r"[\x00-\x20\x7f-\xa0\\\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]")


def plain(name: str) -> str:
    """`limit_up` as a person writes it."""
    return name.replace("_", " ")


def facts(fields: Mapping[str, FieldValue]) -> tuple[tuple[str, str], ...]:
    """What and how much, as (name, value); the percentage first and without a name, because it speaks for itself."""
    pct = fields.get("pct")
    words = []
    if isinstance(pct, int | float):
        words.append(("", f"{_BOUNDS.get(str(fields.get('bound', '')), '')}{percent(pct)}"))
    said = {"pct", "bound"} if words else set()
    if fields.get("status") in {value for key, value in fields.items() if key != "status"}:
        said.add("status")  # "stage planned" says it already
    return (*words, *((plain(key), _value(value)) for key, value in fields.items() if key not in said))


def percent(value: float) -> str:
    """Signed, with a true minus: +12 %, −3.5 %."""
    return f"{value:+.6g}\N{NARROW NO-BREAK SPACE}%".replace("-", "\N{MINUS SIGN}")


def _value(value: FieldValue) -> str:
    return plain(value) if isinstance(value, str) else f"{value:,.10g}"


def language(text: str) -> str:
    """The `lang` attribute that picks the right glyphs and voice: zh-Hans where Chinese characters outnumber Latin words."""
    return "zh-Hans" if len(_HAN.findall(text)) > len(_LATIN.findall(text)) else ""


def took(seconds: float) -> str:
    """A short time as a person says it: 0.4 s, 12 s, 3 min 5 s, 2 h 10 min, 3 d 4 h."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for unit, word, size in ((86400, "d", "h"), (3600, "h", "min"), (60, "min", "s")):
        if whole >= unit:
            less = whole % unit // {"h": 3600, "min": 60, "s": 1}[size]
            return f"{whole // unit} {word}" + (f" {less} {size}" if less else "")
    return f"{whole} s"


def clock_time(when: datetime) -> str:
    """Hour and minute."""
    return f"{when:%H:%M}"


def date(when: datetime) -> str:
    """22 Dec 2025."""
    return f"{when.day} {when:%b %Y}"


def day_name(when: datetime) -> str:
    """Monday, 22 December 2025."""
    return f"{when:%A}, {when.day} {when:%B %Y}"


def weekday(when: datetime) -> str:
    """Mon."""
    return f"{when:%a}"


def market(when: datetime) -> datetime:
    """The same moment on the market's clock."""
    return when.astimezone(MARKET_ZONE)


def span_of_time(length: timedelta) -> str:
    """Roughly how long: 40 s, 12 min, 3 h, 5 days."""
    seconds = max(0, round(length.total_seconds()))
    for unit, size in (("day", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            count = seconds // size
            plural = "s" if unit == "day" and count > 1 else ""
            return f"{count} {unit}{plural}"
    return f"{seconds} s"


def ago(then: datetime, now: datetime) -> str:
    """`then` as seen from `now`: "12 min ago", "in 40 s", "now"."""
    if abs(now - then) < timedelta(seconds=1):
        return "now"
    return f"{span_of_time(now - then)} ago" if then < now else f"in {span_of_time(then - now)}"


def safe_link(link: str) -> str:
    """`link` if it is an http or https URL that every reader of URLs understands alike, else ""."""
    if not link or len(link) > 2048 or _NOT_IN_A_LINK.search(link):
        return ""
    return link if link_host(link) else ""


def link_host(link: str) -> str:
    """The host a link leads to, in the form that shows look-alike letters (punycode); "" where it is no web address."""
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        _ = parts.port
    except ValueError:
        return ""
    return host if parts.scheme in ("http", "https") and host else ""


def scheme(target: str) -> str:
    """The kind of a receiver's URL: all of it that a page may show."""
    name, colon, _ = target.partition("://")
    return name.lower() if colon and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]{0,31}", name) else "target"
