"""Untrusted text made harmless for every channel, before any channel's own escaping.

Guarantee: what leaves here is one line, holds no control character, no lone surrogate, no bidirectional override and no invisible
tag character, and is no longer than asked. Nothing else of the text is changed: markup of all kinds stays as the literal
characters it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from service import urls
from service.model.span import Span

MAX_LINE = 1000

_BREAKS = re.compile(r"[ ]*[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029][\t-\r\x1c-\x20\x85\u2028\u2029]*")
_DROPPED = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ufeff\U000e0000-\U000e007f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\u200f\u061c\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of an excerpt; `marked` pieces are the words that fired."""

    text: str
    marked: bool


def line(text: str, limit: int = MAX_LINE) -> str:
    """`text` as one harmless line of at most `limit` characters."""
    if len(text) <= limit and text.isprintable():  # nearly all are: nothing that is dropped or replaced counts as printable
        return text.strip()
    return cut(_harmless(text[: 4 * limit + 100]).strip(), limit)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, the last an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def isolate(text: str) -> str:
    """Right-to-left text between Unicode isolates, so that it cannot reorder what stands around it; other text as it is."""
    if text.isascii() or not _RIGHT_TO_LEFT.search(text):
        return text
    return f"{_FIRST_STRONG_ISOLATE}{text}{_POP_ISOLATE}"


def segments(excerpt: str, marks: Sequence[Span], limit: int = MAX_LINE) -> tuple[Segment, ...]:
    """The excerpt cut at its marks; marks that overlap, run backwards or lie outside are dropped."""
    pieces: list[Segment] = []
    at = 0
    for mark in sorted(marks):
        if mark.start < at or mark.end <= mark.start or mark.end > len(excerpt):
            continue
        pieces += [Segment(excerpt[at : mark.start], False), Segment(excerpt[mark.start : mark.end], True)]
        at = mark.end
    pieces.append(Segment(excerpt[at:], False))
    kept: list[Segment] = []
    room = limit
    for piece in pieces:
        text = cut(_harmless(piece.text), room) if room else ""
        room -= len(text)
        if text:
            kept.append(Segment(text, piece.marked))
    return tuple(kept)


def link(url: str) -> str:
    """A web address that is safe to offer: http or https, no user info, its host in ASCII (punycode); "" for anything else."""
    address, mark, fragment = url.strip().partition("#")
    try:
        safe = urls.read(address).text
    except ValueError:
        return ""
    whole = safe + mark + quote(fragment, safe="/?%:@!$&'()*+,;=-._~", errors="replace")
    return whole if len(whole) <= urls.MAX_LENGTH else ""


def host(url: str) -> str:
    """The host of a link that came from `link`, for people: what they would really visit."""
    return urls.read(url).host.removeprefix("www.")


def _harmless(text: str) -> str:
    if text.isprintable():
        return text
    return _SURROGATES.sub("\ufffd", _DROPPED.sub("", _BREAKS.sub(" ", text)))
