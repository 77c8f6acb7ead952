"""Routes and receivers in Alertmanager's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Receiver:
    """A named set of targets; each target is a URL with `${NAME}` placeholders for secrets.

    `templates` are Liquid texts for the parts of its messages (`subject`, `text`); `footer` "latency" tells how long each step
    took.
    """

    name: str
    targets: tuple[str, ...]
    templates: Mapping[str, str] = field(default_factory=dict)
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Matcher:
    """`label op value` with op one of `=`, `!=`, `=~`, `!~` (the regex is anchored, as in Alertmanager)."""

    label: str
    op: str
    value: str


@dataclass(frozen=True, slots=True)
class Route:
    """A node of the tree: an alert enters where all matchers hold; the first matching child takes it unless `continue_`.

    `group_by` names labels ("..." alone: every alert by itself); `group_wait` is how long the first alert of a group waits
    for company.
    """

    receiver: str
    matchers: tuple[Matcher, ...] = ()
    group_by: tuple[str, ...] = ("...",)
    group_wait: timedelta = timedelta(0)
    continue_: bool = False
    routes: tuple["Route", ...] = ()


@dataclass(frozen=True, slots=True)
class Routing:
    """The whole of routes.yaml."""

    root: Route
    receivers: Mapping[str, Receiver] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RouteHit:
    """One receiver that an alert goes to, how it is grouped there, and why."""

    receiver: Receiver
    group_key: str
    group_wait: timedelta
    reason: str
