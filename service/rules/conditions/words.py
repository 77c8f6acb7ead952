"""Words to look for: whole words in scripts with blanks, any place in scripts without; blanks in them match any white space.

Guarantee: time grows with the text and the number of its places, whatever the words are; positions are those of the document.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from service.folding import fold
from service.model.span import Span
from service.rules.condition import Key, Keys
from service.rules.reading import FoldedText, is_solid, joins, tokens_of


@dataclass(frozen=True, slots=True)
class Words:
    """`text` as written, `raw` and `tokens` its parts between blanks, as written and folded; `phrase` is the tokens with a blank
    between each.

    `prefix` lets the last word go on (limit-up finds limit-ups); `case` asks for the very characters; without `whole` they may
    stand inside of longer words. `asked` says all of this: it is the same for words that are found at the same places. `bounds`:
    whether a letter before and behind makes them part of a longer word.
    """

    asked: str
    phrase: str
    bounds: tuple[bool, bool]
    tokens: tuple[str, ...]
    text: str
    raw: tuple[str, ...]
    prefix: bool = False
    case: bool = False
    whole: bool = True

    @staticmethod
    def of(text: str, *, prefix: bool = False, case: bool = False, whole: bool = True) -> "Words":
        """From the text of a rule; the same for all rules that ask for the same."""
        return _words(text, prefix, case, whole)

    def keys(self) -> Keys:
        """What occurs wherever these words stand."""
        if not self.whole:
            return (tuple(dict.fromkeys(f"text:{token}" for token in self.tokens)),)
        tokens = self.tokens
        if len(tokens) == 1 and not self.prefix and tokens[0].isascii() and tokens[0].isalnum():
            return ((tokens[0],),)
        return _keys(tokens, self.prefix)

    def find(self, text: FoldedText, area: Span, most: int = sys.maxsize) -> tuple[Span, ...]:
        """The first places in `area`, in order."""
        flat, (begin, limit) = text.flat, area
        as_is = text.is_even or len(self.tokens) == 1
        sought = self.phrase if as_is else self.tokens[0]
        start = flat.find(sought, begin, limit)
        if start < 0:
            return ()
        found: list[Span] = []
        before, behind = self.bounds
        size = len(sought)
        while start >= 0:
            end = start + size if as_is else self._end(flat, start + size, limit)
            if (
                end
                and not (before and start and joins(flat[start - 1]))
                and not (behind and end < len(flat) and joins(flat[end]))
                and (not self.case or self._exact(text, start, end))
            ):
                found.append(Span(start, end))
                if len(found) == most:
                    break
            start = flat.find(sought, start + 1, limit)
        return tuple(found)

    def near_miss(self, text: FoldedText, area: Span) -> str:
        """Why words that almost stand there do not count; "" if there is nothing like them."""
        for span in self._loose(text, area):
            found = span.of(text.document)
            if not self._whole(text.flat, *span):
                return f"`{self.text}` stands only inside a longer word: `{_around(text, span)}`"
            return f"`{self.text}` is written `{found}` there, and `case: true` asks for the same letters"
        whole = text.whole
        if area != whole and self.find(text, whole, 1):
            return f"`{self.text}` stands outside of the part that `in` names"
        return ""

    def _loose(self, text: FoldedText, area: Span) -> Iterator[Span]:
        first, folded = self.tokens[0], text.flat
        start = folded.find(first, area.start, area.end)
        while start >= 0:
            end = self._end(folded, start + len(first), area.end)
            if end:
                yield Span(start, end)
            start = folded.find(first, start + 1, area.end)

    def _end(self, folded: str, position: int, limit: int) -> int:
        """Where the rest of the words ends that begins at `position` with white space; 0 if it is not there."""
        for token in self.tokens[1:]:
            begin = position
            while begin < limit and folded[begin].isspace():
                begin += 1
            if begin == position or not folded.startswith(token, begin, limit):
                return 0
            position = begin + len(token)
        return position

    def _whole(self, folded: str, start: int, end: int) -> bool:
        """Whether the place is no part of a longer word."""
        before, behind = self.bounds
        if before and start and joins(folded[start - 1]):
            return False
        return not (behind and end < len(folded) and joins(folded[end]))

    def _exact(self, text: FoldedText, start: int, end: int) -> bool:
        return tuple(text.document[start:end].split()) == self.raw


@lru_cache(maxsize=1 << 16)
def _words(text: str, prefix: bool, case: bool, whole: bool) -> Words:
    raw = tuple(text.split())
    folded = tuple(map(fold, raw))
    tokens = raw if folded == raw else folded  # one text instead of two that are alike, for a million rules
    joined = " ".join(tokens)
    phrase = text if joined == text else joined
    asked = f" {prefix:d}{case:d}{whole:d}{text}" if prefix or case or not whole else phrase  # which never begins with a blank
    bounds = (whole and joins(phrase[0]), whole and not prefix and joins(phrase[-1]))
    return Words(asked, phrase, bounds, tokens, text, raw, prefix, case, whole)


@lru_cache(maxsize=1 << 16)
def _keys(tokens: tuple[str, ...], prefix: bool) -> Keys:
    """Latin words stand whole in the text, one behind the other, unless the end of the last may go on; others stand as is."""
    keys: list[Key] = []
    run: list[str] = []
    for number, token in enumerate(tokens):
        words = [] if is_solid(token) else tokens_of(token)
        if prefix and number == len(tokens) - 1 and joins(token[-1]):
            words = words[:-1]
        if not words:
            keys += [*_in_pairs(run), f"text:{token}"]
            run = []
        run += words
    return (tuple(dict.fromkeys([*keys, *_in_pairs(run)])),)


def _in_pairs(words: list[str]) -> list[Key]:
    return [*pairwise(words)] if len(words) > 1 else [*words]


def _around(text: FoldedText, span: Span) -> str:
    """The whole word or words that a span lies in."""
    start, end = span
    while start > 0 and joins(text.folded[start - 1]):
        start -= 1
    while end < len(text.folded) and joins(text.folded[end]):
        end += 1
    return text.document[start:end]
