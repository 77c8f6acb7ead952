"""What is different between two texts, line by line, as pages show it. Pure."""

from difflib import unified_diff
from typing import NamedTuple

AROUND = 3
"""Lines around a change that are shown."""
MOST_LINES = 2000
"""Lines that are shown at all."""

_KINDS = {"+": "added", "-": "removed", "@": "place"}


class Line(NamedTuple):
    """`kind` is added, removed, place, or "" for a line that is as it was."""

    kind: str
    text: str


def difference(before: str, after: str) -> list[Line]:
    """What changed, with a few lines around it."""
    lines = unified_diff(before.splitlines(), after.splitlines(), n=AROUND, lineterm="")
    body = [line for number, line in enumerate(lines) if number > 1][:MOST_LINES]  # without the names of two files
    return [Line(_KINDS.get(line[:1], ""), line if line.startswith("@@") else line[1:]) for line in body]
