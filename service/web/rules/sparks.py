"""Small drawings of counts by the day: columns for a list, and a chart with its days and figures. Pure.

The geometry is in the drawing's own units; classes carry the colours, for the pages' policy forbids style attributes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

STEP = 4
TALL = 24
HIGH = 120


def path(counts: Sequence[int]) -> str:
    """The columns of a sparkline as one path, STEP wide each and at most TALL high; "" where there is nothing to draw."""
    top = max(counts, default=0)
    columns = ((place, max(2, round(count * TALL / top))) for place, count in enumerate(counts) if count)
    return "".join(f"M{place * STEP} {TALL}v-{height}h{STEP - 1}v{height}z" for place, height in columns)


@dataclass(frozen=True, slots=True)
class Column:
    """One day, or several where there are too many: its place in per cent, its height, and what it says."""

    x: str
    width: str
    y: float
    height: float
    first: date
    last: date
    count: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Counts by the day; `labels` are days with their place in per cent."""

    columns: tuple[Column, ...]
    labels: tuple[tuple[str, date], ...]
    top: int
    total: int


def chart(first: date, counts: Sequence[int], most: int = 60, labels: int = 5) -> Chart:
    """Lay the columns out, the highest as high as the chart."""
    each = -(-len(counts) // most) or 1
    groups = [(start, sum(counts[start : start + each])) for start in range(0, len(counts), each)]
    top, share = max((count for _, count in groups), default=0), 100 / max(len(groups), 1)
    columns = []
    for place, (start, count) in enumerate(groups):
        height = round(count * HIGH / top, 1) if top else 0.0
        begin, end = first + timedelta(days=start), first + timedelta(days=min(start + each, len(counts)) - 1)
        x, width = f"{(place + 0.1) * share:.2f}%", f"{0.8 * share:.2f}%"
        columns.append(Column(x, width, round(HIGH - height, 1), height, begin, end, count))
    every = max(1, -(-len(columns) // labels))
    marks = tuple((column.x, column.first) for column in columns[::every])
    return Chart(tuple(columns), marks, top, sum(counts))
