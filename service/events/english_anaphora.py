"""Whom English words go on about where no name stands beside them: "sold shares of Acme after [the stock] rose 5 %".

Guarantee: names come from the same sentence, before the words that go on about them. It must not know event types.
"""

import re

from service.events import english, english_words
from service.events.reading import Mention, Reading

_THE_STOCK = re.compile(r"(?<![a-z])the (?:stock|shares)(?: (?:has|have|had))? $")
_SHARES = re.compile(r"(?P<of>(?<![a-z])shares (?:of|in) )|(?<=[a-z]) shares(?= (?!(?:of|in) ))")
_REACH = 24


def stock_of(reading: Reading, start: int, end: int) -> list[Mention]:
    """Whose shares the words before spoke of last; nobody's where no words go on about "the stock"."""
    if not _THE_STOCK.search(reading.folded, max(start, end - _REACH), end):
        return []
    whose: list[Mention] = []
    for match in _SHARES.finditer(reading.folded, start, end):
        if match["of"]:
            named = english.after(reading, match.end(), end)
        else:
            begin = max(start, reading.folded.rfind(" in ", start, match.start()) + 1)
            named = english.before(reading, begin, match.end())
        whose = named or whose
    return whose[-1:]


def doer(reading: Reading, start: int, end: int) -> list[Mention]:
    """Whom we know, where a clause opens with them and speaks of prices: Acme led the gains, [climbing 1 %]."""
    if english_words.SUMS.search(reading.folded, start, end):
        return []
    return [mention for mention in english.topic(reading, start, end) if mention.entity]
