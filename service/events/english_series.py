"""English lists in which each name has its own figure: "A and B rose 3 % and 2 %, respectively", "A rose 3 %, B 2 % and C 1.5 %".

Guarantee: names and figures come in the order of the text and lie inside the clause. It must not know event types.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from service.events import english_words as words
from service.events.english_subjects import mention
from service.events.english_tokens import tokens
from service.events.numbers import Percent, percentages
from service.events.reading import Mention, Reading
from service.model.span import Span

_UNIT = r"\s?(?:%|percent(?![a-z])|per cent(?![a-z])|pct(?![a-z]))"
_FIGURE = rf"\d[\d,]*(?:\.\d+)?{_UNIT}"
_NEXT = re.compile(rf"\s?(?:,\s?and|,|and|&|/)\s?(?:by |about |around |nearly |almost |over )?(?P<figure>{_FIGURE})")
_EARLIER = re.compile(rf"(?P<figure>{_FIGURE})\s?(?:,\s?and|,|and|&|/)\s?$")
_NAME = r"(?:the |The )?[A-Z][\w.&'’/-]*(?: (?:of |and |& )?[A-Z0-9][\w.&'’/-]*){0,5}"
_GAPPED = re.compile(
    rf"\s?(?:[,;]\s?(?:and |while |with )?|and |while )\s?(?P<name>{_NAME}),? (?:by |about |around |nearly |almost |over |"
    rf"more than |another )?"
    rf"(?P<figure>{_FIGURE})(?=\s?(?:[,;)]|\.(?:\s|$)|$|and |while |to |each|respectively|on |in |amid |after ))"
)
_JOINED = re.compile(r"(?<![a-z])and(?![a-z])|[&/]")
"""What makes figures side by side a list: in "rose 3 %, 5 % above May" they are none."""
_RANGE = re.compile(r"\d[^\d.,]+\d")
_LOOK_BACK = 60
_MOST = 20


class Moved(NamedTuple):
    """Who, and how much."""

    who: Mention
    percent: Percent


def shared_out(reading: Reading, mentions: Sequence[Mention], percent: Percent, clause: Span) -> list[Moved]:
    """Each name with its own figure, where as many figures stand side by side as names; else all with the one that was found.

    Of several that moved "by 3-6 %" none is said how far it went.
    """
    if len(mentions) > 1:
        if _RANGE.search(percent.span.of(reading.folded)):
            return []
        figures = _side_by_side(reading.folded, percent, clause)
        if len(figures) == len(mentions):
            return [Moved(who, figure) for who, figure in zip(mentions, figures, strict=True)]
    return [Moved(who, percent) for who in mentions]


def _side_by_side(folded: str, percent: Percent, clause: Span) -> list[Percent]:
    start, end = percent.span
    while match := _NEXT.match(folded, end, clause.end):
        end = match.end()
    while found := _EARLIER.search(folded, max(clause.start, start - _LOOK_BACK), start):
        start = found.start()
    joined = _JOINED.search(folded, start, end) or "respectively" in folded[start : clause.end]
    return percentages(folded, start, end) if joined else []


def gapped(reading: Reading, percent: Percent, clause: Span) -> list[Moved]:
    """Who else did the same, the verb left out: "..., B 2 % and C 1.5 %"."""
    found: list[Moved] = []
    end = percent.span.end
    while len(found) < _MOST and (match := _GAPPED.match(reading.document, end, clause.end)):
        name = tokens(reading.document, *match.span("name"))
        if any(token.low in words.MOVES for token in name):
            break
        who = mention(reading, name, headline=False)
        figures = percentages(reading.folded, *match.span("figure"))
        if who is None or not figures:
            break
        found.append(Moved(who, figures[0]))
        end = match.end("figure")
    return found
