"""routes.yaml → Routing, with every fault at its line and column.

Whether a target's URL can be used is not decided here (that needs the notifiers); each target's place is kept for whoever does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

import re2
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from service.errors import Problem
from service.marked_yaml import Document, validate
from service.model.duration import parse_duration
from service.model.routing import Matcher, Receiver, Route, Routing

_MATCHER = re.compile(r'\s*([A-Za-z_][A-Za-z0-9_]*)\s*(=~|!~|!=|=)\s*("?)(.*?)\3\s*')
MAX_REGEX = 1000

Path = tuple[str | int, ...]


def _parse_matcher(text: object) -> Matcher:
    found = _MATCHER.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("a matcher is written label=value, label!=value, label=~regex or label!~regex")
    label, op, _, value = found.groups()
    if op in ("=~", "!~"):
        _check_regex(value)
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


class _RouteModel(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    receiver: str | None = None
    matchers: list[Annotated[Matcher, BeforeValidator(_parse_matcher)]] = Field(default_factory=list)
    group_by: list[str] | None = None
    group_wait: Annotated[timedelta, BeforeValidator(_wait)] | None = None
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
    templates: _TemplatesModel = Field(default_factory=_TemplatesModel)
    footer: Literal["", "latency"] = ""


class _RoutesFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    route: _RouteModel
    receivers: list[_ReceiverModel] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class RoutesFile:
    """The routing, and where in the file each receiver's target stands."""

    routing: Routing
    target_paths: Mapping[tuple[str, int], Path]


def parse_routes(document: Document) -> tuple[RoutesFile | None, list[Problem]]:
    """Read routes.yaml; all problems at once, and a result only when there are none."""
    model, problems = validate(document, _RoutesFile)
    if model is None:
        return None, problems
    receivers: dict[str, Receiver] = {}
    paths: dict[tuple[str, int], Path] = {}
    for number, entry in enumerate(model.receivers):
        if entry.name in receivers:
            problems.append(document.problem(("receivers", number, "name"), f"there are two receivers named {entry.name!r}"))
        written = {part: text for part, text in entry.templates if text}
        receivers[entry.name] = Receiver(entry.name, tuple(entry.targets), written, entry.footer)
        paths |= {(entry.name, index): ("receivers", number, "targets", index) for index in range(len(entry.targets))}
    if model.route.matchers or model.route.continue_:
        problems.append(
            document.problem(("route",), "the first route takes every alert: it can have no matchers and no continue")
        )
    root = _build(model.route, None)
    problems += _unknown_receivers(document, model.route, set(receivers), ("route",))
    if problems:
        return None, problems
    return RoutesFile(Routing(root, receivers), paths), []


def _build(model: _RouteModel, parent: Route | None) -> Route:
    """A child takes what it does not say from its parent, as in Alertmanager."""
    inherited = parent or Route(receiver="")
    node = Route(
        receiver=model.receiver or inherited.receiver,
        matchers=tuple(model.matchers),
        group_by=tuple(model.group_by) if model.group_by is not None else inherited.group_by,
        group_wait=model.group_wait if model.group_wait is not None else inherited.group_wait,
        continue_=model.continue_,
    )
    children = tuple(_build(child, node) for child in model.routes)
    return Route(node.receiver, node.matchers, node.group_by, node.group_wait, node.continue_, children)


def _unknown_receivers(document: Document, model: _RouteModel, known: set[str], path: Path) -> list[Problem]:
    problems = []
    if path == ("route",) and not model.receiver:
        problems.append(document.problem(path, "the first route needs a receiver"))
    if model.receiver and model.receiver not in known:
        hint = f"receivers are: {', '.join(sorted(known))}"
        problems.append(document.problem((*path, "receiver"), f"there is no receiver named {model.receiver!r}", hint))
    for number, child in enumerate(model.routes):
        problems += _unknown_receivers(document, child, known, (*path, "routes", number))
    return problems
