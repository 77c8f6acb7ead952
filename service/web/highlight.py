"""Text and spans become segments that a template prints one after the other. Pure.

Guarantee: the segments joined are the text, character for character, whatever the spans are (overlapping, reversed, out of
range), and no markup is made here: a template loops, and autoescaping does the rest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from service.model.span import Span


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text that is covered by the same marks throughout.

    `mark` is "" for plain text, else the class of the strongest mark; `anchors` are the names of the marks that begin here.
    """

    text: str
    mark: str = ""
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A span to be shown: `kind` becomes a class, `name` an anchor. A mark given earlier outranks a later one."""

    span: Span
    kind: str = "fired"
    name: str = field(default="")


def segments(text: str, marks: Iterable[Mark]) -> tuple[Segment, ...]:
    """Cut `text` at the borders of all marks."""
    kept = [mark for mark in (_clamped(mark, len(text)) for mark in marks) if mark.span.start < mark.span.end]
    borders = sorted({0, len(text), *(edge for mark in kept for edge in mark.span)})
    return tuple(_segment(text, Span(start, end), kept) for start, end in pairwise(borders))


def paragraphs(text: str, marks: Sequence[Mark]) -> tuple[tuple[Segment, ...], ...]:
    """The segments of each line that is not blank; marks go on over the border of a line."""
    lines = []
    start = 0
    for line in text.split("\n"):
        if line.strip():
            here = [Mark(Span(m.span.start - start, m.span.end - start), m.kind, m.name) for m in marks]
            lines.append(segments(line, here))
        start += len(line) + 1
    return tuple(lines)


def _clamped(mark: Mark, length: int) -> Mark:
    start, end = (min(max(edge, 0), length) for edge in mark.span)
    # A mark that began on an earlier line has left its anchor there.
    return Mark(Span(start, end), mark.kind, mark.name if mark.span.start >= 0 else "")


def _segment(text: str, span: Span, marks: Sequence[Mark]) -> Segment:
    covering = [mark for mark in marks if mark.span.start <= span.start and span.end <= mark.span.end]
    anchors = tuple(mark.name for mark in covering if mark.name and mark.span.start == span.start)
    return Segment(span.of(text), covering[0].kind if covering else "", anchors)
