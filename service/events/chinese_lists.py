"""Where a Chinese list of names is cut: at 、和及与, but not where such a character belongs to a name.

Guarantee: the pieces lie in the range, in order, and cover all of it but the words between them.
It must not know verbs or event types.
"""

import re

from service.events import chinese_words as words
from service.events.names import Named
from service.events.reading import Mention, Reading
from service.model.entity import EntityKind

_BRACKETS = re.compile(r"\([^()]{0,60}\)")
_JOIN = re.compile(
    r"、|(?:(?<=\w\w)|(?<=\w\)))(?:以及|及|和|与|暨)(?=\w\w)"
    r"|(?<![元币镑郎])(?:(?<=[^\x00-\x7f])/(?!asx|tsx|bmv)|/(?=[^\x00-\x7f]))|&(?=[^\x00-\x7f])"
)

_BESIDE = {EntityKind.COMMODITY: range(1, 4), EntityKind.STOCK: range(3, 7)}
"""What headlines put side by side, and how long the names are: longer commodities and shorter stocks are parts of other names."""
_PLACE = 4
"""A place and the one character before 和: 某地甲和科技有限公司."""


def pieces(reading: Reading, start: int, end: int) -> list[tuple[int, int]]:
    """What each name of a list may be, as ranges; a range without a list is one piece."""
    brackets = [match.span() for match in _BRACKETS.finditer(reading.folded, start, end)]
    found: list[tuple[int, int]] = []
    position = start
    for cut in _JOIN.finditer(reading.folded, start, end):
        inside = any(opening < cut.start() < closing for opening, closing in brackets)
        if inside or _inside_name(reading, cut.start()) or (cut[0] != "、" and _joins_one_name(reading, position, cut, end)):
            continue
        found.append((position, cut.start()))
        position = cut.end()
    return [*found, (position, end)]


def known_pieces(reading: Reading, start: int, end: int) -> list[Mention]:
    """Headlines put names side by side: 白糖橡胶 is sugar and rubber, if known names of one sort fill the whole range."""
    names = reading.names_in(start, end)
    if len(names) < 2 or sum(name.span.end - name.span.start for name in names) != end - start:
        return []
    if not any(all(_is(reading, name, kind) for name in names) for kind in _BESIDE):
        return []
    return [Mention(name.span.of(reading.document), name.span, name.entity) for name in names]


def _is(reading: Reading, name: Named, kind: EntityKind) -> bool:
    text = name.span.of(reading.folded)
    return reading.book.catalog[name.entity].kind is kind and len(text) in _BESIDE[kind] and not text.isascii()


def _inside_name(reading: Reading, position: int) -> bool:
    name = reading.covered(position)
    return name is not None and name.span.start < position


def _joins_one_name(reading: Reading, start: int, cut: re.Match[str], end: int) -> bool:
    """慧与科技 is one name, and so is a sector by two words (甲与乙类股)."""
    if words.SHARED_END.fullmatch(reading.folded, cut.end(), end):
        return True
    if reading.covered(cut.start() - 1):
        return False
    if words.CUT_SHORT.fullmatch(reading.folded, start, cut.start()):
        return True
    return cut.start() - start <= _PLACE and words.REST_OF_A_NAME.match(reading.folded, cut.end(), end) is not None
