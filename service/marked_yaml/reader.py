"""Text to Document: the guard, the events, the nodes.

Guarantees: one pass over libyaml's events, cut at the first limit that is passed; what does not stop the reading (duplicate keys,
aliases, anchors, tags) is collected, so that all of it is told at once. Whatever two parsers would read differently is refused:
duplicate keys, directives, several documents, line breaks that are none to an editor.
It must not build anything from an alias, and must not raise anything but InvalidFiles.
"""

import re
from collections.abc import Callable
from typing import Any, NoReturn

import yaml

from service.errors import InvalidFiles, Problem
from service.marked_yaml.document import COLUMN, Document, ListNode, MapNode, Place, mark_of
from service.marked_yaml.syntax import explain

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_NODES = 50_000
MAX_PROBLEMS = 50
"""After so many problems of one file the rest is not looked for."""

# Control characters, lone surrogates and byte order marks are not text; U+0085, U+2028 and U+2029 end a line for YAML 1.1 only.
_ODD = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)
_BREAK = re.compile(r"\r\n|\r|\n")


class _Refused(Exception):
    """Reading cannot go on; the problem is already kept. Never seen outside this module."""


def load(text: str | bytes, file: str) -> Document:
    """Read one YAML document. `file` is the name that problems and places carry.

    Raises InvalidFiles with everything found wrong. An empty file is an empty dict.
    """
    content = _decode(text, file)
    if odd := _ODD.search(content):
        raise InvalidFiles([_at(content, odd.start(), file, _odd_message(odd.group()), "remove it")])
    if directive := _DIRECTIVE.search(content):
        raise InvalidFiles(
            [_at(content, directive.start(), file, "directives (`%…`) are not read here", "text that begins with % needs quotes")]
        )
    builder = _Builder(file)
    try:
        builder.read(content)
    except yaml.MarkedYAMLError as error:
        builder.problems.append(explain(error, content, file))
    except _Refused:
        pass
    if builder.problems:
        raise InvalidFiles(builder.problems)
    if builder.root is None or builder.value == "":
        return Document(file, {}, content)
    return Document(file, builder.value, content, builder.root)


def _decode(text: str | bytes, file: str) -> str:
    """UTF-8 text without its byte order mark; too much of it is refused before it is touched."""
    if len(text) > MAX_BYTES:
        raise InvalidFiles([Problem(file, 0, 0, f"the file is larger than {MAX_BYTES:,} bytes", "split it")])
    if isinstance(text, str):
        if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
            raise InvalidFiles([Problem(file, 0, 0, f"the file is larger than {MAX_BYTES:,} bytes", "split it")])
        return text.removeprefix("\ufeff")
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidFiles([Problem(file, 1, 1, "the file is saved as UTF-16", "save it as UTF-8")])
    try:
        return text.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = text[: error.start].decode("utf-8").removeprefix("\ufeff")
        message = f"byte 0x{text[error.start]:02x} is not UTF-8"
        raise InvalidFiles([_at(before, len(before), file, message, "save the file as UTF-8")]) from None


def _at(content: str, offset: int, file: str, message: str, hint: str) -> Problem:
    """A problem at a character of the text."""
    lines = _BREAK.split(content[:offset])
    return Problem(file, len(lines), len(lines[-1]) + 1, message, hint)


def _odd_message(character: str) -> str:
    name = {"\0": "a NUL byte", "\ufeff": "a byte order mark in the middle of the file"}.get(
        character, "an invisible or control character"
    )
    return f"{name} (U+{ord(character):04X}) stands here"


class _Builder:
    """Events in, nodes out."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.value: object = ""
        self.root: ListNode | MapNode | None = None
        self.open: ListNode | MapNode | None = None
        self.around: list[ListNode | MapNode | None] = []
        """What is open around `open`."""
        self.nodes = 0

    def read(self, content: str) -> None:
        parser = yaml.CSafeLoader(content)
        next_event: Callable[[], Any] = parser.get_event
        scalar, mapping, sequence = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent
        ends = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
        try:
            while (kind := type(event := next_event())) is not yaml.StreamEndEvent:
                if kind is scalar:
                    self._leaf(event, event.value, _place(event))
                elif kind is mapping or kind is sequence:
                    self._begin(event, MapNode(_place(event)) if kind is mapping else ListNode(_place(event)))
                elif kind in ends:
                    self.open = self.around.pop()
                elif kind is yaml.AliasEvent:
                    self._leaf(event, "", _place(event))
                elif kind is yaml.DocumentStartEvent and self.root is not None:
                    self._refuse(_place(event), "a second document begins here", "one file holds one document: remove `---`")
        finally:
            parser.dispose()

    def _say(self, place: Place, message: str, hint: str) -> None:
        self.problems.append(Problem(self.file, *mark_of(place), message, hint))
        if len(self.problems) >= MAX_PROBLEMS:
            raise _Refused

    def _refuse(self, place: Place, message: str, hint: str) -> NoReturn:
        self._say(place, message, hint)
        raise _Refused

    def _odd(self, event: Any, place: Place) -> None:
        """Too many keys and values; or one that is not read here, which is told, and reading goes on."""
        if self.nodes > MAX_NODES:
            self._refuse(place, f"the file holds more than {MAX_NODES:,} values", "split it")
        if isinstance(event, yaml.AliasEvent):
            cure = "write the value again; text that begins with * needs quotes"
            self._say(place, f"aliases (`*{event.anchor}`) are not read here", cure)
            return
        if event.anchor is not None:
            self._say(place, f"anchors (`&{event.anchor}`) are not read here", "text that begins with & needs quotes")
        if event.tag is not None:
            self._say(
                place, f"tags (`{event.tag}`) are not read here", "every value is text; text that begins with ! needs quotes"
            )

    def _leaf(self, event: Any, text: str, place: Place) -> None:
        """A key of the mapping that is open, or a text below it, in the list that is open, or alone in its file."""
        self.nodes += 1
        if event.anchor is not None or event.tag is not None or self.nodes > MAX_NODES:
            self._odd(event, place)
        node = self.open
        if node is None:
            self.root, self.value = MapNode(place), text
        elif isinstance(node, MapNode) and node.pending is None:
            self._key(node, text, place)
        else:
            node.take(text, place)

    def _begin(self, event: Any, node: ListNode | MapNode) -> None:
        """A list or a mapping."""
        self.nodes += 1
        if event.anchor is not None or event.tag is not None or self.nodes > MAX_NODES:
            self._odd(event, node.place)
        parent = self.open
        if parent is None:
            self.root, self.value = node, node.value
        elif isinstance(parent, MapNode) and parent.pending is None:
            hint = "text that begins with { or [ needs quotes"
            self._refuse(node.place, "a list or mapping stands where a key must stand", hint)
        else:
            parent.hold(node)
        self.around.append(parent)
        self.open = node
        if len(self.around) > MAX_DEPTH:
            self._refuse(node.place, f"values are nested deeper than {MAX_DEPTH} levels", "")

    def _key(self, parent: MapNode, name: str, place: Place) -> None:
        if name == "<<":
            self._say(place, "merge keys (`<<`) are not read here", "write the values again")
        if name in parent.keys:
            line, column = mark_of(parent.keys[name])
            self._say(place, f"the key `{name}` is written twice", f"the first is at {self.file}:{line}:{column}; keep one")
        parent.keys.setdefault(name, place)
        parent.pending = name


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    assert mark is not None  # libyaml marks every event
    return mark.line << COLUMN | mark.column
