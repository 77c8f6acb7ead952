"""What a file becomes: nested dicts, lists and text, and a tree of places beside them.

Guarantee: a place can be asked for any path, also one that is not there (its nearest ancestor answers).
It must not parse, judge or convert anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from service.errors import Problem

Path = Sequence[str | int]
"""Keys and list positions from the top of a document."""


class Mark(NamedTuple):
    """A place in a file; both count from 1, columns in characters."""

    line: int
    column: int


TOP = Mark(1, 1)


class Node:
    """A value and where it is written, and where its key is (in a list: itself)."""

    __slots__ = ("key", "place", "value")

    def __init__(self, place: Mark, value: object, key: Mark) -> None:
        self.place = place
        self.value = value
        self.key = key

    def child(self, step: str | int) -> "Node | None":
        """What stands below `step`."""
        return None


class ListNode(Node):
    """`value` is a list, `items` are the nodes of its elements."""

    __slots__ = ("elements", "items")

    def __init__(self, place: Mark, key: Mark) -> None:
        self.items: list[Node] = []
        self.elements: list[object] = []
        super().__init__(place, self.elements, key)

    def child(self, step: str | int) -> Node | None:
        return self.items[step] if isinstance(step, int) and 0 <= step < len(self.items) else None


class MapNode(Node):
    """`value` is a dict, `items` are the nodes of its values; `pending` is a key without value yet, and where it is."""

    __slots__ = ("entries", "items", "pending")

    def __init__(self, place: Mark, key: Mark) -> None:
        self.items: dict[str, Node] = {}
        self.entries: dict[str, object] = {}
        self.pending: tuple[str, Mark] | None = None
        super().__init__(place, self.entries, key)

    def child(self, step: str | int) -> Node | None:
        return self.items.get(str(step))


@dataclass(frozen=True, slots=True)
class Document:
    """One file, read: `value` is made of dict, list and str only; `text` is what was read, for carets and versions."""

    file: str
    value: object
    text: str = ""
    root: Node = field(default_factory=lambda: MapNode(TOP, TOP), repr=False, compare=False)

    def mark(self, path: Path, *, key: bool = False) -> Mark:
        """Where the value at `path` is written (`key`: where its key is); the nearest existing ancestor if it is not there."""
        node = self.root
        for step in path:
            found = node.child(step)
            if found is None:
                return node.place
            node = found
        return node.key if key else node.place

    def at(self, path: Path) -> object:
        """The value at `path`; None if nothing is there."""
        value = self.value
        for step in path:
            if isinstance(value, dict):
                value = value.get(str(step))
            elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
                value = value[step]
            else:
                return None
        return value

    def problem(self, path: Path, message: str, hint: str = "", *, key: bool = False) -> Problem:
        """A problem at the place of `path`."""
        mark = self.mark(path, key=key)
        return Problem(self.file, mark.line, mark.column, message, hint)
