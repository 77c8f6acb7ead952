"""One spelling for texts that mean the same: case, width, Chinese script, quotes and dashes.

Guarantee: `fold` keeps the length, character by character, so that a span in the folded text is the same span in the text;
folding twice changes nothing. A lone surrogate becomes U+FFFD, so that folded text can always be encoded.
It must not drop, join or reorder characters, and must not decide what a word is.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from service.simplified import SIMPLIFIED, TRADITIONAL

_BLANKS = "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_LINE_BREAKS = "\r\v\f\x85\u2028\u2029"
_SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u2032\u00b4\u0060"
_DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63"
_CASED = 0x1E944
"""No character beyond has a lower case."""


def _steps() -> Iterator[tuple[int, str]]:
    for code in range(_CASED):
        folded = chr(code).casefold()
        if len(folded) == 1 and ord(folded) != code:
            yield code, folded
    for code in range(0xFF01, 0xFF5F):
        yield code, chr(code - 0xFEE0).casefold()
    for code in range(0xD800, 0xE000):
        yield code, "\ufffd"
    for characters, one in ((_BLANKS, " "), (_LINE_BREAKS, "\n"), (_SINGLE_QUOTES, "'"), (_DOUBLE_QUOTES, '"'), (_DASHES, "-")):
        for character in characters:
            yield ord(character), one
    for character, one in zip(TRADITIONAL, SIMPLIFIED, strict=True):
        yield ord(character), one


def _closed(steps: dict[int, str]) -> dict[int, str]:
    """Follow each chain of replacements to its end, so that folding is idempotent."""
    table: dict[int, str] = {}
    for code, one in steps.items():
        seen = {code}
        while ord(one) in steps and ord(one) not in seen:
            seen.add(ord(one))
            one = steps[ord(one)]
        table[code] = one
    return table


_TABLE = _closed(dict(_steps()))


# A list answers each character at once, where a dict raises and drops an error for each one that stays as it is.
_EACH: list[str | int] = [_TABLE.get(code, code) for code in range(max(_TABLE) + 1)]
# Python translates ASCII many times as fast as the rest, so a text is taken in runs of either.
_RUNS = re.compile("([^\x00-\x7f]+)")
_NAME = 40
"""Up to so many characters a text is taken for a name."""


def fold(text: str) -> str:
    """The folded text, exactly as long as `text`."""
    return _folded_name(text) if len(text) <= _NAME else _folded(text)


def _folded(text: str) -> str:
    if text.isascii():
        return text.translate(_EACH)
    return "".join([run.translate(_EACH) for run in _RUNS.split(text)])


@lru_cache(maxsize=8_192)
def _folded_name(text: str) -> str:
    """Names are asked for again and again."""
    return _folded(text)
