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


class Node:
    """A value and where it is written."""

    __slots__ = ("mark", "value")

    def __init__(self, mark: Mark, value: object) -> None:
        self.mark = mark
        self.value = value

    def child(self, step: str | int) -> "tuple[Mark, Node] | None":
        """The place of the key (of the element in a list) and the value below `step`."""
        return None


class ListNode(Node):
    """`value` is a list, `items` are the nodes of its elements."""

    __slots__ = ("elements", "items")

    def __init__(self, mark: Mark) -> None:
        self.items: list[Node] = []
        self.elements: list[object] = []
        super().__init__(mark, self.elements)

    def child(self, step: str | int) -> tuple[Mark, Node] | None:
        if isinstance(step, int) and 0 <= step < len(self.items):
            return self.items[step].mark, self.items[step]
        return None


class MapNode(Node):
    """`value` is a dict, `items` are the places of its keys and the nodes of its values; `pending` is a key without value yet."""

    __slots__ = ("entries", "items", "pending")

    def __init__(self, mark: Mark) -> None:
        self.items: dict[str, tuple[Mark, Node]] = {}
        self.entries: dict[str, object] = {}
        self.pending: tuple[str, Mark] | None = None
        super().__init__(mark, self.entries)

    def child(self, step: str | int) -> tuple[Mark, Node] | None:
        return self.items.get(str(step))


@dataclass(frozen=True, slots=True)
class Document:
    """One file, read: `value` is made of dict, list and str only; `text` is what was read, for carets and versions."""

    file: str
    value: object
    text: str = ""
    root: Node = field(default_factory=lambda: MapNode(Mark(1, 1)), repr=False, compare=False)

    def mark(self, path: Path, *, key: bool = False) -> Mark:
        """Where the value at `path` is written (`key`: where its key is); the nearest existing ancestor if it is not there."""
        node, place = self.root, self.root.mark
        for step in path:
            found = node.child(step)
            if found is None:
                return node.mark
            place, node = found
        return place if key else node.mark

    def at(self, path: Path) -> object:
        """The value at `path`; None if nothing is there."""
        node = self.root
        for step in path:
            found = node.child(step)
            if found is None:
                return None
            node = found[1]
        return node.value

    def problem(self, path: Path, message: str, hint: str = "", *, key: bool = False) -> Problem:
        """A problem at the place of `path`."""
        mark = self.mark(path, key=key)
        return Problem(self.file, mark.line, mark.column, message, hint)
