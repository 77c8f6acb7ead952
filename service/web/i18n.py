"""The words of the interface, numbers and times in the reader's language and zone.

Guarantee: who is answered in which language is decided once for each request, before any page is made, and holds in every thread
that works for it. Catalogues are plain .po files below `locales/<language>/`, merged at the first use; a message that is in none
of them is shown as it was written, in English. Must not translate what came from outside.
"""

import gettext as standard
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

__all__ = ["LANGUAGES", "N_", "Reader", "gettext", "ngettext", "pgettext", "reader", "reading"]

LOCALES = Path(__file__).parent / "locales"
LANGUAGES: Mapping[str, str] = {"en": "English", "zh": "中文"}
"""The languages that can be chosen, each by its own name; the first is what the messages are written in."""

_FORMATS = {"en": Locale("en", "GB"), "zh": Locale("zh", "CN", script="Hans")}
_TAGS = {"en": "en", "zh": "zh-Hans"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is answered: the language of the words, and the zone of the clock ("" while it is not known: UTC then)."""

    language: str = "en"
    zone_name: str = ""

    @property
    def tag(self) -> str:
        """For the `lang` attribute of a page."""
        return _TAGS[self.language]

    @property
    def locale(self) -> Locale:
        """What numbers and times are formatted by."""
        return _FORMATS[self.language]

    @property
    def zone(self) -> ZoneInfo:
        """The reader's clock."""
        return ZoneInfo(self.zone_name or "UTC")


_reader: ContextVar[Reader] = ContextVar("reader", default=Reader())  # noqa: B039 - frozen


def reader() -> Reader:
    """Who is being answered; in English and UTC where nobody asked."""
    return _reader.get()


def reading(who: Reader) -> None:
    """From here on, in this request, `who` is answered."""
    _reader.set(who)


def gettext(message: str) -> str:
    """The message in the language of the request that is being answered."""
    return _catalogue(reader().language).gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    """The message for this count."""
    return _catalogue(reader().language).ngettext(one, many, count)


def pgettext(context: str, message: str) -> str:
    """The message where the same English word means several things; `context` says which."""
    return _catalogue(reader().language).pgettext(context, message)


def N_(message: str) -> str:
    """Marks a message that is translated later, by the `gettext` of whoever shows it."""
    return message


@cache
def zones() -> frozenset[str]:
    """The names of zones that a reader may have."""
    return frozenset(available_timezones())


def negotiated(accepted: str) -> str:
    """The language that an Accept-Language header likes best of those there are."""
    wishes = []
    for place, part in enumerate(accepted[:1000].split(",")):
        tag, _, weight = part.partition(";")
        name = tag.strip().lower().partition("-")[0]
        if name in LANGUAGES:
            wishes.append((-_weight(weight), place, name))
    return min(wishes)[2] if wishes and min(wishes)[0] < 0 else "en"


def _weight(words: str) -> float:
    name, _, value = words.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0


def catalogue_files(language: str) -> list[Path]:
    """The files that are merged into the catalogue of a language."""
    return sorted((LOCALES / language).glob("*.po"))


def read_file(path: Path, language: str) -> Catalog:
    """One file of a catalogue. Raises ValueError where it is no .po file."""
    with path.open("rb") as file:
        return read_po(file, locale=str(_FORMATS[language]), abort_invalid=True)


@cache
def _catalogue(language: str) -> standard.NullTranslations:
    merged = Catalog(locale=_FORMATS[language], charset="utf-8")
    messages: list[Message] = [one for path in catalogue_files(language) for one in read_file(path, language) if one.id]
    for message in messages:
        if merged.get(message.id, message.context) is None:  # of two files that say the same, the first one is taken
            merged[message.id] = message
    if not messages:
        return standard.NullTranslations()
    file = BytesIO()
    write_mo(file, merged)
    file.seek(0)
    return standard.GNUTranslations(file)
