"""The times of routes.yaml: named intervals and the schedules of digests, with every fault at its line and column.

Guarantee: an interval or a digest that never comes is refused here, so that nothing can be held for good.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from service.alerting.calendar import Calendar
from service.alerting.digests import DigestTimes
from service.alerting.intervals import Between, TimeInterval
from service.alerting.zones import zone_name
from service.errors import Problem
from service.marked_yaml import Document, did_you_mean
from service.marked_yaml.schemas import ONE_OR_MORE

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
REFERENCE = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday from which on every schedule must come within some weeks: whether one ever does must not depend on today."""
OPEN = "open"
"""The session of a calendar where none is named."""

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_BETWEEN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")

Path = tuple[str | int, ...]
Calendars = Mapping[str, Calendar]


def as_list(value: object) -> object:
    """One thing as a list of it."""
    return value if isinstance(value, list) else [value]


def _clock(text: object) -> time:
    if not isinstance(text, str) or not _CLOCK.fullmatch(text):
        raise ValueError(f"`{text}` is no time of day: write 17:30")
    return time.fromisoformat(text)


def _between(text: object) -> Between:
    if not isinstance(text, str) or not _BETWEEN.fullmatch(text):
        raise ValueError(f"`{text}` is no stretch of a day: write 22:00-07:00, from 00:00 to 24:00")
    begin, end = (part.strip() for part in text.split("-"))
    if begin == end:
        raise ValueError(f"`{text}` begins and ends at once: write 00:00-24:00 for the whole day")
    return time.fromisoformat(begin), None if end in ("24:00", "00:00") else time.fromisoformat(end)


def _weekdays(text: object) -> tuple[int, ...]:
    """`mon`, or a range with both ends: `mon-fri`, `sat-mon`."""
    first, dash, last = text.partition("-") if isinstance(text, str) else ("", "", "")
    for name in (first, last if dash else first):
        if name not in WEEKDAYS:
            hint = did_you_mean(name, WEEKDAYS)
            raise ValueError(f"`{text}` is no day of the week: write mon or mon-fri" + (f"; {hint}" if hint else ""))
    begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last if dash else first)
    return tuple(number % 7 for number in range(begin, (end if begin <= end else end + 7) + 1))


CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
Clock = Annotated[
    Any, BeforeValidator(_clock), WithJsonSchema({"type": "string", "pattern": f"^{CLOCK}$", "examples": ["17:30"]})
]
Stretch = Annotated[
    Any,
    BeforeValidator(_between),
    WithJsonSchema({"type": "string", "pattern": f"^{CLOCK} *- *({CLOCK}|24:00)$", "examples": ["22:00-07:00"]}),
]
DAY = f"({'|'.join(WEEKDAYS)})"
Day = Annotated[
    tuple[int, ...],
    BeforeValidator(_weekdays),
    WithJsonSchema({"type": "string", "pattern": f"^{DAY}(-{DAY})?$", "examples": ["mon-fri"]}),
]
Zone = Annotated[str, AfterValidator(zone_name), WithJsonSchema({"type": "string", "examples": ["Asia/Shanghai"]})]
Days = Annotated[list[Day], BeforeValidator(as_list), Field(min_length=1), ONE_OR_MORE]
Clocks = Annotated[list[Clock], BeforeValidator(as_list), Field(min_length=1), ONE_OR_MORE]
Stretches = Annotated[list[Stretch], BeforeValidator(as_list), Field(min_length=1), ONE_OR_MORE]
Sessions = Annotated[list[str], BeforeValidator(as_list), Field(min_length=1), ONE_OR_MORE]


class IntervalModel(BaseModel):
    """An entry of `time_intervals`; all keys given hold together."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, description="What routes call it.")
    times: Stretches | None = Field(None, description="Times of the day.")
    weekdays: Days | None = Field(None, description="Days of the week.")
    timezone: Zone | None = Field(None, description="On whose clock; none: that of the calendar.")
    calendar: str | None = Field(None, description="Only while this market is in one of the sessions.", examples=["XSHG"])
    session: Sessions | None = Field(None, description="Parts of the market's day; none: open.", examples=["trading_day"])


class DigestModel(BaseModel):
    """The `digest` of a route."""

    model_config = ConfigDict(extra="forbid")
    at: Clocks = Field(description="The times of the day at which it goes out.")
    days: Days | None = Field(None, description="Days of the week; none: every day.")
    timezone: Zone | None = Field(None, description="On whose clock; none: that of the calendar.")
    calendar: str | None = Field(None, description="Only on trading days of this market.", examples=["XSHG"])
    title: str = Field("", description="What it is called.")


@dataclass(frozen=True, slots=True)
class Reading:
    """A file on its way, and the problems found so far."""

    document: Document
    calendars: Calendars
    problems: list[Problem]

    def refuse(self, path: Path, message: str, hint: str = "") -> None:
        """One problem more."""
        self.problems.append(self.document.problem(path, message, hint))

    def unknown(self, path: Path, what: str, name: str, known: Iterable[str]) -> None:
        """A name that nothing has, and what was perhaps meant."""
        names = sorted(known)
        hint = "; ".join(part for part in (did_you_mean(name, names), f"there are: {', '.join(names)}" if names else "") if part)
        self.refuse(path, f"there is no {what} named `{name}`", hint)


def intervals(reading: Reading, models: Iterable[IntervalModel]) -> dict[str, TimeInterval]:
    """The named intervals; those with a fault are there too, so that their use is no second fault."""
    found: dict[str, TimeInterval] = {}
    for number, model in enumerate(models):
        path: Path = ("time_intervals", number)
        if model.name in found:
            reading.refuse((*path, "name"), f"there are two time intervals named `{model.name}`")
        before = len(reading.problems)
        found[model.name] = interval = _interval(reading, model, path)
        if len(reading.problems) == before and not interval.spells(REFERENCE, REFERENCE.replace(year=REFERENCE.year + 1)):
            reading.refuse(path, f"`{model.name}` never comes: what it asks for does not happen together")
    return found


def _interval(reading: Reading, model: IntervalModel, path: Path) -> TimeInterval:
    if not (model.times or model.weekdays or model.calendar):
        reading.refuse(path, f"`{model.name}` says no time: give it times, weekdays or a calendar")
    if model.session and not model.calendar:
        reading.refuse((*path, "session"), "`session` needs a `calendar` beside it")
    calendar = _calendar(reading, model.calendar, path)
    for number, session in enumerate(model.session or ()):
        if calendar and session not in calendar.sessions:
            reading.unknown((*path, "session", number), f"session of {model.calendar}", session, calendar.sessions)
    return TimeInterval(
        name=model.name,
        zone=_zone_of(reading, model.timezone, calendar, path),
        times=tuple(model.times or ()),
        weekdays=_days_of(model.weekdays),
        calendar=calendar,
        sessions=frozenset(model.session or [OPEN]),
    )


def digest(reading: Reading, model: DigestModel, path: Path) -> DigestTimes:
    """The schedule of a digest."""
    calendar = _calendar(reading, model.calendar, path)
    days = _days_of(model.days)
    weekly = len(days) == 1 and len(model.at) == 1
    found = DigestTimes(
        title=model.title or ("Weekly digest" if weekly else "Daily digest"),
        zone=_zone_of(reading, model.timezone, calendar, path),
        at=tuple(sorted(set(model.at))),
        days=days,
        calendar=calendar,
    )
    if found.after(REFERENCE) is None:
        reading.refuse(path, "this digest never comes: none of its days is a trading day")
    return found


def _calendar(reading: Reading, name: str | None, path: Path) -> Calendar | None:
    if name is not None and name not in reading.calendars:
        reading.unknown((*path, "calendar"), "calendar", name, reading.calendars)
    return reading.calendars.get(name) if name is not None else None


def _zone_of(reading: Reading, name: str | None, calendar: Calendar | None, path: Path) -> Any:
    if name is None and calendar is None and not isinstance(reading.document.at((*path, "calendar")), str):
        reading.refuse(path, "on whose clock? write `timezone: Asia/Shanghai` beside it")
    return ZoneInfo(name) if name else calendar.zone if calendar else ZoneInfo("UTC")


def _days_of(written: Iterable[tuple[int, ...]] | None) -> frozenset[int]:
    return frozenset(day for days in written or () for day in days)
