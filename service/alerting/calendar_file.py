"""rules/calendars/*.yaml → Calendar, with every fault at its line and column.

Guarantee: a day that is written twice, a range that runs backwards, a half day that is a holiday are refused.
It must not add days of its own: what a calendar knows stands in its file, with where it was announced.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from service.alerting.calendar import DERIVED, Calendar, Session
from service.alerting.zones import zone_name
from service.errors import Problem
from service.marked_yaml import Document, validate

_HOURS = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_LONGEST = 31
"""Days of one holiday; a longer one is a slip of the pen."""

Days = tuple[date, ...]


def _hours(text: object) -> object:
    found = _HOURS.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("hours are written 09:30-11:30")
    first, second, third, fourth = map(int, found.groups())
    if first > 23 or third > 23 or second > 59 or fourth > 59 or (first, second) >= (third, fourth):
        raise ValueError("hours run from 00:00 to 23:59, and forwards")
    return time(first, second), time(third, fourth)


def _days(text: str) -> Days:
    """`2026-05-01`, or a range with both ends: `2026-05-01..2026-05-05`."""
    first, dots, last = text.partition("..")
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last if dots else first)
    except ValueError:
        raise ValueError(f"`{text}` is no day: write 2026-05-01 or 2026-05-01..2026-05-05") from None
    if not 0 <= (end - begin).days <= _LONGEST:
        raise ValueError(f"`{text}` runs backwards, or for more than {_LONGEST} days")
    return tuple(begin + timedelta(number) for number in range((end - begin).days + 1))


Hours = Annotated[tuple[time, time], BeforeValidator(_hours)]
DayKey = Annotated[str, AfterValidator(lambda text: _days(text) and text)]


class _Year(BaseModel):
    """`announced`: by the market; `computed`: what law and custom let one expect."""

    model_config = ConfigDict(extra="forbid")
    status: Literal["announced", "computed"]
    source: str
    closed: dict[DayKey, str] = Field(default={})
    half_days: dict[DayKey, str] = Field(default={})
    working_weekends: list[DayKey] = Field(default=[])


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    calendar: Annotated[str, Field(pattern="^[A-Z0-9]{2,12}$")]
    name: str
    zone: Annotated[str, AfterValidator(zone_name)]
    sessions: Annotated[dict[Annotated[str, Field(pattern="^[a-z][a-z_]*$")], Hours], Field(min_length=1)]
    half_day: dict[str, Hours] = Field(default={})
    open: Annotated[list[str], Field(min_length=1)]
    years: Annotated[dict[Annotated[str, Field(pattern="^[0-9]{4}$")], _Year], Field(min_length=1)]


def parse_calendar(document: Document) -> tuple[Calendar | None, list[Problem]]:
    """One market's calendar, or None and everything that is wrong with the file."""
    text, problems = validate(document, _File)
    if text is None:
        return None, problems
    problems = [*_wrong_names(document, text), *_wrong_years(document, text), *_wrong_days(document, text)]
    if problems:
        return None, problems
    years = sorted(map(int, text.years))
    each = list(text.years.values())
    calendar = Calendar(
        name=text.calendar,
        title=text.name,
        zone=ZoneInfo(text.zone),
        regular=_sessions(text.sessions),
        half=_sessions(text.half_day or text.sessions),
        trading=frozenset(text.open),
        first=date(years[0], 1, 1),
        last=date(years[-1], 12, 31),
        closed={day: name for year in each for key, name in year.closed.items() for day in _days(key)},
        half_days={day: name for year in each for key, name in year.half_days.items() for day in _days(key)},
        working_weekends=frozenset(day for year in each for key in year.working_weekends for day in _days(key)),
        computed=frozenset(int(year) for year, found in text.years.items() if found.status == "computed"),
    )
    return calendar, []


def parse_calendars(documents: Sequence[Document]) -> tuple[dict[str, Calendar], list[Problem]]:
    """All calendars by name; a name that is used twice is a problem."""
    found: dict[str, Calendar] = {}
    problems: list[Problem] = []
    for document in documents:
        calendar, wrong = parse_calendar(document)
        problems += wrong
        if calendar is not None and calendar.name in found:
            problems.append(document.problem(("calendar",), f"the calendar `{calendar.name}` is written twice"))
        elif calendar is not None:
            found[calendar.name] = calendar
    return found, problems


def _sessions(written: Mapping[str, tuple[time, time]]) -> tuple[Session, ...]:
    return tuple(Session(name, *hours) for name, hours in written.items())


def _wrong_names(document: Document, text: _File) -> Iterator[Problem]:
    for part in ("sessions", "half_day"):
        for name in getattr(text, part):
            if name in DERIVED:
                yield document.problem((part, name), f"`{name}` is known without being written", key=True)
    for number, name in enumerate(text.open):
        if name not in text.sessions:
            yield document.problem(("open", number), f"`{name}` is none of `sessions`")


def _wrong_years(document: Document, text: _File) -> Iterator[Problem]:
    years = sorted(map(int, text.years))
    if years != list(range(years[0], years[-1] + 1)):
        yield document.problem(("years",), "a year is missing between others", key=True)
    if any(year.half_days for year in text.years.values()) and not text.half_day:
        yield document.problem(("years",), "there are half days, but no `half_day` says their sessions", key=True)


def _wrong_days(document: Document, text: _File) -> Iterator[Problem]:
    for year, found in text.years.items():
        seen: set[date] = set()
        places: list[tuple[str, str | int, str]] = [
            *(("closed", key, key) for key in found.closed),
            *(("half_days", key, key) for key in found.half_days),
            *(("working_weekends", number, key) for number, key in enumerate(found.working_weekends)),
        ]
        for part, step, key in places:
            path, days = ("years", year, part, step), _days(key)
            if any(day.year != int(year) for day in days):
                yield document.problem(path, f"`{key}` is no day of {year}", key=True)
            if seen.intersection(days):
                yield document.problem(path, f"`{key}` is written twice", key=True)
            if part == "working_weekends" and any(day.weekday() < 5 for day in days):
                yield document.problem(path, f"`{key}` is no weekend", key=True)
            if part == "half_days" and any(day.weekday() >= 5 for day in days):
                yield document.problem(path, f"`{key}` is a weekend", key=True)
            seen.update(days)
