"""`source`, `publisher`, `language`: where an item comes from, whatever it says.

`source: wire-a` is short for `source: {id: wire-a}`. A publisher that is written as a host name also means the hosts below it:
`example.com` takes `news.example.com`.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, RootModel, model_validator

from service.folding import fold
from service.model.explanation import Explanation
from service.rules.building import Builder, Path, Scope, Strict, TextList, as_list
from service.rules.condition import ALWAYS, HELD, MISS, Condition, Context, Keys, Result
from service.rules.conditions.logic import All

Language = Literal["en", "zh"]
LanguageList = Annotated[list[Language], BeforeValidator(as_list), Field(min_length=1)]


class Texts(RootModel[TextList]):
    """One, or several of which one is enough."""


class Languages(RootModel[LanguageList]):
    """One, or several of which one is enough."""


class SourceOptions(Strict):
    """Where the item comes from; all keys given here hold together."""

    id: TextList | None = Field(default=None, description="Ids of sources.yaml; one is enough.")
    publisher: TextList | None = Field(default=None, description="Publishers, or host names of theirs; one is enough.")
    language: LanguageList | None = Field(default=None, description="en or zh.")

    @model_validator(mode="after")
    def _something(self) -> "SourceOptions":
        if not self.model_fields_set:
            raise ValueError("`source` names nothing: give it id, publisher or language")
        return self


@dataclass(frozen=True, slots=True)
class OriginIs:
    """What the item says of its `part` (source, publisher or language) is one of `values`."""

    place: str
    part: Literal["source", "publisher", "language"]
    values: tuple[str, ...]

    def evaluate(self, context: Context) -> Result:
        found = getattr(context.reading.item, self.part)
        if self.part == "publisher":
            return HELD if any(_publishes(value, found) for value in self.values) else MISS
        return HELD if found in self.values else MISS

    def explain(self, context: Context) -> Explanation:
        held, found = self.evaluate(context).held, getattr(context.reading.item, self.part)
        asked = " or ".join(self.values)
        detail = f"the {self.part} is {found or 'not known'}"
        return Explanation(f"{self.part}: {asked}", held, detail if held else f"{detail}, asked is {asked}", self.place)

    def keys(self) -> Keys:
        return ALWAYS


def _publishes(asked: str, found: str) -> bool:
    wanted, name = fold(asked).strip(), fold(found).strip()
    return wanted == name or ("." in wanted and name.endswith(f".{wanted}"))


def parse_source(builder: Builder, path: Path, _scope: Scope | None) -> Condition | None:
    """The `source` of a rule."""
    if not isinstance(builder.value(path), dict):
        return _parse(builder, path, "source", Texts)
    options = builder.check(path, SourceOptions)
    if options is None:
        return None
    found: list[Condition] = []
    if options.id:
        found.append(OriginIs(builder.place((*path, "id")), "source", tuple(options.id)))
    if options.publisher:
        found.append(OriginIs(builder.place((*path, "publisher")), "publisher", tuple(options.publisher)))
    if options.language:
        found.append(OriginIs(builder.place((*path, "language")), "language", tuple(options.language)))
    return found[0] if len(found) == 1 else All(builder.place(path), tuple(found), "source")


def parse_publisher(builder: Builder, path: Path, _scope: Scope | None) -> Condition | None:
    """The `publisher` of a rule."""
    return _parse(builder, path, "publisher", Texts)


def parse_language(builder: Builder, path: Path, _scope: Scope | None) -> Condition | None:
    """The `language` of a rule."""
    return _parse(builder, path, "language", Languages)


def _parse(
    builder: Builder, path: Path, part: Literal["source", "publisher", "language"], model: type[Texts] | type[Languages]
) -> OriginIs | None:
    written = builder.check(path, model)
    return OriginIs(builder.place(path), part, tuple(written.root)) if written else None
