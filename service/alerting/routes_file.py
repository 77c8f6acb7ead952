"""routes.yaml → Routing, with every fault at its line and column.

Whether a target's URL can be used is not decided here (that needs the notifiers); each target's place is kept for whoever does.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal, TypeVar

import re2
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from service.alerting.holding import opens
from service.alerting.intervals import TimeInterval
from service.alerting.routes_times import (
    REFERENCE,
    Calendars,
    DigestModel,
    IntervalModel,
    Path,
    Reading,
    as_list,
    digest,
    intervals,
)
from service.errors import Problem
from service.marked_yaml import Document, did_you_mean, validate
from service.model.duration import parse_duration
from service.model.routing import Escalation, Hours, Inhibition, Matcher, Receiver, Route, Routing, Schedule, Timing
from service.model.rule import Severity

_MATCHER = re.compile(r'\s*([A-Za-z_][A-Za-z0-9_]*)\s*(=~|!~|!=|=)\s*("?)(.*?)\3\s*')
MAX_REGEX = 1000
MAX_PER_HOUR = 1000

T = TypeVar("T")


def parse_matcher(text: object) -> Matcher:
    """`label=value`, `label!=value`, `label=~regex`, `label!~regex`; raises ValueError."""
    found = _MATCHER.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("a matcher is written label=value, label!=value, label=~regex or label!~regex")
    label, op, _, value = found.groups()
    if op in ("=~", "!~"):
        _check_regex(value)
    elif label == "severity" and value not in (known := [severity.value for severity in Severity]):
        hint = did_you_mean(value, known)
        raise ValueError(f"`{value}` is no severity: {', '.join(known)}" + (f"; {hint}" if hint else ""))
    return Matcher(label, op, value)


def _check_regex(pattern: str) -> None:
    if len(pattern) > MAX_REGEX:
        raise ValueError(f"the regex is longer than {MAX_REGEX} characters")
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options=options)
    except re2.error as error:
        raise ValueError(f"not a regex that RE2 takes: {error}") from error


def _wait(text: object) -> timedelta:
    return parse_duration(text) if isinstance(text, str) else timedelta(0)


def _longer(text: object) -> timedelta:
    found = _wait(text)
    if found <= timedelta(0):
        raise ValueError("this must be longer than nothing: write for instance 15m")
    return found


Lifted = Literal["none"]
"""What a child says to be without the `digest` or `break_through` of its parent."""
Duration = Annotated[timedelta, BeforeValidator(_wait)]
Names = Annotated[list[str], BeforeValidator(as_list)]
Matchers = list[Annotated[Matcher, BeforeValidator(parse_matcher)]]


class _EscalationModel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    after: Annotated[timedelta, BeforeValidator(_longer)]
    to: str


class _RouteModel(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    receiver: str | None = None
    matchers: Matchers = Field(default_factory=list)
    group_by: list[str] | None = None
    group_wait: Duration | None = None
    group_interval: Duration | None = None
    repeat_interval: Duration | None = None
    mute_time_intervals: Names | None = None
    active_time_intervals: Names | None = None
    break_through: Severity | Lifted | None = None
    digest: DigestModel | Lifted | None = None
    escalate: Annotated[list[_EscalationModel], BeforeValidator(as_list)] | None = None
    continue_: bool = Field(False, alias="continue")
    routes: list["_RouteModel"] = Field(default_factory=list)


class _TemplatesModel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    subject: str = ""
    text: str = ""


class _ReceiverModel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1)
    targets: list[str] = Field(min_length=1)
    max_per_hour: int = Field(0, ge=1, le=MAX_PER_HOUR)
    templates: _TemplatesModel = Field(default_factory=_TemplatesModel)
    footer: Literal["", "latency"] = ""


class _InhibitionModel(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    source_matchers: Matchers = Field(min_length=1)
    target_matchers: Matchers = Field(min_length=1)
    equal: Names = Field(default_factory=list)
    within: Annotated[timedelta, BeforeValidator(_longer)] = timedelta(hours=1)


class _RoutesFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    inhibit_rules: list[_InhibitionModel] = Field(default_factory=list)
    route: _RouteModel
    receivers: list[_ReceiverModel] = Field(min_length=1)
    time_intervals: list[IntervalModel] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RoutesFile:
    """The routing, and where in the file each receiver's target stands."""

    routing: Routing
    target_paths: Mapping[tuple[str, int], Path]


@dataclass(frozen=True, slots=True)
class _Known:
    """What routes may name."""

    reading: Reading
    receivers: Mapping[str, Receiver]
    intervals: Mapping[str, TimeInterval]


def parse_routes(document: Document, calendars: Calendars | None = None) -> tuple[RoutesFile | None, list[Problem]]:
    """Read routes.yaml; all problems at once, and a result only when there are none."""
    model, problems = validate(document, _RoutesFile)
    if model is None:
        return None, problems
    reading = Reading(document, calendars or {}, problems)
    receivers: dict[str, Receiver] = {}
    paths: dict[tuple[str, int], Path] = {}
    for number, entry in enumerate(model.receivers):
        if entry.name in receivers:
            reading.refuse(("receivers", number, "name"), f"there are two receivers named {entry.name!r}")
        written = {part: text for part, text in entry.templates if text}
        receivers[entry.name] = Receiver(entry.name, tuple(entry.targets), written, entry.footer, entry.max_per_hour)
        paths |= {(entry.name, index): ("receivers", number, "targets", index) for index in range(len(entry.targets))}
    if model.route.matchers or model.route.continue_:
        reading.refuse(("route",), "the first route takes every alert: it can have no matchers and no continue")
    if not model.route.receiver:
        reading.refuse(("route",), "the first route needs a receiver")
    known = _Known(reading, receivers, intervals(reading, model.time_intervals))
    root = _build(known, model.route, Route(receiver=""), ("route",))
    inhibitions = tuple(
        Inhibition(tuple(one.source_matchers), tuple(one.target_matchers), tuple(one.equal), one.within)
        for one in model.inhibit_rules
    )
    return (None if problems else RoutesFile(Routing(root, receivers, inhibitions), paths)), problems


def _build(known: _Known, model: _RouteModel, parent: Route, path: Path) -> Route:
    """A child takes what it does not say from its parent, as in Alertmanager; the hours in which it is quiet too."""
    if model.receiver:
        _check_receiver(known, model.receiver, (*path, "receiver"))
    node = Route(
        receiver=model.receiver or parent.receiver,
        matchers=tuple(model.matchers),
        group_by=tuple(model.group_by) if model.group_by is not None else parent.group_by,
        timing=_timing(known, model, parent.timing, path),
        continue_=model.continue_,
    )
    children = tuple(_build(known, child, node, (*path, "routes", number)) for number, child in enumerate(model.routes))
    return Route(node.receiver, node.matchers, node.group_by, node.timing, node.continue_, children)


def _timing(known: _Known, model: _RouteModel, parent: Timing, path: Path) -> Timing:
    before = len(known.reading.problems)
    timing = Timing(
        group_wait=_said(model.group_wait, parent.group_wait),
        group_interval=_said(model.group_interval, parent.group_interval),
        mute=_hours(known, model.mute_time_intervals, (*path, "mute_time_intervals"), parent.mute),
        active=_hours(known, model.active_time_intervals, (*path, "active_time_intervals"), parent.active),
        break_through=_break_through(model, parent.break_through),
        digest=_digest(known, model.digest, path, parent.digest),
        repeat_interval=_said(model.repeat_interval, parent.repeat_interval),
        escalate=_escalations(known, model.escalate, path, parent.escalate),
    )
    if len(known.reading.problems) == before and not opens(timing.mute, timing.active, REFERENCE):
        names = [*(f"quiet in `{one.name}`" for one in timing.mute), *(f"active in `{one.name}`" for one in timing.active)]
        hint = "a child inherits what it does not say: `mute_time_intervals: []` lifts the quiet hours of its parent"
        known.reading.refuse(path, f"what this route holds would never be sent: it is {' and '.join(names)}", hint)
    return timing


def _break_through(model: _RouteModel, inherited: Severity | None) -> Severity | None:
    if isinstance(model.break_through, Severity):
        return model.break_through
    return inherited if model.break_through is None else None


def _said(own: T | None, inherited: T) -> T:
    return inherited if own is None else own


def _hours(known: _Known, names: Sequence[str] | None, path: Path, inherited: tuple[Hours, ...]) -> tuple[Hours, ...]:
    for number, name in enumerate(names or ()):
        if name not in known.intervals:
            known.reading.unknown((*path, number), "time interval", name, known.intervals)
    return inherited if names is None else tuple(known.intervals[name] for name in names if name in known.intervals)


def _digest(known: _Known, model: DigestModel | str | None, path: Path, inherited: Schedule | None) -> Schedule | None:
    if isinstance(model, DigestModel):
        return digest(known.reading, model, (*path, "digest"))
    return inherited if model is None else None


def _escalations(
    known: _Known, models: Sequence[_EscalationModel] | None, path: Path, inherited: tuple[Escalation, ...]
) -> tuple[Escalation, ...]:
    for number, model in enumerate(models or ()):
        _check_receiver(known, model.to, (*path, "escalate", number, "to"))
    return inherited if models is None else tuple(Escalation(model.after, model.to) for model in models)


def _check_receiver(known: _Known, name: str, path: Path) -> None:
    if name not in known.receivers:
        known.reading.unknown(path, "receiver", name, known.receivers)
