"""How values are put into words on the pages, in the reader's language.

It knows no event type, source or notifier by name: a new kind needs no line here.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from service.model.event import FieldValue
from service.web.i18n import N_
from service.web.i18n import gettext as _

OFTEN = (N_("record"), N_("52w"), N_("fresh"), N_("status"))
"""Values of fields that may hold any word, and mostly hold these; and a field that any event may have."""

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LATIN = re.compile(r"[A-Za-z]+")
_NOT_IN_A_LINK = re.compile(r"[\x00-\x20\x7f-\xa0\\\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]")


def plain(name: str) -> str:
    """`limit_up` as a person writes it."""
    return name.replace("_", " ")


def word(name: str) -> str:
    """A name of ours (an event type, a field, a state) in the reader's language, where there is a word for it."""
    return _(plain(name))


def facts(fields: Mapping[str, FieldValue]) -> tuple[tuple[str, str], ...]:
    """What and how much, as (name, value); the percentage first and without a name, because it speaks for itself."""
    pct = fields.get("pct")
    words = []
    if isinstance(pct, int | float):
        words.append(("", _bounded(str(fields.get("bound", "")), percent(pct))))
    said = {"pct", "bound"} if words else set()
    if fields.get("status") in {value for key, value in fields.items() if key != "status"}:
        said.add("status")  # "stage planned" says it already
    return (*words, *((word(key), _value(value)) for key, value in fields.items() if key not in said))


def _bounded(bound: str, figure: str) -> str:
    if bound == "over":
        return _("over %(figure)s") % {"figure": figure}
    return _("nearly %(figure)s") % {"figure": figure} if bound == "nearly" else figure


def percent(value: float) -> str:
    """Signed, with a true minus: +12 %, −3.5 %."""
    return f"{value:+.6g}\N{NARROW NO-BREAK SPACE}%".replace("-", "\N{MINUS SIGN}")


def _value(value: FieldValue) -> str:
    return word(value) if isinstance(value, str) else f"{value:,.10g}"


def language(text: str) -> str:
    """The `lang` attribute that picks the right glyphs and voice: zh-Hans where Chinese characters outnumber Latin words."""
    return "zh-Hans" if len(_HAN.findall(text)) > len(_LATIN.findall(text)) else ""


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
        parts.port  # noqa: B018 - raises where it is no port
    except ValueError:
        return ""
    return host if parts.scheme in ("http", "https") and host else ""


def scheme(target: str) -> str:
    """The kind of a receiver's URL: all of it that a page may show."""
    name, colon, _ = target.partition("://")
    return name.lower() if colon and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]{0,31}", name) else "target"
