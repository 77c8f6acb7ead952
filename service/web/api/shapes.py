"""What the answers of the API about the service look like: sources, deliveries, silences, routes, rules, status.

Fields may be added; none is removed or changes its meaning in v1. Times are ISO 8601 in UTC. Alerts and items: `news_shapes`.
"""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from service.model.delivery import DeliveryState
from service.model.rule import Severity
from service.web.api.asking import Shape

Next = str | None


class Done(Shape):
    """That something was done: `said` is one sentence for a person."""

    id: str
    said: str


class Source(Shape):
    """Where news comes from, and how that goes."""

    id: str
    kind: str
    host: str
    publisher: str
    interval: float | None = Field(description="seconds")
    active: bool
    failures: int
    fetching: bool
    next_at: str | None
    last_success_at: str | None
    last_failure_at: str | None
    last_error: str
    last_reason: str
    last_new_items: int
    warnings: list[str]


class SourceList(Shape):
    """All sources, by id."""

    sources: list[Source]
    next: None


class Delivery(Shape):
    """One bundle to one target; of the target only the scheme and the host are told."""

    key: str
    state: DeliveryState
    receiver: str
    target: str
    attempts: int
    created_at: str
    next_at: str | None
    sent_at: str | None
    reason: str
    detail: str
    title: str
    alerts: int


class DeliveryPage(Shape):
    """A page of deliveries, newest first."""

    deliveries: list[Delivery]
    next: Next


class Carried(Shape):
    """An alert in a delivery."""

    id: str
    title: str


class Try(Shape):
    """One try of a delivery, or what a person did to it."""

    number: int
    at: str
    outcome: str
    reason: str
    detail: str


class WholeDelivery(Delivery):
    """A delivery with its alerts and every try, oldest first."""

    carries: list[Carried]
    tries: list[Try]


class Matcher(Shape):
    """`label op value`."""

    label: str
    op: Literal["=", "!=", "=~", "!~"]
    value: str


class Silence(Shape):
    """A time in which nobody is told of the alerts that all matchers hold for."""

    number: int
    matchers: list[Matcher]
    since: str
    until: str
    by: str
    why: str
    ended_by: str
    in_force: bool


class SilencePage(Shape):
    """A page of silences, newest first."""

    silences: list[Silence]
    next: Next


class Problem(Shape):
    """What went wrong (RFC 9457). `type` stays the same; `/api/problems` explains each."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "/api/problems#not-found",
                "title": "There is nothing here",
                "status": 404,
                "detail": "There is no alert of this name; it may have been removed.",
            }
        }
    )

    type: str
    title: str = ""
    status: int
    detail: str = ""


class Route(Shape):
    """A node of the tree: an alert enters where all matchers hold; the first child that takes it has it, unless `continue`."""

    receiver: str
    matchers: list[Matcher]
    group_by: list[str]
    timing: list[str]
    goes_on: bool = Field(alias="continue")
    routes: list["Route"]


class RouteTree(Shape):
    """The root."""

    route: Route


class Receiver(Shape):
    """A named set of targets."""

    name: str
    kinds: list[str]
    max_per_hour: int


class ReceiverList(Shape):
    """All receivers, by name."""

    receivers: list[Receiver]
    next: None


class RouteTest(Shape):
    """To whom alerts would go."""

    class Told(Shape):
        """One alert, and who would be told of it."""

        title: str
        severity: Severity
        receivers: list[dict[str, Any]]

    at: str
    alerts: list[Told]


class PartHealth(Shape):
    """One part of the program."""

    name: str
    well: bool
    words: str


class Percentiles(Shape):
    """Seconds from the publication to the reader, of the deliveries sent last."""

    count: int
    p50: float | None
    p95: float | None
    p99: float | None


class Status(Shape):
    """How the service is."""

    version: str
    rules_version: str
    ready: bool
    reasons: list[str]
    parts: list[PartHealth]
    deliveries: dict[str, int]
    oldest_due_seconds: float
    latency: Percentiles
    sources_failing: list[str]
    sources_active: int


class Me(Shape):
    """Who asks."""

    name: str
    role: str


class Rule(Shape):
    """A rule in force; `place` is line and column in its file."""

    id: str
    severity: Severity
    file: str
    place: str
    labels: dict[str, str]


class RuleList(Shape):
    """All rules of a version."""

    version: str
    rules: list[Rule]
    next: None


class File(Shape):
    """A file of the rules folder."""

    file: str
    size: int
    etag: str


class FileList(Shape):
    """The files that may be changed."""

    files: list[File]
    next: None


class RuleFile(Shape):
    """A file with its text."""

    file: str
    text: str


class Saved(Shape):
    """A change that is in force, as this version."""

    file: str
    version: str


class Activated(Shape):
    """The version that is in force."""

    version: str
    rules: int


class Version(Shape):
    """A switch of all processes to a version."""

    number: int
    version: str
    at: str
    by: str
    in_force: bool


class VersionPage(Shape):
    """A page of switches, newest first."""

    versions: list[Version]
    next: Next


class TestedTarget(Shape):
    """What became of a test at one target."""

    target: str
    outcome: Literal["sent", "unknown", "failed"]
    detail: str


class ReceiverTest(Shape):
    """What became of a test."""

    receiver: str
    targets: list[TestedTarget]
