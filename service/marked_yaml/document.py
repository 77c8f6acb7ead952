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


Place = int
"""The same in one number, the line above the column, both from 0: a file has as many places as values and keys."""
COLUMN = 20
"""Binary digits of a column: as many as a file may have characters."""
_COLUMNS = (1 << COLUMN) - 1


def mark_of(place: Place) -> Mark:
    """The same for people."""
    return Mark((place >> COLUMN) + 1, (place & _COLUMNS) + 1)


class ListNode:
    """A list: its value, where it and its elements begin, and, by position, those that are lists or mappings themselves."""

    __slots__ = ("below", "keys", "place", "places", "value")

    def __init__(self, place: Place) -> None:
        self.place = place
        self.value: list[object] = []
        self.places: dict[str | int, Place] = {}
        self.keys = self.places
        self.below: dict[str | int, ListNode | MapNode] = {}

    def take(self, value: object, place: Place) -> None:
        """One more element."""
        self.places[len(self.value)] = place
        self.value.append(value)

    def hold(self, node: "ListNode | MapNode") -> None:
        """One more element that is a list or a mapping."""
        self.below[len(self.value)] = node
        self.take(node.value, node.place)


class MapNode:
    """A mapping: its value, where it, its keys and its values begin, and, by name, the values that are lists or mappings.

    `pending` is a key without value yet.
    """

    __slots__ = ("below", "keys", "pending", "place", "places", "value")

    def __init__(self, place: Place) -> None:
        self.place = place
        self.value: dict[str, object] = {}
        self.keys: dict[str | int, Place] = {}
        self.places: dict[str | int, Place] = {}
        self.below: dict[str | int, ListNode | MapNode] = {}
        self.pending: str | None = None

    def take(self, value: object, place: Place) -> None:
        """The value of the pending key."""
        name, self.pending = self.pending, None
        assert name is not None
        self.value[name] = value
        self.places[name] = place

    def hold(self, node: "ListNode | MapNode") -> None:
        """The same for a list or a mapping."""
        assert self.pending is not None
        self.below[self.pending] = node
        self.take(node.value, node.place)


@dataclass(frozen=True, slots=True)
class Document:
    """One file, read: `value` is made of dict, list and str only; `text` is what was read, for carets and versions."""

    file: str
    value: object
    text: str = ""
    root: ListNode | MapNode = field(default_factory=lambda: MapNode(0), repr=False, compare=False)

    def mark(self, path: Path, *, key: bool = False) -> Mark:
        """Where the value at `path` is written (`key`: where its key is); the nearest existing ancestor if it is not there."""
        return mark_of(self.place(path, key=key))

    def place(self, path: Path, *, key: bool = False) -> Place:
        """The same, for those who ask often."""
        node: ListNode | MapNode | None = self.root
        place = own = self.root.place
        for step in path:
            if node is None:
                return place
            if step not in node.places:
                step = str(step)
                if step not in node.places:
                    return place
            place, own, node = node.places[step], node.keys[step], node.below.get(step)
        return own if key else place

    def shown(self, path: Path, *, key: bool = False) -> str:
        """The same as `file:line:column`."""
        place = self.place(path, key=key)
        return f"{self.file}:{(place >> COLUMN) + 1}:{(place & _COLUMNS) + 1}"

    def at(self, path: Path) -> object:
        """The value at `path`; None if nothing is there."""
        value = self.value
        for step in path:
            if isinstance(value, dict):
                value = value.get(step if isinstance(step, str) else str(step))
            elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
                value = value[step]
            else:
                return None
        return value

    def problem(self, path: Path, message: str, hint: str = "", *, key: bool = False) -> Problem:
        """A problem at the place of `path`."""
        mark = self.mark(path, key=key)
        return Problem(self.file, mark.line, mark.column, message, hint)
