"""Futures on an index are not the index: "Halden 40 futures", "futures for the Halden 40", "Halden 40 and Morvik 50 futures".

Guarantee: a mention stays as it is, grows to the words that name the futures (and loses the entity of the index), or is dropped
where the futures have no name of their own in the text. Futures on goods are those goods: nothing changes for them.
It must not look for subjects.
"""

import re
from dataclasses import replace

from service.events.fields import instrument
from service.events.reading import Mention, Reading
from service.model.entity import EntityKind
from service.model.span import Span

_LISTED = r"(?:(?:[^\sa-z;:][^\s;:]*|and|or|the|percent)\s+)*"
_BEFORE = re.compile(
    r"(?<![\w-])(?P<named>[Ff]utures(?: contracts?)? (?:for|on|of|in|tied to|linked to|tracking|based on) (?:the )?)(?P<other>"
    rf"{_LISTED})$"
)
_LEFT_OUT = re.compile(rf"[Ff]utures (?:[a-z]+ ){{1,4}}(?=\d){_LISTED}$")
"""Halden 40 futures rose 1 %, the [Morvik 50] 2 %."""
_KIND_OF = r"(?:(?:E-[Mm]ini|[Ii]ndex|[Ss]tock) )*"
_BEHIND = re.compile(
    rf"(?:\s?\([^()]{{1,12}}\))?(?:(?:,? (?:and|or|&)|,|/) ?(?:the )?(?P<last>[A-Z][\w&.-]*(?: [A-Z\d][\w&.-]*){{0,4}}))* "
    rf"{_KIND_OF}[Ff]utures(?![\w-])"
)
_REACH = 160


def traded(reading: Reading, clause: Span, mention: Mention) -> Mention | None:
    """The futures, where the words around the name of an index say that those are meant; None where they have no name here."""
    span = mention.span
    if span is None or instrument(reading, mention) != "index":
        return mention
    start = max(clause.start, span.start - _REACH)
    before = _BEFORE.search(reading.document, start, span.start)
    if before:
        own = Mention(reading.document[before.start() : span.end], Span(before.start(), span.end))
        return None if before["other"] else own
    if _LEFT_OUT.search(reading.document, start, span.start):
        return None
    behind = _BEHIND.match(reading.document, span.end, min(clause.end, span.end + _REACH))
    if behind is None or _are_goods(reading, behind):
        return mention
    whole = Span(span.start, behind.end())
    return replace(mention, text=whole.of(reading.document), span=whole, entity=None)


def _are_goods(reading: Reading, behind: re.Match[str]) -> bool:
    """The Halden 40 and [Brent] futures."""
    name = reading.covered(behind.start("last")) if behind["last"] else None
    return name is not None and reading.book.catalog[name.entity].kind is not EntityKind.INDEX
