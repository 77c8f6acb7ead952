"""routes.yaml → Routing, with every fault at its line and column.

Whether a target's URL can be used is not decided here (that needs the notifiers); each target's place is kept for whoever does.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeVar

import re2
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

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
from service.marked_yaml.schemas import DURATION, ONE_OR_MORE, schema_of
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
Duration = Annotated[timedelta, BeforeValidator(_wait), WithJsonSchema(DURATION)]
Longer = Annotated[timedelta, BeforeValidator(_longer), WithJsonSchema(DURATION)]
Names = Annotated[list[str], BeforeValidator(as_list), ONE_OR_MORE]
MATCHER = {"type": "string", "pattern": r"^\s*[A-Za-z_][A-Za-z0-9_]*\s*(=~|!~|!=|=)", "examples": ["severity =~ high|critical"]}
Matchers = list[Annotated[Matcher, BeforeValidator(parse_matcher), WithJsonSchema(MATCHER)]]
LABELS = "labels of the rule, and severity, rule, event, entity, subject, source, publisher, novelty"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class _EscalationModel(_Model):
    after: Longer = Field(description="How long after the first receiver was told.", examples=["15m"])
    to: str = Field(description="The receiver that is told then.")


class _RouteModel(_Model):
    receiver: str | None = Field(None, description="Who is told; none: the receiver of the parent.")
    matchers: Matchers = Field(default=[], description=f"What must hold for an alert to enter; they see {LABELS}.")
    group_by: list[str] | None = Field(
        None, description='Labels that alerts share to travel in one message; ["..."]: each by itself.', examples=[["rule"]]
    )
    group_wait: Duration | None = Field(None, description="How long the first alert of a group waits for company.")
    group_interval: Duration | None = Field(None, description="The least time between two messages of one group.")
    repeat_interval: Duration | None = Field(
        None, description="Critical alerts that nobody acknowledged are told again after this."
    )
    mute_time_intervals: Names | None = Field(None, description="Hours in which alerts are held; when they end, a digest comes.")
    active_time_intervals: Names | None = Field(None, description="Hours outside of which alerts are held.")
    break_through: Severity | Lifted | None = Field(None, description="Alerts as grave as this are never held.")
    digest: DigestModel | Lifted | None = Field(None, description="All that the route takes comes as one message at these times.")
    escalate: Annotated[list[_EscalationModel], BeforeValidator(as_list), ONE_OR_MORE] | None = Field(
        None, description="Who is told when nobody acknowledges an alert."
    )
    continue_: bool = Field(False, alias="continue", description="true: the next route sees what this one took, too.")
    routes: list["_RouteModel"] = Field(default=[], description="Children: the first that takes an alert ends the search.")


class _TemplatesModel(_Model):
    subject: str = Field("", description="Liquid template of the subject.")
    text: str = Field("", description="Liquid template of the text, once for each alert.")


class _ReceiverModel(_Model):
    name: str = Field(min_length=1, description="What routes call it.")
    targets: list[str] = Field(
        min_length=1,
        description="Apprise URLs, each gets every message; secrets as ${NAME}, from the environment.",
        examples=[["inbox://"], ["slack://${SLACK_TOKEN}/"]],
    )
    max_per_hour: int = Field(
        0, ge=1, le=MAX_PER_HOUR, description="Messages to each target in any hour; what is more becomes one digest."
    )
    templates: _TemplatesModel = Field(default_factory=_TemplatesModel, description="Its own words.")
    footer: Literal["", "latency"] = Field("", description="latency: say how long it took to find and to queue the alert.")


class _InhibitionModel(_Model):
    source_matchers: Matchers = Field(min_length=1, description="The alerts that keep others back.")
    target_matchers: Matchers = Field(min_length=1, description="The alerts that are kept back.")
    equal: Names = Field(default=[], description="Labels that must be the same in both.", examples=[["entity"]])
    within: Longer = Field(timedelta(hours=1), json_schema_extra={"default": "1h"}, description="For how long.")


class _RoutesFile(_Model):
    inhibit_rules: list[_InhibitionModel] = Field(default=[], description="Grave alerts that keep lesser ones back.")
    route: _RouteModel = Field(description="Where every alert enters.")
    receivers: list[_ReceiverModel] = Field(min_length=1, description="Whom routes can tell.")
    time_intervals: list[IntervalModel] = Field(default=[], description="Named hours.")


def json_schema() -> dict[str, Any]:
    """The schema of routes.yaml, for editors."""
    return schema_of(_RoutesFile, "Tapewatch routes")


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
