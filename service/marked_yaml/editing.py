"""Small changes of a YAML file: an entry more in a list, another value in an entry.

Guarantee: everything else stays as it was written, comments, order and quotes too; a file whose layout does not allow the change
is refused with a ValueError that says so, and never guessed at. It must not judge what the values mean.
"""

from collections.abc import Mapping

import yaml

STEP = "  "
"""One level of indentation."""


def with_entry(text: str, section: str, entry: Mapping[str, object]) -> str:
    """The text with one entry more at the end of the top-level list `section`, which is made where it is missing."""
    lines = text.splitlines()
    found = _section(text, section)
    if found is None:
        before = [*lines, ""] if lines and lines[-1].strip() else lines
        return _joined([*before, f"{section}:", *_written(entry, STEP)])
    key, node = found
    if isinstance(node, yaml.SequenceNode) and node.value:
        if node.flow_style:
            raise ValueError(f"`{section}` is written between brackets: add to it in the file itself")
        return _joined(_inserted(lines, _last_line(node) + 1, _written(entry, " " * node.start_mark.column)))
    if node.value:
        raise ValueError(f"`{section}` is no list: change it in the file itself")
    line = key.start_mark.line
    lines[line] = f"{section}:"
    return _joined(_inserted(lines, line + 1, _written(entry, STEP)))


def with_value(text: str, at: tuple[str, str, str], key: str, value: object) -> str:
    """The text in which `key` is `value` in one entry; `at` is (section, "id", "my-wire"): the list and what names the entry."""
    section, name, wanted = at
    lines = text.splitlines()
    entry = _entry(text, section, name, wanted)
    if entry.flow_style:
        raise ValueError(f"`{wanted}` is written between braces: change it in the file itself")
    written = yaml.safe_dump({key: value}, allow_unicode=True, width=10**6).rstrip("\n")
    for known, node in entry.value:
        if known.value == key:
            if node.start_mark.line != known.start_mark.line or _last_line(node) != node.start_mark.line:
                raise ValueError(f"`{key}` of `{wanted}` is written over several lines: change it in the file itself")
            start, line = known.start_mark.column, lines[node.start_mark.line]
            lines[node.start_mark.line] = line[:start] + written + line[node.end_mark.column :]
            return _joined(lines)
    return _joined(_inserted(lines, _last_line(entry) + 1, [" " * entry.start_mark.column + written]))


def _section(text: str, section: str) -> tuple[yaml.ScalarNode, yaml.Node] | None:
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    if root is None:
        return None
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise ValueError("the file is not written as one key below the other: change it by hand")
    return next(((key, node) for key, node in root.value if key.value == section), None)


def _entry(text: str, section: str, name: str, wanted: str) -> yaml.MappingNode:
    found = _section(text, section)
    entries = found[1].value if found and isinstance(found[1], yaml.SequenceNode) else []
    for entry in entries:
        if isinstance(entry, yaml.MappingNode) and any(k.value == name and v.value == wanted for k, v in entry.value):
            return entry
    raise ValueError(f"there is no entry `{wanted}` below `{section}`")


def _last_line(node: yaml.Node) -> int:
    """The last line that a node is written on. A block ends, for YAML, where the next token begins: comments are not its own."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(node, yaml.MappingNode) else last)
    line: int = node.end_mark.line
    return line - 1 if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">") and not node.end_mark.column else line


def _written(entry: Mapping[str, object], indent: str) -> list[str]:
    dumped = yaml.safe_dump([dict(entry)], allow_unicode=True, sort_keys=False, width=10**6, indent=len(STEP))
    return [indent + line for line in dumped.splitlines()]


def _inserted(lines: list[str], at: int, new: list[str]) -> list[str]:
    return [*lines[:at], *new, *lines[at:]]


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
