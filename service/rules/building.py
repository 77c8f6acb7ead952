"""What a condition's parser is given: the file, the known words, and a place to report problems.

Guarantee: a parser reports and returns None instead of raising, so that all problems of a file are found in one go.
It must not know any single condition; how nested conditions are read is handed in.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from service.errors import Problem
from service.marked_yaml import Document, did_you_mean, validate
from service.model.entity import Catalog
from service.rules.condition import Condition
from service.rules.cures import cured

M = TypeVar("M", bound=BaseModel)

Path = tuple[str | int, ...]
Allowed = str | Collection[str]
"""What a field of an event may be: "number", "text", or one of these words."""
Vocabulary = Mapping[str, Mapping[str, Allowed]]
"""Event type → its fields."""


WINDOW_KEYS = ("count", "spike", "sequence", "absence", "first_time", "corroborated_by")
"""Keys of a rule that look at several items together; they stand beside `when`, or at its top."""
WHOLE_RULE_KEYS = (*WINDOW_KEYS, "novelty")
"""All that may stand at either place."""


def as_list(value: object) -> object:
    """One thing where several may stand."""
    return [value] if isinstance(value, str | dict) else value


TEXT_SCHEMA: dict[str, Any] = {"type": ["string", "number", "boolean"]}
TEXTS_SCHEMA: dict[str, Any] = {"anyOf": [TEXT_SCHEMA, {"type": "array", "items": TEXT_SCHEMA, "minItems": 1}]}
PlainText = Annotated[str, WithJsonSchema(TEXT_SCHEMA)]
"""Text as it stands in the file, also where an editor sees a number: `2330`, `ON`."""
TextList = Annotated[list[PlainText], BeforeValidator(as_list), Field(min_length=1), WithJsonSchema(TEXTS_SCHEMA)]
"""One text or several."""


class Strict(BaseModel):
    """Base of all schemas: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Listed:
    """What a named list, a tag or an entity stands for: entity ids, and names of what has no id."""

    entities: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """The event that conditions speak of: its possible types (none named: any type).

    `uncertain`: the types are misspelt, which is reported already, or not known yet, so any field may follow. `loose`: a field of
    any of the types may follow, not only one that all have.
    """

    types: tuple[str, ...] = ()
    uncertain: bool = False
    loose: bool = False

    def fields(self, vocabulary: Vocabulary) -> dict[str, Allowed]:
        """The fields that every type in scope has, and what they may be."""
        types = tuple(vocabulary) if self.uncertain else self.types
        tables = [vocabulary[name] for name in types]
        names = [name for table in tables for name in table]
        every = self.uncertain or self.loose
        shared = dict.fromkeys(name for name in names if every or all(name in table for table in tables))
        return {name: _merged([table[name] for table in tables if name in table]) for name in shared}


def _merged(allowed: Sequence[Allowed]) -> Allowed:
    words = [one for one in allowed if not isinstance(one, str)]
    if len(words) == len(allowed):
        return tuple(dict.fromkeys(word for one in words for word in one))
    return "number" if all(one == "number" for one in allowed) else "text"


@dataclass
class Macros:
    """The macros of all files, each with the builder and the path where it is written, and those being expanded now."""

    at: "dict[str, tuple[Builder, Path]]" = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    used: int = 0

    def named(self, value: object) -> list[str]:
        """The macros that a mapping uses, as far as they are known."""
        names = value.get("use", []) if isinstance(value, dict) else []
        return [name for name in ([names] if isinstance(names, str) else names) if isinstance(name, str) and name in self.at]

    def value(self, name: str) -> Any:
        """What is written under a macro's name."""
        home, path = self.at[name]
        return home.value(path)


@dataclass
class Builder:
    """One rule file being compiled."""

    document: Document
    vocabulary: Vocabulary
    catalog: Catalog
    compile: Callable[["Builder", Path, Scope | None], Condition | None]
    lists: Mapping[str, Listed] = field(default_factory=dict)
    calendars: Mapping[str, Any] = field(default_factory=dict)
    """Name → what conditions/moment.py calls a Calendar."""
    macros: Macros = field(default_factory=Macros)
    problems: list[Problem] = field(default_factory=list)

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields of all event types."""
        return frozenset(chain.from_iterable(self.vocabulary.values()))

    def value(self, path: Path) -> Any:
        """What is written at `path`."""
        return self.document.at(path)

    def place(self, path: Path, *, key: bool = False) -> str:
        """`file:line:column` of `path`."""
        return self.document.shown(path, key=key)

    def say(self, path: Path, message: str, hint: str = "", *, key: bool = False) -> None:
        """Report a problem."""
        self.problems.append(self.document.problem(path, message, hint, key=key))

    def unknown(self, path: Path, what: str, word: str, known: Collection[str]) -> None:
        """Report a word that is not one of the known, with the nearest one, and all if they are few."""
        few = f"known: {', '.join(sorted(known))}" if 0 < len(known) <= 20 else ""
        self.say(path, f"unknown {what} `{word}`", "; ".join(part for part in (did_you_mean(word, known), few) if part))

    def check(self, path: Path, model: type[M], homes: Callable[[], Mapping[str, str]] = dict) -> M | None:
        """The value at `path` as a model; its problems are reported. `homes` says where keys belong that cannot stand here."""
        found, problems = validate(self.document, model, path)
        self.problems += [cured(problem, model, homes()) for problem in problems]
        return found

    def element(self, path: Path, number: int) -> Path:
        """The path of the n-th of several things, which may be written as one without a list."""
        return (*path, number) if isinstance(self.value(path), list) else path
