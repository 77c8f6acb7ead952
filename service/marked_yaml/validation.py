"""A Document held against a pydantic model: each error at its place, in words for the person who edits the file.

Guarantees: all errors at once; an unknown key names the nearest allowed one and all that are allowed; of a union the branch is
told that the author most likely meant (the one whose shape fits, else all shapes in one sentence).
It must not know any model, and must not convert anything itself: pydantic does, from text.
"""

import difflib
import re
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, RootModel, ValidationError
from pydantic_core import ErrorDetails

from service.errors import Problem
from service.marked_yaml.document import Document, Path

M = TypeVar("M", bound=BaseModel)

_SHAPES = {
    "string_type": "text",
    "list_type": "a list",
    "tuple_type": "a list",
    "frozen_set_type": "a list",
    "set_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
}


def validate(document: Document, model: type[M], at: Path = ()) -> tuple[M | None, list[Problem]]:
    """The part of the document at `at` as a `model`, or None and every problem at its place."""
    value = document.at(at)
    try:
        return model.model_validate(value), []
    except ValidationError as error:
        errors = [_Error.of(details, value) for details in error.errors(include_url=False)]
    return None, [_problem(found, document, tuple(at), model) for found in _likely(errors) if not found.is_echo]


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """The question "did you mean `subject`?", or nothing if no allowed word is near."""
    folded = {one.casefold(): one for one in allowed}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return f"did you mean `{folded[near[0]]}`?" if near else ""


def unknown_key(document: Document, path: Path, allowed: Iterable[str], what: str = "key") -> Problem:
    """The problem of a key (the last step of `path`) that is not one of `allowed`."""
    word, names = str(path[-1]), sorted(allowed)
    hint = "; ".join(part for part in (did_you_mean(word, names), f"allowed: {', '.join(names)}" if names else "") if part)
    return document.problem(path, f"unknown {what} `{word}`", hint, key=True)


@dataclass(frozen=True)
class _Error:
    """An error of pydantic with its `loc` sorted out: the path in the document, and the union branches on the way."""

    kind: str
    message: str
    context: Mapping[str, Any]
    found: object
    path: tuple[str | int, ...]
    branches: tuple[tuple[int, str], ...]
    """(length of the path at the union, the branch's name), outermost first."""
    on_key: bool

    @classmethod
    def of(cls, details: ErrorDetails, value: object) -> "_Error":
        path: list[str | int] = []
        branches: list[tuple[int, str]] = []
        for step in details["loc"]:
            if isinstance(value, dict) and step in value:
                value = value[step]
                path.append(step)
            elif isinstance(value, list) and isinstance(step, int):
                value = value[step]
                path.append(step)
            elif step != "[key]":
                branches.append((len(path), str(step)))
        if details["type"] == "missing":
            path.append(branches.pop()[1])
        on_key = "[key]" in details["loc"] or details["type"] == "extra_forbidden"
        return cls(
            details["type"], details["msg"], details.get("ctx", {}), details["input"], tuple(path), tuple(branches), on_key
        )

    @property
    def shape(self) -> str:
        """What the value should have been, if it is of another kind altogether; "" if its kind fits."""
        if self.kind in ("literal_error", "enum"):
            return "" if isinstance(self.found, str) else "text"
        return _SHAPES.get(self.kind, "")

    @property
    def is_echo(self) -> bool:
        """Whether a list was called too short only because its elements, whose errors are told already, do not count."""
        return self.kind == "too_short" and isinstance(self.found, list) and len(self.found) >= self.context["min_length"]


def _likely(errors: Sequence[_Error], depth: int = 0) -> list[_Error]:
    """The errors without those of union branches that the author did not mean; `depth` unions are already decided."""
    chosen = [error for error in errors if len(error.branches) <= depth]
    unions: dict[tuple[str | int, ...], dict[str, list[_Error]]] = {}
    for error in errors:
        if len(error.branches) > depth:
            length, branch = error.branches[depth]
            unions.setdefault(error.path[:length], {}).setdefault(branch, []).append(error)
    for point, branches in unions.items():
        fitting = [found for found in branches.values() if not all(error.shape and error.path == point for error in found)]
        if fitting:
            chosen += _likely(min(fitting, key=len), depth + 1)
        else:
            first = next(iter(branches.values()))[0]
            shapes = dict.fromkeys(error.shape for found in branches.values() for error in found)
            chosen.append(replace(first, kind="shape", message=" or ".join(shapes)))
    return chosen


def _problem(error: _Error, document: Document, at: tuple[str | int, ...], model: type[BaseModel]) -> Problem:
    path = at + error.path
    if error.kind == "extra_forbidden":
        return unknown_key(document, path, _allowed(error, model))
    if error.kind == "missing":
        return document.problem(path, f"`{path[-1]}` is missing")
    if error.kind in ("value_error", "assertion_error"):
        return document.problem(path, str(error.context["error"]), key=error.on_key)
    message, hint = _sentence(error)
    names = [step for step in path if isinstance(step, str)]
    return document.problem(path, f"`{names[-1]}`: {message}" if names else message, hint, key=error.on_key)


def _sentence(error: _Error) -> tuple[str, str]:
    """(what is wrong, what may have been meant)."""
    expected = error.message if error.kind == "shape" else error.shape
    if expected:
        return f"expected {expected}, found {_shown(error.found)}", ""
    if error.kind in ("literal_error", "enum"):
        words = re.findall(r"'((?:[^'\\]|\\.)*)'", str(error.context["expected"]))
        return f"{_shown(error.found)} is not one of: {', '.join(words)}", did_you_mean(str(error.found), words)
    message = re.sub(r"^(?:Input|String|List|Tuple|Dictionary|Value) should", "this should", error.message)
    return message.partition(" after validation")[0], ""


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    return f"`{text if len(text) <= 60 else text[:57] + '…'}`" if text else "nothing"


def _allowed(error: _Error, model: type[BaseModel]) -> set[str]:
    """The keys that the mapping around an unknown key may have."""
    models = list(_models(model, error.path[:-1]))
    branches = {branch for _, branch in error.branches}
    named = [found for found in models if found.__name__ in branches] or models
    return {info.alias or name for found in named for name, info in found.model_fields.items()}


def _models(annotation: Any, path: Path) -> Iterator[type[BaseModel]]:
    """Every model that the annotation allows at `path`."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, RootModel):
        yield from _models(annotation.model_fields["root"].annotation, path)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _below(annotation, path)
    elif origin is Annotated:
        yield from _models(arguments[0], path)
    elif origin in (Union, types.UnionType):
        for argument in arguments:
            yield from _models(argument, path)
    elif arguments and path:
        is_mapping = isinstance(origin, type) and issubclass(origin, Mapping)
        yield from _models(arguments[-1 if is_mapping else 0], path[1:])


def _below(model: type[BaseModel], path: Path) -> Iterator[type[BaseModel]]:
    if not path:
        yield model
    for name, info in model.model_fields.items():
        if path and path[0] == (info.alias or name):
            yield from _models(info.annotation, path[1:])
