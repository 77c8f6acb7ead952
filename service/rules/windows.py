"""Windows of a rule: `count`, `spike`, `sequence`, `absence`, `first_time`, `corroborated_by`, beside `when` or at its top.

Guarantee: a rule has at most one window, and whatever is wrong with it is reported at its place.
It must not know how windows are decided.
"""

import re
from collections.abc import Mapping
from datetime import time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel, WithJsonSchema, model_validator

from service.model.duration import parse_duration
from service.model.window import DAYS, Absence, Corroborated, Count, FirstTime, Hours, Sequence, Spike, Window
from service.rules.building import WINDOW_KEYS, Builder, Path, Strict, as_list
from service.rules.compiler import compile_when
from service.rules.condition import Condition

LONGEST = timedelta(days=366)
PUBLISHERS_WITHIN = timedelta(days=1)
"""How far apart the reports of one happening may lie where `corroborated_by` says no more than a number."""


def _duration(text: object) -> timedelta:
    value = parse_duration(text) if isinstance(text, str) else timedelta(0)
    if not timedelta(0) < value <= LONGEST:
        raise ValueError("write a duration of more than 0s and at most 366d, for instance 30m")
    return value


def _time(text: object) -> time:
    if not isinstance(text, str) or not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", text):
        raise ValueError("write a time of day such as 09:30")
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def _zone(text: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(text))
    except (ValueError, OSError, KeyError):  # a name that is none, a folder, a name that nobody knows
        raise ValueError("write a time zone such as Asia/Shanghai or America/New_York") from None


DURATION: dict[str, Any] = {"type": "string", "pattern": r"^(\d{1,9}(ms|[smhdw]))+$", "examples": ["30m"]}
TIME: dict[str, Any] = {"type": "string", "pattern": r"^([01]?\d|2[0-3]):[0-5]\d$", "examples": ["09:30"]}
Duration = Annotated[timedelta, BeforeValidator(_duration), WithJsonSchema(DURATION)]
TimeOfDay = Annotated[time, BeforeValidator(_time), WithJsonSchema(TIME)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone), WithJsonSchema({"type": "string", "examples": ["Asia/Shanghai"]})]
Part = Literal["subject", "entity", "source", "publisher"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Number = Annotated[int, Field(ge=2, le=1000)]


class _Windowed(Strict):
    model_config = ConfigDict(arbitrary_types_allowed=True)


class CountText(_Windowed):
    """Several matches within a time."""

    at_least: Number = Field(description="How many make the rule fire.")
    within: Duration = Field(description="All of them within this time.")
    distinct: Part | None = Field(default=None, description="Only different ones count.")
    per: Part | None = Field(default=None, description="Counted for each by itself.")

    def window(self) -> Window:
        """What it asks for."""
        return Count(self.within, self.at_least, self.distinct or "", self.per or "")


class SpikeText(_Windowed):
    """Many more matches than usual."""

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

    after: Any = Field(description="What must have come before; conditions as under `when`.")
    within: Duration = Field(description="At most so long before.")
    same: Literal["subject", "entity", "none"] = Field(default="subject", description="What both must share.")

    def window(self) -> Window:
        """What it asks for."""
        return Sequence(self.within, "" if self.same == "none" else self.same)


class HoursText(_Windowed):
    """When matches are expected."""

    from_: TimeOfDay = Field(default=time(0), alias="from", json_schema_extra={"default": "00:00"})
    to: TimeOfDay = Field(default=time(0), json_schema_extra={"default": "00:00"})
    days: Annotated[list[Day], BeforeValidator(as_list), Field(min_length=1)] = Field(default=list(DAYS))  # type: ignore[arg-type]
    timezone: Zone = Field(default_factory=lambda: ZoneInfo("UTC"), json_schema_extra={"default": "UTC"})


class AbsenceText(_Windowed):
    """No match for a time."""

    within: Duration = Field(description="For how long nothing matched.")
    during: HoursText | None = Field(default=None, description="Only silence inside of these hours counts.")

    def window(self) -> Window:
        """What it asks for."""
        asked = self.during
        days = tuple(sorted(DAYS.index(day) for day in asked.days)) if asked else ()
        return Absence(self.within, Hours(asked.from_, asked.to, days, asked.timezone) if asked else None)


class FirstTimeText(_Windowed):
    """The first match for a time."""

    within: Duration = Field(description="None before for so long.")
    per: Part = Field(default="subject", description="Whose first time it is.")

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


def parse(builder: Builder, path: Path) -> tuple[Window | None, Condition | None]:
    """The window of the rule at `path`, and what a sequence begins with; problems are reported."""
    found: list[Path] = []
    for place in (path, (*path, "when")):
        written = builder.value(place)
        found += [(*place, key) for key in WINDOW_KEYS if isinstance(written, dict) and key in written]
    for second in found[1:]:
        builder.say(second, "a rule has one window", f"the first is `{found[0][-1]}`; write a rule for each", key=True)
    if not found:
        return None, None
    text = builder.check(found[0], MODELS[str(found[0][-1])])
    first = compile_when(builder, (*found[0], "after")) if _has_after(builder.value(found[0])) else None
    if text is None:
        return None, None
    window: Window = text.window()  # type: ignore[attr-defined]
    return window, first


def _has_after(value: object) -> bool:
    return isinstance(value, dict) and "after" in value
