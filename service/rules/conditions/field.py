"""Fields of the event that is spoken of: `stage: [filed, approved]`, `pct: {at_least: 10}`, `direction: up`.

Numbers are compared as they are, signed. For types that have a `pct`, `move` is it without its sign and `direction` is its sign.
`status` is asserted or planned.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, RootModel, model_validator

from service.model.event import Event, FieldValue
from service.model.explanation import Explanation
from service.rules.building import Allowed, Builder, Path, Scope, Strict, TextList, Vocabulary
from service.rules.condition import ALWAYS, HELD, MISS, Condition, Context, Keys, Result
from service.rules.conditions.event import told
from service.rules.cures import compared

DERIVED: dict[str, tuple[str, Allowed]] = {
    "move": ("pct", "number"),
    "direction": ("pct", ("up", "down")),
    "status": ("", ("asserted", "planned")),
}
"""Name → the field it is made from ("" for every event), and what it may be."""


Number = Annotated[float, Field(allow_inf_nan=False)]
_COMPARISONS: tuple[tuple[str, Callable[[float, float], bool]], ...] = (
    ("at least", operator.ge),
    ("at most", operator.le),
    ("more than", operator.gt),
    ("less than", operator.lt),
    ("equal to", operator.eq),
)


class NumberTest(Strict):
    """A comparison; several hold together. `pct` is signed, `move` is the same without its sign."""

    at_least: Number | None = Field(default=None, description="This or more.", examples=[10])
    at_most: Number | None = Field(
        default=None, description="This or less; `at_most: -10` is a fall of ten or more.", examples=[-10]
    )
    more_than: Number | None = Field(default=None, description="More than this.", examples=[0])
    less_than: Number | None = Field(
        default=None, description="Less than this; `less_than: -5` is a fall of more than five.", examples=[-5]
    )
    equals: Number | None = Field(default=None, description="Just this.", examples=[20])

    @model_validator(mode="after")
    def _something(self) -> "NumberTest":
        if not self.model_fields_set:
            raise ValueError("no comparison is given: write for instance {at_least: 10}")
        return self

    def lacks(self, number: float) -> str:
        """The comparison that a number does not satisfy; "" if it satisfies all."""
        limits = (self.at_least, self.at_most, self.more_than, self.less_than, self.equals)
        for (words, holds), limit in zip(_COMPARISONS, limits, strict=True):
            if limit is not None and not holds(number, limit):
                return f"{words} {limit:g}"
        return ""


class FieldValues(RootModel[TextList]):
    """One value, or several of which one is enough."""


@dataclass(frozen=True, slots=True)
class FieldIs:
    """A field of the event has one of `values`."""

    place: str
    field: str
    values: tuple[str, ...]

    def evaluate(self, context: Context) -> Result:
        return HELD if value_of(context.event, self.field) in self.values else MISS

    def explain(self, context: Context) -> Explanation:
        held, found = self.evaluate(context).held, value_of(context.event, self.field)
        asked = " or ".join(self.values)
        detail = f"{self.field} is {found}" if held else f"{told(context)}: {self.field} is {_shown(found)}, asked is {asked}"
        return Explanation(f"{self.field}: {asked}", held, detail, self.place)

    def keys(self) -> Keys:
        return ALWAYS


@dataclass(frozen=True, slots=True)
class NumberIs:
    """A numeric field of the event satisfies a comparison; an event without that number does not."""

    place: str
    field: str
    test: NumberTest

    def evaluate(self, context: Context) -> Result:
        number = value_of(context.event, self.field)
        return HELD if isinstance(number, int | float) and not self.test.lacks(number) else MISS

    def explain(self, context: Context) -> Explanation:
        held, number = self.evaluate(context).held, value_of(context.event, self.field)
        lacks = self.test.lacks(number) if isinstance(number, int | float) else "a number"
        asked = ", ".join(f"{key}: {limit:g}" for key, limit in self.test.model_dump(exclude_none=True).items())
        detail = (
            f"{self.field} is {_shown(number)}" if held else f"{told(context)}: {self.field} is {_shown(number)}, not {lacks}"
        )
        return Explanation(f"{self.field}: {{{asked}}}", held, detail, self.place)

    def keys(self) -> Keys:
        return ALWAYS


def fields_of(scope: Scope | None, vocabulary: Vocabulary) -> dict[str, Allowed]:
    """Every field that conditions in this scope may name, the derived ones included, and what it may be."""
    if scope is None:
        return {}
    own = scope.fields(vocabulary)
    return {name: allowed for name, (source, allowed) in DERIVED.items() if not source or own.get(source) == "number"} | own


def value_of(event: Event, field: str) -> FieldValue | None:
    """A field of an event, or what is derived from one."""
    if field in event.fields or field not in DERIVED:
        return event.fields.get(field)
    if field == "status":
        return event.status.value
    pct = event.fields.get("pct")
    if not isinstance(pct, int | float):
        return None
    if field == "move":
        return abs(pct)
    return "up" if pct > 0 else "down" if pct < 0 else None


def parse_field(builder: Builder, path: Path, allowed: Allowed) -> Condition | None:
    """The condition on the field that the last step of `path` names."""
    field = str(path[-1])
    if allowed == "number":
        if isinstance(builder.value(path), str):
            builder.say(path, f"`{field}` needs a comparison", compared(field, str(builder.value(path))))
            return None
        test = builder.check(path, NumberTest)
        return NumberIs(builder.place(path), field, test) if test else None
    values = builder.check(path, FieldValues)
    for number, value in enumerate(values.root if values else ()):
        if not isinstance(allowed, str) and value not in allowed:
            builder.unknown(builder.element(path, number), field, value, allowed)
    return FieldIs(builder.place(path), field, tuple(values.root)) if values else None


def _shown(value: FieldValue | None) -> str:
    return "not given" if value is None else f"{value:g}" if isinstance(value, int | float) else value
