"""Words to look for: whole words in scripts with blanks, any place in scripts without; blanks in them match any white space.

Guarantee: time grows with the text and the number of its places, whatever the words are; positions are those of the document.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from service.folding import fold
from service.model.span import Span
from service.rules.reading import FoldedText, joins


@dataclass(frozen=True, slots=True)
class Words:
    """`text` as written, `raw` and `tokens` its parts between blanks, as written and folded.

    `prefix` lets the last word go on (limit-up finds limit-ups); `case` asks for the very characters; without `whole` they may
    stand inside of longer words.
    """

    text: str
    raw: tuple[str, ...]
    tokens: tuple[str, ...]
    prefix: bool = False
    case: bool = False
    whole: bool = True

    @classmethod
    def of(cls, text: str, *, prefix: bool = False, case: bool = False, whole: bool = True) -> "Words":
        """From the text of a rule."""
        raw = tuple(text.split())
        return cls(text, raw, tuple(map(fold, raw)), prefix, case, whole)

    @property
    def anchor(self) -> str:
        """The folded text that occurs wherever these words do: the longest part."""
        return max(self.tokens, key=len)

    def find(self, text: FoldedText, area: Span) -> Iterator[Span]:
        """Every place in `area`, in order."""
        for span in self._loose(text, area):
            if self._whole(text, span) and (not self.case or self._exact(text, span)):
                yield span

    def near_miss(self, text: FoldedText, area: Span) -> str:
        """Why words that almost stand there do not count; "" if there is nothing like them."""
        for span in self._loose(text, area):
            found = span.of(text.document)
            if not self._whole(text, span):
                return f"`{self.text}` stands only inside a longer word: `{_around(text, span)}`"
            return f"`{self.text}` is written `{found}` there, and `case: true` asks for the same letters"
        whole = text.whole
        if area != whole and any(True for _ in self.find(text, whole)):
            return f"`{self.text}` stands outside of the part that `in` names"
        return ""

    def _loose(self, text: FoldedText, area: Span) -> Iterator[Span]:
        first, folded = self.tokens[0], text.folded
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

    def _whole(self, text: FoldedText, span: Span) -> bool:
        folded = text.folded
        if not self.whole:
            return True
        if span.start > 0 and joins(folded[span.start]) and joins(folded[span.start - 1]):
            return False
        return self.prefix or span.end >= len(folded) or not (joins(folded[span.end - 1]) and joins(folded[span.end]))

    def _exact(self, text: FoldedText, span: Span) -> bool:
        return tuple(span.of(text.document).split()) == self.raw


def _around(text: FoldedText, span: Span) -> str:
    """The whole word or words that a span lies in."""
    start, end = span
    while start > 0 and joins(text.folded[start - 1]):
        start -= 1
    while end < len(text.folded) and joins(text.folded[end]):
        end += 1
    return text.document[start:end]
