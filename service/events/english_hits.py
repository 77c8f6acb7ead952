"""Which words of the vocabulary do not mean in English what they say: parts of names, abbreviations of what was just said.

Guarantee: hits come out in their order, none is made. It must not decide what the others assert.
"""

import re
from collections.abc import Sequence, Set

from service.events import english
from service.events.compiled import Compiled, Hit, Role
from service.events.reading import Reading
from service.model.span import Span

_CODE = re.compile(r"-[a-z]{2,5}\.[a-z]{1,2}(?![a-z])")
"""IPO-ABC.N is the code of a company that is not listed yet."""
_OF_A_NAME = re.compile(r",? (?:inc|corp|co|ltd|limited|plc|group|holdings?|shares|stock)(?![a-z])")
_ABBREVIATED = ("FFO", "AFFO", "EPS", "EBITDA", "GDP", "CPI", "PPI", "PMI", "PAT", "AUM", "NIM")
"""Measures that have capitals everywhere."""


def of_english(compiled: Compiled, reading: Reading, span: Span, hits: Sequence[Hit]) -> list[Hit]:
    """Those that say what they seem to say.

    Acme Holdings has shares; its holdings have none: a measure with a capital is part of a name, in headlines before Ltd. An
    abbreviation in brackets says again what stands before it: an initial public offering (IPO).
    """
    headline = english.is_headline(reading.document, span)
    ends = {hit.end for hit in hits if hit.role is Role.TRIGGER}
    hits = [hit for hit in hits if hit.role is not Role.TRIGGER or not _says_again(reading.folded, hit, ends)]
    return [
        hit
        for hit in hits
        if not measures(compiled, hit)
        or not reading.document[hit.start].isupper()
        or not any(map(str.isalnum, reading.document[span.start : hit.start]))
        or reading.document[hit.start : hit.end] in _ABBREVIATED
        or (headline and not _OF_A_NAME.match(reading.folded, hit.end))
    ]


def measures(compiled: Compiled, hit: Hit) -> bool:
    return hit.role is Role.BLOCKER and compiled.blockers[hit.entry][0].look == "subject"


def _says_again(folded: str, hit: Hit, ends: Set[int]) -> bool:
    if _CODE.match(folded, hit.end):
        return True
    return folded[hit.start - 1] == "(" and folded[hit.end : hit.end + 1] == ")" and folded.rfind(" ", 0, hit.start) in ends
