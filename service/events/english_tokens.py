"""The words of English text as tokens with their places: names with dots and ampersands stay whole, a bracket is one.

Guarantee: linear in the text; spans lie in the range that was asked for. It must not judge what a word means.
"""

import re
from typing import NamedTuple

from service.model.span import Span

_TOKEN = re.compile(
    r"\([^()]{0,80}\)|"
    r"(?:[A-Z]{0,3}[$€£¥])?[^\W_](?:[\w$&*+/-]|['’.](?=\w)|\.(?=\s[a-z]|\s+$|,|\s\(|['’]s\b))*(?:['’](?!\w))?|[,&/]|\S"
)
_LONG_WORD = re.compile(r"[^\W\d_]{3,}")
_LINE = 200


class Token(NamedTuple):
    """One word, mark or bracket."""

    text: str
    span: Span

    @property
    def low(self) -> str:
        return self.text.lower()

    @property
    def is_bracket(self) -> bool:
        return len(self.text) > 1 and self.text[0] == "("

    @property
    def owns(self) -> bool:
        return self.text.endswith(("'s", "’s"))


def tokens(document: str, start: int, end: int) -> list[Token]:
    """All tokens of the range."""
    return [Token(match[0], Span(*match.span())) for match in _TOKEN.finditer(document, start, end)]


def is_headline(document: str, span: Span) -> bool:
    """Whether (nearly) all longer words have capitals."""
    long_words: list[str] = _LONG_WORD.findall(document, span.start, min(span.end, span.start + _LINE))
    return sum(word[0].isupper() for word in long_words) > 0.7 * len(long_words)


def without_dateline(found: list[Token]) -> list[Token]:
    """ "NEW YORK (AP) - Toll Brothers said" opens with Toll Brothers."""
    dash = next((index for index, token in enumerate(found[:10]) if token.text in ("-", "–", "—")), None)
    return found if dash is None else found[dash + 1 :]
