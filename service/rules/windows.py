"""Windows of a rule: `count`, `spike`, `sequence`, `absence`, `first_time`, `corroborated_by`, beside `when` or at its top.

Guarantee: a rule has at most one window, and whatever is wrong with it is reported at its place.
It must not know how windows are decided.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel, model_validator

from service.model.window import Absence, Corroborated, Count, FirstTime, Sequence, Spike, Window
from service.rules.building import WINDOW_KEYS, Builder, Path, Strict
from service.rules.compiler import compile_when
from service.rules.condition import Condition
from service.rules.durations import Duration
from service.rules.hours import parse_hours

PUBLISHERS_WITHIN = timedelta(days=1)
"""How far apart the reports of one happening may lie where `corroborated_by` says no more than a number."""


Part = Literal["subject", "entity", "source", "publisher"]
Number = Annotated[int, Field(ge=2, le=1000)]


class _Windowed(Strict):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    WRITTEN: ClassVar[str]
    """How one is written, for those who wrote something else."""


def _only_within(value: object) -> object:
    return {"within": value} if isinstance(value, str) else value


class CountText(_Windowed):
    """Several matches within a time."""

    WRITTEN = "{at_least: 3, within: 30m, distinct: subject}"
    at_least: Number = Field(description="How many make the rule fire.")
    within: Duration = Field(description="All of them within this time.")
    distinct: Part | None = Field(default=None, description="Only different ones count.")
    per: Part | None = Field(default=None, description="Counted for each by itself.")

    def window(self) -> Window:
        """What it asks for."""
        return Count(self.within, self.at_least, self.distinct or "", self.per or "")


class SpikeText(_Windowed):
    """Many more matches than usual."""

    WRITTEN = "{factor: 5, within: 1h, baseline: 7d}"
    factor: float = Field(gt=1, le=1000, description="How many times as many as the baseline lets expect.")
    within: Duration = Field(description="The time in which they come.")
    baseline: Duration = Field(description="The time before it that says what is usual.")
    min: Number = Field(default=3, description="Fewer are never a spike.")
    per: Part | None = Field(default=None, description="Counted for each by itself.")

    @model_validator(mode="after")
    def _longer(self) -> "SpikeText":
        if self.baseline < self.within:
            raise ValueError("the baseline is shorter than `within`: it could not say what is usual")
        return self

    def window(self) -> Window:
        """What it asks for."""
        return Spike(self.within, self.factor, self.baseline, self.min, self.per or "")


class SequenceText(_Windowed):
    """What `when` says, after something else."""

    WRITTEN = "{after: {event: limit_down}, within: 2h}"
    after: Any = Field(description="What must have come before; conditions as under `when`.")
    within: Duration = Field(description="At most so long before.")
    same: Literal["subject", "entity", "none"] = Field(default="subject", description="What both must share.")

    def window(self) -> Window:
        """What it asks for."""
        return Sequence(self.within, "" if self.same == "none" else self.same)


class AbsenceText(_Windowed):
    """No match for a time."""

    WRITTEN = "{within: 3h, during: XSHG}"
    within: Duration = Field(description="For how long nothing matched.")
    during: Any = Field(
        default=None, description="Only silence in this time counts, each day by itself; written like any `during`."
    )

    _short = model_validator(mode="before")(_only_within)

    def window(self) -> Window:
        """What it asks for, without its hours."""
        return Absence(self.within)


class FirstTimeText(_Windowed):
    """The first match for a time."""

    WRITTEN = "{within: 90d}"
    within: Duration = Field(description="None before for so long.")
    per: Part = Field(default="subject", description="Whose first time it is.")

    _short = model_validator(mode="before")(_only_within)

    def window(self) -> Window:
        """What it asks for."""
        return FirstTime(self.within, self.per)


class _Reports(_Windowed):
    publishers: Number = Field(description="How many different publishers must have reported the same.")
    within: Duration = Field(
        default=PUBLISHERS_WITHIN, description="All of them within this time.", json_schema_extra={"default": "1d"}
    )


def _publishers(value: object) -> object:
    return {"publishers": value} if isinstance(value, str) else value


class CorroboratedText(RootModel[Annotated[_Reports, BeforeValidator(_publishers)]]):
    """Outlets of so many different publishers report the same."""

    def window(self) -> Window:
        """What it asks for."""
        return Corroborated(self.root.within, self.root.publishers)


MODELS: Mapping[str, type[BaseModel]] = {
    "count": CountText,
    "spike": SpikeText,
    "sequence": SequenceText,
    "absence": AbsenceText,
    "first_time": FirstTimeText,
    "corroborated_by": CorroboratedText,
}
assert tuple(MODELS) == WINDOW_KEYS


_TOGETHER = {
    frozenset({"count", "corroborated_by"}): "a match cannot wait for other outlets before it counts; to count the outlets that "
    "name one subject write `count: {distinct: publisher, per: subject, …}`"
}
"""Windows that somebody may want together, and what to write instead."""


def parse(builder: Builder, path: Path) -> tuple[Window | None, Condition | None]:
    """The window of the rule at `path`, and what a sequence begins with; problems are reported."""
    found: list[Path] = []
    for place in (path, (*path, "when")):
        written = builder.value(place)
        found += [(*place, key) for key in WINDOW_KEYS if isinstance(written, dict) and key in written]
    for second in found[1:]:
        names = frozenset({str(found[0][-1]), str(second[-1])})
        cure = _TOGETHER.get(names, "write a rule for each")
        builder.say(second, "a rule has one window", f"the first is `{found[0][-1]}`; {cure}", key=True)
    return _window(builder, path, found[0]) if found else (None, None)


def _window(builder: Builder, rule: Path, path: Path) -> tuple[Window | None, Condition | None]:
    key, value = str(path[-1]), builder.value(path)
    model = MODELS[key]
    if (
        isinstance(value, str | list)
        and issubclass(model, _Windowed)
        and not (isinstance(value, str) and hasattr(model, "_short"))
    ):
        builder.say(path, f"`{key}` needs to know more than that", f"write for instance `{key}: {model.WRITTEN}`")
        return None, None
    text = builder.check(path, model)
    first = compile_when(builder, (*path, "after")) if isinstance(value, dict) and "after" in value else None
    window: Window | None = text.window() if text is not None else None  # type: ignore[attr-defined]
    return _with_hours(builder, window, rule, path) if isinstance(window, Absence) else window, first


def _with_hours(builder: Builder, window: Absence, rule: Path, path: Path) -> Absence:
    """An absence with its hours; beside `when` its `during` means them too: nothing else could wait for them."""
    places = [one for one in ((*path, "during"), (*rule, "during")) if builder.value(one) is not None]
    for second in places[1:]:
        builder.say(second, "the hours of this absence are said twice", "write them once, inside of `absence`", key=True)
    return replace(window, hours=parse_hours(builder, places[0])) if places else window
