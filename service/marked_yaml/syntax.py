"""What libyaml says, said so that the person who wrote the file knows what to change.

Guarantee: every error of the library becomes one Problem at the line where the cure is.
It must not hide an error that it does not know: the library's own words are kept then.
"""

import yaml

from service.errors import Problem

_UNCLOSED = {"]": ("[", "list"), "}": ("{", "mapping")}
_TAB = "a tab stands where spaces must stand"
_QUOTE = "put the whole text in quotes"
_INDENT = "compare its indentation with the lines above"


def explain(error: yaml.MarkedYAMLError, content: str, file: str) -> Problem:
    """The error as a Problem; its place is that of what was opened when the error is that it stays open."""
    line, column = _place(error.problem_mark)
    text = content.splitlines()[line - 1 : line]
    shown = text[0] if text else ""
    message, hint, at_opening = _sentence(str(error.problem), str(error.context), shown[column - 1 : column])
    if "{{" in shown and not at_opening:
        message, hint = "this line is not readable", "text with {{ … }} needs quotes around the whole text"
    if not at_opening:
        return Problem(file, line, column, message, hint)
    opened, at = _place(error.context_mark)
    noticed = f"noticed at line {line}" if opened != line else ""
    return Problem(file, opened, at, message, "; ".join(part for part in (hint, noticed) if part))


def _place(mark: yaml.Mark | None) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def _sentence(problem: str, context: str, character: str) -> tuple[str, str, bool]:
    """(message, cure, whether its place is where the thing was opened)."""
    if character == "\t" or "tab character" in problem:
        return _TAB, "YAML is indented with spaces", False
    if "cannot start any token" in problem:
        return f"text cannot begin with `{character}`", _QUOTE, False
    for ending, (bracket, name) in _UNCLOSED.items():
        if f"or '{ending}'" in problem:
            return f"the {name} opened here with `{bracket}` is not closed with `{ending}`", "or a comma is missing", True
    if "end of stream" in problem and "quoted" in context:
        return "the quote opened here is never closed", "", True
    return _KNOWN.get(problem, (f"{context}: {problem}".removeprefix("None: "), "", False))


_KNOWN: dict[str, tuple[str, str, bool]] = {
    "could not find expected ':'": (
        "a `:` is missing behind this key",
        "or this line belongs to the text above: then indent or quote it",
        True,
    ),
    "mapping values are not allowed in this context": (
        "this `:` makes a key where no key can stand",
        f"{_QUOTE}, or {_INDENT}",
        False,
    ),
    "block sequence entries are not allowed in this context": (
        "this `-` begins a list where no list can stand",
        f"{_QUOTE}, or {_INDENT}",
        False,
    ),
    "did not find expected key": (
        "this does not belong to the mapping above it",
        f"{_INDENT}; text behind a closing quote is not read",
        False,
    ),
    "did not find expected '-' indicator": ("this does not belong to the list above it: a `-` is missing", _INDENT, False),
    "found unknown escape character": ("`\\` has a special meaning in double quotes", "use single quotes for this text", False),
    "did not find expected node content": ("a value is missing here", "", False),
    "did not find expected <document start>": ("the document has ended before this line", _INDENT, False),
}
