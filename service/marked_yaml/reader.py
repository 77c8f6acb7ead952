"""Text to Document: the guard, the events, the nodes.

Guarantees: one pass over libyaml's events, cut at the first limit that is passed; what does not stop the reading (duplicate keys,
aliases, anchors, tags) is collected, so that all of it is told at once. Whatever two parsers would read differently is refused:
duplicate keys, directives, several documents, line breaks that are none to an editor.
It must not build anything from an alias, and must not raise anything but InvalidFiles.
"""

import re
from typing import NoReturn

import yaml

from service.errors import InvalidFiles, Problem
from service.marked_yaml.document import TOP, Document, ListNode, MapNode, Mark, Node
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
    root = builder.root
    if root is None or root.value == "":
        root = MapNode(TOP, TOP)
    return Document(file, root.value, content, root)


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
        self.root: Node | None = None
        self.stack: list[ListNode | MapNode] = []
        self.nodes = 0

    def read(self, content: str) -> None:
        parser = yaml.CSafeLoader(content)
        try:
            while not isinstance(event := parser.get_event(), yaml.StreamEndEvent):
                if isinstance(event, yaml.NodeEvent):
                    self._take(event, _mark(event))
                elif isinstance(event, yaml.CollectionEndEvent):
                    self.stack.pop()
                elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
                    self._refuse(_mark(event), "a second document begins here", "one file holds one document: remove `---`")
        finally:
            parser.dispose()

    def _say(self, mark: Mark, message: str, hint: str) -> None:
        self.problems.append(Problem(self.file, mark.line, mark.column, message, hint))
        if len(self.problems) >= MAX_PROBLEMS:
            raise _Refused

    def _refuse(self, mark: Mark, message: str, hint: str) -> NoReturn:
        self._say(mark, message, hint)
        raise _Refused

    def _take(self, event: yaml.NodeEvent, mark: Mark) -> None:
        """A key of the mapping that is open, or a value below it or the list that is open."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._refuse(mark, f"the file holds more than {MAX_NODES:,} values", "split it")
        if event.anchor is not None or getattr(event, "tag", None) is not None:
            self._note(event, mark)
        parent = self.stack[-1] if self.stack else None
        if isinstance(parent, MapNode):
            if parent.pending is None:
                self._key(parent, event, mark)
                return
            (name, key), parent.pending = parent.pending, None
            node = self._node(event, mark, key)
            parent.items.setdefault(name, node)
            parent.entries.setdefault(name, node.value)
        else:
            node = self._node(event, mark, mark)
            if parent is None:
                self.root = node
            else:
                parent.items.append(node)
                parent.elements.append(node.value)
        if isinstance(node, ListNode | MapNode):
            self.stack.append(node)
            if len(self.stack) > MAX_DEPTH:
                self._refuse(mark, f"values are nested deeper than {MAX_DEPTH} levels", "")

    def _note(self, event: yaml.NodeEvent, mark: Mark) -> None:
        """What is not read here is told, and reading goes on."""
        if isinstance(event, yaml.AliasEvent):
            self._say(
                mark,
                f"aliases (`*{event.anchor}`) are not read here",
                "write the value again; text that begins with * needs quotes",
            )
            return
        if event.anchor is not None:
            self._say(mark, f"anchors (`&{event.anchor}`) are not read here", "text that begins with & needs quotes")
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._say(mark, f"tags (`{tag}`) are not read here", "every value is text; text that begins with ! needs quotes")

    def _node(self, event: yaml.NodeEvent, mark: Mark, key: Mark) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return Node(mark, event.value, key)
        if isinstance(event, yaml.AliasEvent):
            return Node(mark, "", key)
        return MapNode(mark, key) if isinstance(event, yaml.MappingStartEvent) else ListNode(mark, key)

    def _key(self, parent: MapNode, event: yaml.NodeEvent, mark: Mark) -> None:
        if isinstance(event, yaml.CollectionStartEvent):
            self._refuse(mark, "a list or mapping stands where a key must stand", "text that begins with { or [ needs quotes")
        name = event.value if isinstance(event, yaml.ScalarEvent) else ""
        if name == "<<":
            self._say(mark, "merge keys (`<<`) are not read here", "write the values again")
        if name in parent.items:
            first = parent.items[name].key
            self._say(
                mark,
                f"the key `{name}` is written twice",
                f"the first is at {self.file}:{first.line}:{first.column}; keep one",
            )
        parent.pending = (name, mark)


def _mark(event: yaml.Event) -> Mark:
    mark = event.start_mark
    assert mark is not None  # libyaml marks every event
    return Mark(mark.line + 1, mark.column + 1)
