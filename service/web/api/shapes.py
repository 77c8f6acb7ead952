"""What the answers of the API look like, for its description. Fields may be added; none is removed or changes its meaning in v1.

Times are ISO 8601 in UTC, spans are [start, end) in characters, latencies are seconds.
"""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from service.model.delivery import DeliveryState
from service.model.rule import Severity
from service.web.api.asking import Shape

Next = str | None


class Latency(Shape):
    """Seconds of each step; null where it has not happened."""

    fetched: float | None
    matched: float | None
    queued: float | None
    delivered: float | None
    total: float | None


class AlertDelivery(Shape):
    """What became of an alert at one receiver."""

    receiver: str
    state: DeliveryState
    sent_at: str | None
    latency: Latency


class Acknowledged(Shape):
    """Who takes care of it."""

    by: str
    at: str


class Alert(Shape):
    """What a person should know, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "5b1c7a90d2e4f836",
                "severity": "high",
                "title": "Alder Optics hits limit-up",
                "rule": "limit-up",
                "event": "limit_up",
                "subject": "Alder Optics",
                "entity": "600999.SH",
                "excerpt": "Alder Optics hit limit-up on Monday.",
                "marks": [[0, 12], [13, 25]],
                "reason": "rules/alerts/limit-up.yaml:4:5: event limit_up in “hit limit-up”",
                "created_at": "2025-12-22T02:04:30+00:00",
            }
        }
    )

    id: str
    severity: Severity
    title: str
    rule: str
    event: str
    subject: str
    alias: str
    entity: str | None
    facts: dict[str, Any]
    labels: dict[str, str]
    body: str
    owner: str
    runbook: str
    excerpt: str
    marks: list[list[int]]
    reason: str
    headline: str
    link: str
    source: str
    publisher: str
    published: str | None
    created_at: str
    rules_version: str
    occurrences: list[dict[str, Any]]
    item: int
    story: str
    novelty: str
    follows: str
    fetched_at: str | None
    acknowledged: Acknowledged | None
    deliveries: list[AlertDelivery]


class AlertPage(Shape):
    """A page of alerts, newest first."""

    alerts: list[Alert]
    next: Next


class Done(Shape):
    """That something was done: `said` is one sentence for a person."""

    id: str
    said: str


class ItemRow(Shape):
    """A published piece, without its text."""

    id: int
    source: str
    guid: str
    title: str
    link: str
    published: str | None
    publisher: str
    language: str
    fetched_at: str
    disposition: str


class ItemPage(Shape):
    """A page of items, newest first."""

    items: list[ItemRow]
    next: Next


class Event(Shape):
    """A market fact that an item asserts; `evidence` is its place in the title, a line feed and the text of the item."""

    type: str
    subject: str
    entity: str | None
    alias: str
    status: str
    day: str | None
    fields: dict[str, Any]
    evidence: list[int]


class Item(ItemRow):
    """A published piece with its events."""

    text: str
    rules_version: str
    events: list[Event]


class Pushed(Shape):
    """What became of each pushed item, in order: `stored`, or `known` where its source had the guid or the text already."""

    class One(Shape):
        """One of them."""

        source: str
        guid: str
        status: Literal["stored", "known"]
        id: int | None = Field(description="null where another item with the same text is known")

    items: list[One]


class ListedEvent(Event):
    """An event with the item that asserts it."""

    id: int
    item: int
    title: str
    source: str
    fetched_at: str


class EventPage(Shape):
    """A page of events, newest first."""

    events: list[ListedEvent]
    next: Next


class Entity(Shape):
    """A security, index or company, and the names people call it."""

    id: str
    kind: str
    name: str
    names_en: list[str]
    names_zh: list[str]
    tags: list[str]


class EntityPage(Shape):
    """A page of entities, by id."""

    entities: list[Entity]
    next: Next


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
