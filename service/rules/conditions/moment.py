"""`during` and `time`: when an item was published, on the clock of a time zone or of a market.

`during: XSHG` is short for `during: {calendar: XSHG, session: open}`. The time asked about is the one the source gives an item,
or that of its arrival where the source gives none. Calendars are handed in: this module only knows what they answer.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cache
from typing import Annotated, Any, Literal, Protocol
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from service.model.duration import format_duration, parse_duration
from service.model.explanation import Explanation
from service.model.hours import Piece
from service.rules.building import Builder, Path, Scope, Strict, TextList, as_list
from service.rules.condition import ALWAYS, HELD, MISS, Condition, Context, Keys, Result
from service.rules.conditions.logic import All

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")
WINDOW_SCHEMA: dict[str, Any] = {"type": "string", "pattern": f"^{_WINDOW.pattern}$"}
UNKNOWN = "nobody knows when the item was published: give an example a time with `published: 2025-12-22T10:00:00+08:00`"


class Told(Protocol):
    """What a calendar says of an instant: the names of all it lies in, and that in words."""

    @property
    def sessions(self) -> frozenset[str]:
        """Names of sessions and of kinds of days."""
        ...

    @property
    def told(self) -> str:
        """The instant in words."""
        ...


class Calendar(Protocol):
    """A market's calendar."""

    @property
    def name(self) -> str:
        """What rules call it."""
        ...

    @property
    def title(self) -> str:
        """What people call it."""
        ...

    @property
    def zone(self) -> tzinfo:
        """Where its clock stands."""
        ...

    @property
    def sessions(self) -> Collection[str]:
        """Every session that may be asked for."""
        ...

    def at(self, instant: datetime) -> Told:
        """What an instant is."""
        ...

    def doubt(self, day: date) -> str:
        """Why what is said of a day is not certain; "" if it is."""
        ...

    def pieces(self, day: date, sessions: Collection[str]) -> Sequence[Piece]:
        """When, on a day of its own clock, it is in one of `sessions`."""
        ...

    @property
    def examples(self) -> Sequence[date]:
        """Days of every kind that it knows of."""
        ...


def _window(text: str) -> str:
    if not _WINDOW.fullmatch(text):
        padded = re.sub(r"(?<!\d)(\d:)", r"0\1", text.replace("：", ":"))
        cure = padded if _WINDOW.fullmatch(padded) else "09:30-11:30"
        raise ValueError(f"`{text}` is no time of day: write {cure}, from 00:00 to 24:00")
    return text


def _duration(text: str) -> str:
    if parse_duration(text) <= timedelta(0):
        raise ValueError("this must be longer than nothing: write for instance 2h")
    return text


@cache
def _zones() -> set[str]:
    return available_timezones()  # it walks through the zone files each time


def _zone(text: str) -> str:
    if text not in _zones():
        town = text.casefold().replace(" ", "_")
        near = [name for name in sorted(_zones()) if name.rpartition("/")[2].casefold() == town]
        cure = near[0] if near else "for instance Asia/Shanghai, Asia/Hong_Kong or America/New_York"
        raise ValueError(f"`{text}` is no time zone: write {cure}")
    return text


Zone = Annotated[str, AfterValidator(_zone)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WeekdayList = Annotated[list[Weekday], BeforeValidator(as_list), Field(min_length=1)]
Windows = Annotated[
    list[Annotated[str, AfterValidator(_window)]],
    BeforeValidator(as_list),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [WINDOW_SCHEMA, {"type": "array", "items": WINDOW_SCHEMA, "minItems": 1}]}),
]
_ZONE = Field(default=None, description="Whose clock: Asia/Shanghai, America/New_York, UTC …", examples=["Asia/Shanghai"])
_WEEKDAY = Field(default=None, description="Days of the week; a window over midnight belongs to the day it begins on.")
_BETWEEN = Field(default=None, description="Times of day, the first included and the last not; may run over midnight.")


class TimeOptions(Strict):
    """When the item was published; all keys given here hold together."""

    published_within: Annotated[str, AfterValidator(_duration)] | None = Field(
        default=None, description="It was published at most so long before it came in.", examples=["2h"]
    )
    zone: Zone | None = _ZONE
    weekday: WeekdayList | None = _WEEKDAY
    between: Windows | None = _BETWEEN

    @model_validator(mode="after")
    def _something(self) -> "TimeOptions":
        if not (self.published_within or self.weekday or self.between):
            raise ValueError("`time` asks nothing: give it published_within, weekday or between")
        if (self.weekday or self.between) and not self.zone:
            raise ValueError("on whose clock? write `zone: Asia/Shanghai` beside it")
        return self


class DuringOptions(Strict):
    """A market's session, days of the week, times of day; all keys given here hold together."""

    calendar: TextList | None = Field(default=None, description="Markets; one is enough.", examples=["XSHG"])
    session: TextList | None = Field(
        default=None, description="Sessions of the calendar; one is enough. Not given: open.", examples=["open", "call_auction"]
    )
    zone: Zone | None = _ZONE
    weekday: WeekdayList | None = _WEEKDAY
    between: Windows | None = _BETWEEN

    @model_validator(mode="after")
    def _something(self) -> "DuringOptions":
        if not (self.calendar or self.weekday or self.between):
            raise ValueError("`during` asks nothing: give it a calendar, weekday or between")
        if self.session and not self.calendar:
            raise ValueError("`session` needs a `calendar` beside it")
        if (self.weekday or self.between) and not self.zone and len(self.calendar or ()) != 1:
            raise ValueError("on whose clock? write `zone: Asia/Shanghai` beside it")
        return self


@dataclass(frozen=True, slots=True)
class InSession:
    """At the item's time at least one of `calendars` is in one of `sessions`."""

    place: str
    calendars: tuple[Calendar, ...]
    sessions: tuple[str, ...]

    @property
    def asked(self) -> str:
        """What it asks for, in words."""
        return f"{' or '.join(self.sessions)} at {' or '.join(calendar.name for calendar in self.calendars)}"

    def holds(self, at: datetime) -> bool:
        """Whether it holds at an instant."""
        return any(calendar.at(at).sessions.intersection(self.sessions) for calendar in self.calendars)

    def evaluate(self, context: Context) -> Result:
        at = context.reading.at
        return HELD if at is not None and self.holds(at) else MISS

    def explain(self, context: Context) -> Explanation:
        at, held = context.reading.at, self.evaluate(context).held
        detail = UNKNOWN if at is None else "; ".join(calendar.at(at).told for calendar in self.calendars)
        what = f"during {self.asked}"
        return Explanation(what, held, detail if held or at is None else f"{detail}; asked is {self.asked}", self.place)

    def keys(self) -> Keys:
        return ALWAYS


@dataclass(frozen=True, slots=True)
class OnTheClock:
    """The item's time, on the clock of `zone`, is on one of `weekdays` (none named: any) and in one of `windows` (likewise)."""

    place: str
    zone: tzinfo
    weekdays: tuple[str, ...]
    windows: tuple[str, ...]

    @property
    def asked(self) -> str:
        """What it asks for, in words."""
        return " ".join(part for part in (", ".join(self.weekdays), ", ".join(self.windows), f"in {self.zone}") if part)

    def holds(self, at: datetime) -> bool:
        """Whether it holds at an instant."""
        local = at.astimezone(self.zone)
        return any(self._on(local, *bounds(window)) for window in self.windows or ("00:00-24:00",))

    def evaluate(self, context: Context) -> Result:
        at = context.reading.at
        return HELD if at is not None and self.holds(at) else MISS

    def explain(self, context: Context) -> Explanation:
        at, held = context.reading.at, self.evaluate(context).held
        local = UNKNOWN if at is None else f"it was {at.astimezone(self.zone):%a %Y-%m-%d %H:%M} in {self.zone}"
        detail = local if held or at is None else f"{local}, asked is {self.asked}"
        return Explanation(f"time {self.asked}", held, detail, self.place)

    def keys(self) -> Keys:
        return ALWAYS

    def _on(self, local: datetime, begin: time, end: time | None) -> bool:
        clock, day = local.time(), local.weekday()
        if end is None or begin < end:
            return begin <= clock and (end is None or clock < end) and self._weekday(day)
        return (clock >= begin and self._weekday(day)) or (clock < end and self._weekday((day - 1) % 7))

    def _weekday(self, day: int) -> bool:
        return not self.weekdays or WEEKDAYS[day] in self.weekdays


@dataclass(frozen=True, slots=True)
class Fresh:
    """The item was published at most `within` before it came in; one whose source gives no time counts as just published."""

    place: str
    within: timedelta

    def evaluate(self, context: Context) -> Result:
        return HELD if self._age(context) <= self.within else MISS

    def explain(self, context: Context) -> Explanation:
        held, age = self.evaluate(context).held, self._age(context)
        limit = format_duration(self.within)
        detail = f"published {format_duration(age)} before it came in" + ("" if held else f", more than {limit}")
        return Explanation(f"published within {limit}", held, detail, self.place)

    def keys(self) -> Keys:
        return ALWAYS

    def _age(self, context: Context) -> timedelta:
        published, now = context.reading.item.published, context.reading.now
        return max(now - published, timedelta(0)) if published is not None and now is not None else timedelta(0)


@dataclass(frozen=True, slots=True)
class Unexpired:
    """The day that a rule is kept for is not over, by UTC."""

    place: str
    last: date

    def evaluate(self, context: Context) -> Result:
        now = context.reading.now
        return HELD if now is None or now.astimezone(ZoneInfo("UTC")).date() <= self.last else MISS

    def explain(self, context: Context) -> Explanation:
        held = self.evaluate(context).held
        return Explanation("in force", held, "" if held else f"the rule expired after {self.last}", self.place)

    def keys(self) -> Keys:
        return ALWAYS


def parse_time(builder: Builder, path: Path, _scope: Scope | None) -> Condition | None:
    """The `time` of a rule."""
    options = builder.check(path, TimeOptions)
    if options is None:
        return None
    found: list[Condition] = []
    if options.published_within:
        found.append(Fresh(builder.place((*path, "published_within")), parse_duration(options.published_within)))
    if options.zone and (options.weekday or options.between):
        found.append(_clock(builder, path, ZoneInfo(options.zone), options))
    return found[0] if len(found) == 1 else All(builder.place(path), tuple(found), "time")


def parse_during(builder: Builder, path: Path, _scope: Scope | None) -> Condition | None:
    """The `during` of a rule: a calendar's name, or the keys of DuringOptions."""
    short = isinstance(builder.value(path), str)
    options = DuringOptions(calendar=[builder.value(path)]) if short else builder.check(path, DuringOptions)
    if options is None:
        return None
    where = path if short else (*path, "calendar")
    found: list[Condition] = []
    calendars = _calendars(builder, where, options.calendar or [])
    if options.calendar:
        asked = options.session or ["open"]
        known = dict.fromkeys(name for calendar in calendars for name in calendar.sessions)
        for number, name in enumerate(asked if calendars else ()):
            if name not in known:
                builder.unknown(builder.element((*path, "session"), number), "session", name, known)
        found.append(InSession(builder.place(where), calendars, tuple(asked)))
    if options.weekday or options.between:
        zone = ZoneInfo(options.zone) if options.zone else calendars[0].zone if calendars else ZoneInfo("UTC")
        found.append(_clock(builder, path, zone, options))
    return found[0] if len(found) == 1 else All(builder.place(path), tuple(found), "during")


def _calendars(builder: Builder, path: Path, names: Collection[str]) -> tuple[Calendar, ...]:
    found = []
    for number, name in enumerate(names):
        if name in builder.calendars:
            found.append(builder.calendars[name])
        elif cure := _written_otherwise(builder, name):
            builder.say(builder.element(path, number), f"unknown calendar `{name}`", cure)
        else:
            builder.unknown(builder.element(path, number), "calendar", name, builder.calendars)
    return tuple(found)


def _written_otherwise(builder: Builder, text: str) -> str:
    """What to write for `XSHG open` and `Shanghai`; "" if that is not known."""
    name, _, session = text.partition(" ")
    found = builder.calendars.get(name)
    if found is not None and session.strip() in found.sessions:
        return f"write `{{calendar: {name}, session: {session.strip()}}}`"
    titled = [one.name for one in builder.calendars.values() if text.casefold() in one.title.casefold()]
    return f"did you mean `{'` or `'.join(titled)}`?" if titled else ""


def _clock(builder: Builder, path: Path, zone: tzinfo, options: TimeOptions | DuringOptions) -> OnTheClock:
    return OnTheClock(builder.place(path), zone, tuple(options.weekday or ()), tuple(options.between or ()))


def bounds(window: str) -> tuple[time, time | None]:
    """The two ends of a window; None for the end of the day."""
    begin, _, end = (part.strip() for part in window.partition("-"))
    return time.fromisoformat(begin), None if end == "24:00" else time.fromisoformat(end)
