"""The layout of a YAML file: two spaces for each level, lists indented below their key, no blanks at line ends.

Guarantees: only white space outside of texts changes, so every comment, quote and line stays as it was written; the result reads
as the same values, else it comes back as it was; formatting twice is formatting once.
It must not reorder, join, break or quote anything.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

import yaml

from service.marked_yaml.reader import load

_BREAK = re.compile(r"\r\n|\r|\n")
_DASH = re.compile(r"-(?: +|$)")
STEP = 2
"""Spaces of one level."""


def formatted(text: str | bytes, file: str) -> str:
    """The text laid out anew. Raises InvalidFiles where it is no YAML that is read here."""
    before = load(text, file)
    lines = _BREAK.split(before.text)
    result = "\n".join(_laid_out(lines, _layout(before.text, len(lines)))).strip("\n")
    result = f"{result}\n" if result else ""
    return result if load(result, file).value == before.value else before.text


@dataclass(frozen=True)
class _Block:
    """A mapping or list in block style: its lines, where it is indented to, and where it will be."""

    first: int
    last: int
    column: int
    target: int
    is_list: bool


class _Layout:
    """The blocks of a file, and for each line where the text or flow collection begins that it is inside of (-1: none).

    `kept` are lines inside of texts, whose line ends and blank lines are theirs.
    """

    def __init__(self, count: int) -> None:
        self.blocks: dict[tuple[int, bool], list[_Block]] = {}
        self.inside = [-1] * count
        self.kept: set[int] = set()

    def add(self, block: _Block) -> None:
        """Add a block; they come in the order of their first lines."""
        self.blocks.setdefault((block.column, block.is_list), []).append(block)

    def block_at(self, line: int, column: int, *, is_list: bool) -> _Block | None:
        """The block that is open at a line and indented to a column; of two the inner one."""
        blocks = self.blocks.get((column, is_list), [])
        place = bisect_right(blocks, line, key=lambda block: block.first)
        return blocks[place - 1] if place and blocks[place - 1].last >= line else None


def _layout(text: str, count: int) -> _Layout:
    layout = _Layout(count)
    events = list(yaml.parse(text, Loader=yaml.CSafeLoader))
    ends = _ends(events, count)
    open_blocks: list[_Block] = []
    flow = 0
    for number, event in enumerate(events):
        if isinstance(event, yaml.CollectionEndEvent):
            if flow:
                flow -= 1
            else:
                open_blocks.pop()
        elif isinstance(event, yaml.CollectionStartEvent) and not flow and not event.flow_style:
            open_blocks.append(_block(event, open_blocks, ends[number]))
            layout.add(open_blocks[-1])
        elif isinstance(event, yaml.CollectionStartEvent):
            flow += 1
            if flow == 1:
                _cover(layout, _mark(event.start_mark).line, ends[number])
        elif isinstance(event, yaml.ScalarEvent) and not flow:
            last = _mark(event.end_mark).line - (event.style in ("|", ">") and _mark(event.end_mark).column == 0)
            _cover(layout, _mark(event.start_mark).line, last)
            layout.kept.update(range(_mark(event.start_mark).line + 1, last + 1))
    return layout


def _ends(events: list[yaml.Event], count: int) -> dict[int, int]:
    """The last line of each collection, by the number of the event that begins it."""
    ends, begun = {}, []
    for number, event in enumerate(events):
        if isinstance(event, yaml.CollectionStartEvent):
            begun.append(number)
        elif isinstance(event, yaml.CollectionEndEvent):
            # A block ends where the next thing begins.
            first = begun.pop()
            flow = getattr(events[first], "flow_style", False)
            ends[first] = (
                _mark(event.end_mark).line
                if flow
                else min(max(_mark(event.start_mark).line - 1, _mark(events[first].start_mark).line), count)
            )
            if not flow and not begun:
                ends[first] = count
    return ends


def _block(event: yaml.CollectionStartEvent, around: list[_Block], last: int) -> _Block:
    target = around[-1].target + STEP if around else 0
    return _Block(
        _mark(event.start_mark).line, last, _mark(event.start_mark).column, target, isinstance(event, yaml.SequenceStartEvent)
    )


def _mark(mark: Any) -> yaml.Mark:
    """A place that libyaml gives to every event, whatever its types say."""
    found: yaml.Mark = mark
    return found


def _cover(layout: _Layout, first: int, last: int) -> None:
    for line in range(first + 1, min(last + 1, len(layout.inside))):
        layout.inside[line] = first


def _laid_out(lines: list[str], layout: _Layout) -> list[str]:
    result: list[str] = []
    moved: dict[int, int] = {}
    following = _following(lines)
    before = -1
    for number, line in enumerate(lines):
        begin = layout.inside[number]
        if begin >= 0:
            moved[number] = moved.get(begin, 0)
            shifted = _shifted(line, moved[number])
            result.append(shifted if number in layout.kept else shifted.rstrip())
        elif not line.strip():
            if result and result[-1].strip():
                result.append("")
        elif not _speaks(line):
            result.append(" " * _comment(lines, (before, number, following[number]), layout) + line.strip())
        else:
            text, moved[number] = _entry(line, number, layout)
            result.append(text)
            before = number
    return result


def _following(lines: list[str]) -> list[int]:
    """For each line the next one that is no comment and not blank; -1 if there is none."""
    found, following = -1, []
    for number in range(len(lines) - 1, -1, -1):
        following.append(found)
        found = number if _speaks(lines[number]) else found
    return following[::-1]


def _shifted(line: str, by: int) -> str:
    if not line.strip():
        return line
    width = _width(line)
    return " " * max(width + by, 0) + line[width:]


def _entry(line: str, number: int, layout: _Layout) -> tuple[str, int]:
    """A line where an entry of a block begins, and by how much what it holds is moved."""
    column = _width(line)
    rest, result, targets = line[column:].rstrip(), "", []
    while (dash := _DASH.match(rest)) and (block := layout.block_at(number, column, is_list=True)):
        targets.append(block.target)
        result, rest, column = f"{result}- ", rest[dash.end() :], column + dash.end()
    if not targets:
        mapping = layout.block_at(number, column, is_list=False)
        targets = [mapping.target if mapping is not None else column]
    return f"{' ' * targets[0]}{result}{rest}".rstrip(), targets[0] + len(result) - column


def _comment(lines: list[str], around: tuple[int, int, int], layout: _Layout) -> int:
    """Where a comment stands: with what follows it at the same depth, else with the block that it is indented like."""
    before, number, following = around
    column = _width(lines[number])
    after = _width(_entry(lines[following], following, layout)[0]) if following >= 0 else 0
    if following >= 0 and column == _width(lines[following]):
        return after
    blocks = (layout.block_at(before, column, is_list=is_list) for is_list in (False, True))
    return next((block.target for block in blocks if block is not None), after)


def _width(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _speaks(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
